"""What customers owe: overdue, ageing, balances, freshness and guesses."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from billing import disputes, freshness, panels, receipts, receivables, suggestions
from billing.models import DisputeCode
from customers.models import Customer
from partners import clock
from partners.models import AuditEntry, Partner, User
from tests.factories.billing import issued_to, overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    help_desk_agent,
    sales_agent,
)

D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.mark.parametrize(("days", "is_overdue"), [(-1, False), (0, False), (1, True)])
def test_overdue_begins_the_day_after_the_due_date(
    customer: Customer, days: int, is_overdue: bool
) -> None:
    overdue_for(customer, days=days)

    found = receivables.overdue_by_currency([customer.pk], clock.business_date(customer.partner))

    assert bool(found) is is_overdue


def test_overdue_keeps_currencies_and_disputes_apart(
    customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    today = clock.business_date(customer.partner)
    oldest = overdue_for(customer, days=9, net="500.00")
    newer = overdue_for(customer, days=3)
    issued_to(customer, "100.00", "USD", due_on=today - timedelta(days=1))
    disputes.dispute(oldest, DisputeCode.PRICE, "too dear", by=None, reason="phone")

    with django_assert_num_queries(1):
        found = receivables.overdue_by_currency([customer.pk], today)

    assert found[customer.pk, "CNY"] == receivables.Overdue(
        customer_id=customer.pk,
        currency="CNY",
        amount=D("1590.00"),
        undisputed_amount=D("1060.00"),
        oldest_due_on=newer.due_on,
        invoice_ids=(oldest.pk, newer.pk),
    )
    assert found[customer.pk, "USD"].amount == D("106.00")


def test_overdue_leaves_out_what_is_settled(customer: Customer) -> None:
    overdue_for(customer, days=3)
    receipt_from(customer, "1060.00")

    today = clock.business_date(customer.partner)
    assert receivables.overdue_by_currency([customer.pk], today) == {}


@pytest.mark.parametrize(
    ("tolerance", "is_cured"), [("1059.99", False), ("1060.00", True), ("1060.01", True)]
)
def test_is_cured_up_to_the_tolerance(customer: Customer, tolerance: str, is_cured: bool) -> None:
    overdue_for(customer, days=1)
    today = clock.business_date(customer.partner)
    owed = receivables.overdue_by_currency([customer.pk], today)

    assert receivables.is_cured(owed.get((customer.pk, "CNY")), D(tolerance)) is is_cured


def test_is_cured_when_all_that_is_overdue_is_disputed(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")
    today = clock.business_date(customer.partner)

    [owed] = receivables.overdue_by_currency([customer.pk], today).values()

    assert receivables.is_cured(owed, receivables.tolerance(customer.partner))


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, receivables.NOT_DUE),
        (1, receivables.DAYS_30),
        (30, receivables.DAYS_30),
        (31, receivables.DAYS_60),
        (60, receivables.DAYS_60),
        (61, receivables.DAYS_90),
        (90, receivables.DAYS_90),
        (91, receivables.OLDER),
    ],
)
def test_ageing_counts_days_past_the_due_date(customer: Customer, days: int, bucket: str) -> None:
    overdue_for(customer, days=days)

    [row] = receivables.ageing(customer.partner, clock.business_date(customer.partner))

    assert row.amounts[bucket] == row.total == D(1060)


def test_ageing_is_of_one_partner(customer: Customer) -> None:
    overdue_for(CustomerFactory.create(), days=1)

    assert receivables.ageing(customer.partner, clock.business_date(customer.partner)) == []


def test_balances_show_debts_and_credit_per_currency(customer: Customer) -> None:
    overdue_for(customer, days=2)
    receipt_from(customer, "50.00", currency="USD")

    cny, usd = receivables.balances(customer.pk, clock.business_date(customer.partner))

    assert (cny.currency, cny.overdue_amount, cny.credit) == ("CNY", D(1060), D(0))
    assert (usd.currency, usd.open_amount, usd.credit) == ("USD", D(0), D(50))


def test_freshness_remembers_who_said_so(partner: Partner) -> None:
    clerk = billing_admin(partner)
    today = clock.business_date(partner)

    freshness.confirm(partner, today - timedelta(days=1), by=clerk, reason="morning")
    freshness.confirm(partner, today, by=clerk, reason="evening")

    entry = AuditEntry.objects.filter(kind="receipts.confirmed").first()
    assert entry is not None
    assert freshness.receipts_recorded_up_to(partner) == today
    assert entry.before == {"recorded_up_to": str(today - timedelta(days=1))}
    assert entry.by_id == clerk.pk


def test_freshness_of_tomorrow_is_refused(partner: Partner) -> None:
    tomorrow = clock.business_date(partner) + timedelta(days=1)

    with pytest.raises(freshness.NotThatFar):
        freshness.confirm(partner, tomorrow, by=None, reason="test")


@pytest.mark.parametrize("ground", ["number", "payer", "only_amount", "text"])
def test_suggestions_give_their_ground(customer: Customer, ground: str) -> None:
    invoice = issued_to(customer)
    facts = {
        "number": payment("5.00", payer="财务", remark=f"货款{invoice.number}"),
        "payer": payment("5.00", payer=customer.company),
        "only_amount": payment("1060.00", payer="财务"),
        "text": payment("5.00", payer="李四", remark=f"代{customer.company}付款"),
    }[ground]
    receipt = receipts.record(customer.partner, None, facts, by=None, reason="test")

    [guess] = suggestions.of_receipt(receipt)

    assert (guess.customer, guess.ground) == (customer, ground)


@pytest.mark.parametrize(
    ("amount", "currency", "could_be"),
    [("1060.00", "CNY", True), ("1060.01", "CNY", False), ("1060.00", "USD", False)],
)
def test_unidentified_money_that_could_be_theirs_is_found(
    customer: Customer, amount: str, currency: str, could_be: bool
) -> None:
    overdue_for(customer, days=1)
    facts = payment(amount, currency=currency, payer="财务")
    receipt = receipts.record(customer.partner, None, facts, by=None, reason="test")

    found = suggestions.could_be_from(customer, since=receipt.received_on)

    assert found == ([receipt] if could_be else [])


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_panel_tells_nothing_to_people_without_amounts(
    customer: Customer, role: Callable[[Partner], User]
) -> None:
    overdue_for(customer, days=1)

    assert panels.customer_panel(customer, role(customer.partner)) is None


@pytest.mark.parametrize("role", [admin_agent, billing_admin])
def test_panel_tells_what_is_owed(customer: Customer, role: Callable[[Partner], User]) -> None:
    overdue_for(customer, days=1)

    panel = panels.customer_panel(customer, role(customer.partner))

    assert panel is not None
    assert "¥1,060.00" in str(panel.context["balances"])
