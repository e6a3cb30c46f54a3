"""Late charges: simple interest that a person drafts, and that never leads to a suspension."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing import disputes, invoicing, late_charges, receivables, rules
from billing.late_charges import NothingToCharge, Terms
from billing.models import DisputeCode, Invoice, InvoiceKind
from collections_policy.models import Case
from customers.models import Customer
from partners import clock
from partners.models import Partner, PartnerSettings, User
from tests.factories.billing import overdue_for
from tests.factories.collections import customer_of, swept
from tests.factories.partners import billing_admin

SignIn = Callable[[User], Client]
D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return customer_of(partner, language="en")


def terms(customer: Customer, days_ago: int = 0, **other: Decimal) -> Terms:
    until = clock.business_date(customer.partner) - timedelta(days=days_ago)
    return Terms(currency="CNY", rate=D(12), until=until, **other)


def charged(customer: Customer) -> Invoice:
    draft = late_charges.draft(customer, terms(customer), by=None, reason="late")
    [issued] = invoicing.issue_invoices([draft], by=None, reason="test").issued
    past = clock.business_date(customer.partner) - timedelta(days=60)
    Invoice.objects.filter(pk=issued.pk).update(due_on=past)
    return issued


@pytest.mark.parametrize(
    ("amount", "rate", "days", "expected"),
    [
        ("1060", "12", 30, "10.45"),
        ("36500", "1", 1, "1.00"),
        ("100", "12", 0, "0.00"),
        ("18.25", "10", 1, "0.01"),
    ],
)
def test_simple_interest(amount: str, rate: str, days: int, expected: str) -> None:
    assert rules.simple_interest(D(amount), D(rate), days) == D(expected)


def test_draft_shows_its_formula_and_is_not_issued(customer: Customer) -> None:
    invoice = overdue_for(customer, days=30)

    draft = late_charges.draft(customer, terms(customer, fee=D(50)), by=None, reason="late")

    line, fee = draft.lines.all()
    assert (draft.is_draft, draft.kind, draft.total) == (True, InvoiceKind.LATE_CHARGES, D("60.45"))
    assert line.description == f"Interest on {invoice}: 1060.00 × 12 % × 30 days ÷ 365"
    assert (line.interest_on, fee.kind, fee.gross) == (invoice, "fee", D(50))


def test_draft_holds_vat_within_the_amount(customer: Customer) -> None:
    overdue_for(customer, days=30)

    draft = late_charges.draft(customer, terms(customer, vat_rate=D(6)), by=None, reason="late")

    line = draft.lines.get()
    assert (line.gross, line.net, line.vat) == (D("10.45"), D("9.86"), D("0.59"))


def test_no_day_is_charged_twice(customer: Customer) -> None:
    overdue_for(customer, days=30)
    late_charges.draft(customer, terms(customer, days_ago=10), by=None, reason="late")

    [rest] = late_charges.accrued(customer, terms(customer))

    assert rest.days == 10


def test_fee_is_not_added_by_every_run(customer: Customer) -> None:
    """A job that ran each hour once added a late fee each time."""
    overdue_for(customer, days=30)
    late_charges.draft(customer, terms(customer), by=None, reason="late")

    with pytest.raises(NothingToCharge):
        late_charges.draft(customer, terms(customer), by=None, reason="late")


def test_dropped_draft_leaves_its_days_to_be_charged(customer: Customer) -> None:
    overdue_for(customer, days=30)
    draft = late_charges.draft(customer, terms(customer), by=None, reason="late")

    invoicing.void_draft(draft, by=None, reason="courtesy")

    assert late_charges.accrued(customer, terms(customer))


def test_no_interest_on_what_is_disputed(customer: Customer) -> None:
    invoice = overdue_for(customer, days=30)
    disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")

    assert late_charges.accrued(customer, terms(customer)) == []


def test_late_charges_never_lead_to_a_case(customer: Customer) -> None:
    overdue_for(customer, days=30)
    invoice = charged(customer)
    Invoice.objects.filter(kind=InvoiceKind.SERVICES).update(allocated=1060)

    run = swept(customer.partner)

    invoice.refresh_from_db()
    assert (run.invoices_flagged, invoice.overdue_flagged_on) == (0, None)
    assert not Case.objects.exists()
    today = clock.business_date(customer.partner)
    assert receivables.overdue_by_currency([customer.pk], today) == {}


def test_late_charges_stay_in_balances(customer: Customer) -> None:
    overdue_for(customer, days=30)
    charged(customer)

    [balance] = receivables.balances(customer.pk, clock.business_date(customer.partner))

    assert (balance.late_charges, balance.open_amount) == (D("10.45"), D("1070.45"))


def answer(customer: Customer, **other: str) -> dict[str, str]:
    today = str(clock.business_date(customer.partner))
    return {"currency": "CNY", "rate": "12", "until": today, "vat_rate": "6", **other}


def test_page_shows_each_line_before_it_drafts(customer: Customer, signed_in: SignIn) -> None:
    overdue_for(customer, days=30)
    PartnerSettings.objects.update(late_charge_rate=12)
    clerk = signed_in(billing_admin(customer.partner))
    url = reverse("billing:late_charges", args=[customer.pk])

    shown = clerk.post(url, answer(customer))
    assert "× 12 % × 30 days ÷ 365 = ¥10.45" in shown.content.decode()
    assert Invoice.objects.count() == 1

    clerk.post(url, answer(customer, previewed=shown.context["form"].data["previewed"]))
    assert Invoice.objects.drafts().get().is_late_charges


def test_page_without_a_rate_says_not_used(customer: Customer, signed_in: SignIn) -> None:
    clerk = signed_in(billing_admin(customer.partner))
    url = reverse("billing:late_charges", args=[customer.pk])

    page = clerk.post(url, answer(customer)).content.decode()

    assert "Not used: no rate is set in the settings." in page
    assert not Invoice.objects.exists()
