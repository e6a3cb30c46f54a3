"""Writes the accounts to which customers pay. A wrong one sends money to a stranger."""

from django.db import transaction

from partners import audit
from partners.models import PartnerBankAccount, User

FIELDS = ("holder", "bank", "number", "cnaps", "swift", "currency", "is_used")


def save(account: PartnerBankAccount, *, by: User | None, reason: str) -> PartnerBankAccount:
    """Store a new or changed account; the trail keeps what stood there before."""
    with transaction.atomic():
        stored = PartnerBankAccount.objects.select_for_update().filter(pk=account.pk).first()
        account.save()
        audit.record(
            audit.Fact(
                partner_id=account.partner_id,
                customer_id=None,
                subject=account,
                kind="bank_account.changed" if stored else "bank_account.added",
                reason=reason,
                before=_told(stored) if stored else {},
                after=_told(account),
            ),
            by=by,
        )
    return account


def _told(account: PartnerBankAccount) -> dict[str, object]:
    return {name: getattr(account, name) for name in FIELDS}
