"""Reads what the gate decides upon: per currency, whether a customer may be suspended now."""

from datetime import date

from django.db.models import Max

from billing import receivables
from collections_policy import facts, gate
from collections_policy.gate import Readiness
from collections_policy.models import Pause
from customers.models import Customer
from partners import clock


def of_customer(customer: Customer) -> dict[str, Readiness]:
    """The gate for each currency with something overdue today (partner's zone): two queries.

    A promise of the caller's lock is needed only where the answer is acted upon.
    """
    on = clock.business_date(customer.partner)
    overdue = receivables.overdue_by_currency([customer.pk], on)
    paused_until = _paused_until(customer, on) if overdue else None
    return {
        currency: gate.check(
            facts.debt(owed, customer.partner),
            paused_until=paused_until,
            is_stopped=customer.partner.settings.suspensions_stopped,
            business_date=on,
        )
        for (_customer_id, currency), owed in sorted(overdue.items())
    }


def nothing_overdue(customer: Customer) -> Readiness:
    """The gate's answer for a customer who owes nothing that is due."""
    return gate.check(
        facts.debt(None, customer.partner),
        paused_until=None,
        is_stopped=customer.partner.settings.suspensions_stopped,
        business_date=clock.business_date(customer.partner),
    )


def _paused_until(customer: Customer, on: date) -> date | None:
    pauses = Pause.objects.holding_on(on).filter(customer=customer)
    until: date | None = pauses.aggregate(last=Max("until"))["last"]
    return until
