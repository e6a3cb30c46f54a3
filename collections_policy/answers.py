"""How long nothing is proposed after a dispute was answered: the customer has time to pay.

Partner Center asks to suspend only where the customer has been heard; an answer of today is no
ground to suspend tomorrow.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from billing.models import Dispute
from partners import calendar
from partners.models import Partner

WORKING_DAYS = 5
LONGEST = timedelta(days=21)
"""No five working days take longer, whatever the holidays."""


def rest(
    partner: Partner, customer_ids: Collection[int], business_date: date
) -> dict[tuple[int, str], date]:
    """Until when nothing is proposed, per customer and currency: one query, two after answers.

    Only disputes of invoices on which something may be chased; dates of the partner's zone.
    """
    since = datetime.combine(business_date - LONGEST, time.min, partner.zone)
    answered = Dispute.objects.filter(
        customer__in=customer_ids,
        status="resolved",
        resolved_at__gte=since,
        invoice__chaseable_amount__gt=0,
    )
    rows = list(
        answered.order_by("resolved_at").values_list(
            "customer_id", "invoice__currency", "resolved_at"
        )
    )
    if not rows:
        return {}
    days = calendar.of(partner)
    ends = {
        (customer_id, currency): days.add_working_days(
            resolved_at.astimezone(partner.zone).date(), WORKING_DAYS
        )
        for customer_id, currency, resolved_at in rows
        if resolved_at is not None
    }
    return {key: until for key, until in ends.items() if until > business_date}
