"""Reads what the gate decides upon: per currency, whether a customer may be suspended now."""

from datetime import date
from decimal import Decimal

from django.db.models import Max

from billing import claims, receivables
from billing.claims import Transit
from collections_policy import answers, facts, gate
from collections_policy.gate import Readiness, Waiting
from collections_policy.models import Pause
from customers.models import Customer
from partners import clock


def of_customer(customer: Customer) -> dict[str, Readiness]:
    """The gate for each currency with something overdue today (partner's zone): four queries.

    A promise of the caller's lock is needed only where the answer is acted upon.
    """
    on = clock.business_date(customer.partner)
    overdue = receivables.overdue_by_currency([customer.pk], on)
    paused_until = _paused_until(customer, on) if overdue else None
    waiting = _waiting(customer, on) if overdue else {}
    return {
        currency: gate.check(
            facts.debt(owed, customer.partner),
            paused_until=paused_until,
            is_stopped=customer.partner.settings.suspensions_stopped,
            business_date=on,
            waiting=waiting.get(currency, gate.NOTHING_TO_WAIT_FOR),
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


def _waiting(customer: Customer, on: date) -> dict[str, Waiting]:
    """By currency, what speaks for waiting."""
    transits = claims.in_transit([customer.pk], on)
    answered = answers.rest(customer.partner, [customer.pk], on)
    nothing = Transit(Decimal(0), None)
    return {
        key[1]: Waiting(
            in_transit=transits.get(key, nothing).amount,
            in_transit_until=transits.get(key, nothing).until,
            answered_until=answered.get(key),
        )
        for key in transits.keys() | answered.keys()
    }


def _paused_until(customer: Customer, on: date) -> date | None:
    pauses = Pause.objects.holding_on(on).filter(customer=customer)
    until: date | None = pauses.aggregate(last=Max("until"))["last"]
    return until
