"""Policies, cases and sweeps, made through the room's real verbs."""

from datetime import date

from collections_policy import lifecycle, services
from collections_policy.models import Case, RunKind, SweepRun
from collections_policy.sweep import run_sweep
from customers.models import Customer
from partners import clock
from partners.models import Partner
from tests.factories.billing import overdue_for
from tests.factories.customers import ContactFactory, CustomerFactory


def customer_of(partner: Partner, **fields: object) -> Customer:
    """A customer somebody can write to."""
    customer: Customer = CustomerFactory.create(partner=partner, **fields)
    ContactFactory.create(customer=customer)
    return customer


def swept(partner: Partner, on: date | None = None) -> SweepRun:
    """A whole sweep of the partner, by hand, today or on a date."""
    services.ensure_default_policy(partner, None)
    run, _is_new = lifecycle.ask_for_run(
        partner, on or clock.business_date(partner), RunKind.MANUAL, by=None
    )
    return run_sweep(partner, run)


def case_at(partner: Partner, days: int, net: str = "1000.00") -> Case:
    """The case of a new customer whose invoice has been overdue for so many days, swept once."""
    customer = customer_of(partner)
    overdue_for(customer, days, net)
    swept(partner)
    return Case.objects.select_related("customer", "partner").get(customer=customer)
