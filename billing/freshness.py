"""How far the bank's statements have been recorded: nobody is chased on stale payment data."""

from datetime import date

from django.db import transaction

from billing.models import ReceiptsFreshness
from partners import audit, clock
from partners.models import Partner, User


class NotThatFar(Exception):
    """A day that is not over yet can't have been recorded."""


def receipts_recorded_up_to(partner: Partner) -> date | None:
    """All money received up to and including this date of the partner's zone is recorded.

    None: nobody has said so yet.
    """
    return (
        ReceiptsFreshness.objects.filter(partner=partner)
        .values_list("recorded_up_to", flat=True)
        .first()
    )


def confirm(partner: Partner, up_to: date, *, by: User | None, reason: str) -> ReceiptsFreshness:
    """Say that the bank's statements up to this date are recorded; it may also be taken back.

    Raises NotThatFar for a date after today.
    """
    if up_to > clock.business_date(partner):
        raise NotThatFar
    with transaction.atomic():
        before = receipts_recorded_up_to(partner)
        row, _ = ReceiptsFreshness.objects.update_or_create(
            partner=partner,
            defaults={"recorded_up_to": up_to, "confirmed_by": by, "confirmed_at": clock.now()},
        )
        audit.record(
            audit.Fact(
                partner_id=partner.pk,
                customer_id=None,
                subject=row,
                kind="receipts.confirmed",
                reason=reason,
                before={"recorded_up_to": before},
                after={"recorded_up_to": up_to},
            ),
            by=by,
        )
    return row
