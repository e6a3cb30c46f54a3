"""What the portal's commands share: exit codes 0 done, 1 refused or wrong, 2 usage."""

from django.core.management.base import CommandError

from partners.models import Partner


def partner_named(mpn_id: str) -> Partner:
    """The partner with this MPN id. Raises CommandError (exit 1)."""
    partner = Partner.objects.select_related("settings").filter(mpn_id=mpn_id).first()
    if partner is None:
        raise CommandError(f"There is no partner with the MPN ID {mpn_id}.")
    return partner
