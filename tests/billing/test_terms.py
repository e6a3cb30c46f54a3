"""Whose terms count, and the words and dates that follow from them."""

from datetime import date
from itertools import product

import pytest

from billing import invoicing, terms
from billing.models import Terms
from customers.models import CreditDecision, Customer
from customers.services import decide_credit
from partners.models import Partner, TermsFrom, TermsKind
from tests.factories.billing import draft_of, issued_to
from tests.factories.customers import CustomerFactory

MONTHLY = Terms(30, TermsKind.END_OF_MONTH, TermsFrom.FAPIAO)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def decide(customer: Customer, *, prepayment: bool = False) -> CreditDecision:
    return decide_credit(
        customer,
        terms_days=30,
        terms_kind=TermsKind.END_OF_MONTH,
        terms_from=TermsFrom.FAPIAO,
        limit=None,
        prepayment=prepayment,
        review_on=None,
        by=None,
        reason="by contract",
    )


def set_terms(partner: Partner, **settings: object) -> None:
    for name, value in settings.items():
        setattr(partner.settings, name, value)
    partner.settings.save()


def test_terms_of_the_credit_decision_count_before_the_partners(customer: Customer) -> None:
    decide(customer)

    assert terms.terms_of([customer]) == {customer.pk: MONTHLY}


def test_prepayment_is_due_on_receipt(customer: Customer) -> None:
    decide(customer, prepayment=True)

    assert terms.terms_of([customer])[customer.pk] == Terms(0)


def test_partners_usual_terms_count_without_a_decision(customer: Customer) -> None:
    set_terms(
        customer.partner,
        payment_terms_days=30,
        payment_terms_kind="end_of_month",
        payment_terms_from="fapiao",
    )

    assert terms.terms_of([customer]) == {customer.pk: MONTHLY}


def test_invoice_keeps_the_terms_it_was_drafted_with(customer: Customer) -> None:
    decide(customer)
    draft = draft_of(customer)
    decide(customer, prepayment=True)

    [issued] = invoicing.issue_invoices([draft], by=None, reason="test").issued

    assert (issued.terms, issued.due_on) == (MONTHLY, None)


@pytest.mark.parametrize(("rolls", "expected"), [(False, "2026-03-07"), (True, "2026-03-09")])
def test_due_date_rolls_only_where_the_partner_says_so(
    partner: Partner, rolls: bool, expected: str
) -> None:
    set_terms(partner, due_dates_roll=rolls)

    due_on = terms.DueDates(partner).of(Terms(0), date(2026, 3, 7))

    assert str(due_on) == expected


@pytest.mark.parametrize(
    ("year", "rolls", "expected"),
    [
        (2026, True, ""),
        (2031, True, "calendar of 2031 not confirmed"),
        (2031, False, ""),
    ],
)
def test_doubt_names_the_year_whose_holidays_nobody_confirmed(
    partner: Partner, year: int, rolls: bool, expected: str
) -> None:
    set_terms(partner, due_dates_roll=rolls)

    assert terms.DueDates(partner).doubt(date(year, 3, 7)) == expected


def test_issue_uses_the_end_of_the_month(customer: Customer) -> None:
    set_terms(customer.partner, payment_terms_days=0, payment_terms_kind="end_of_month")

    invoice = issued_to(customer)

    assert invoice.issued_on is not None
    assert invoice.due_on is not None
    assert (invoice.due_on.month, invoice.due_on >= invoice.issued_on) == (
        invoice.issued_on.month,
        True,
    )


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (Terms(0), "on receipt of the invoice"),
        (Terms(1), "1 day after the invoice date"),
        (Terms(30), "30 days after the invoice date"),
        (
            Terms(30, counted_from=TermsFrom.FAPIAO),
            "30 days after the fapiao is delivered",
        ),
        (
            Terms(0, TermsKind.END_OF_MONTH),
            "at the end of the month of the invoice date",
        ),
        (MONTHLY, "30 days after the end of the month in which the fapiao is delivered"),
    ],
)
def test_terms_read_as_a_sentence(agreed: Terms, expected: str) -> None:
    assert terms.words(agreed) == expected


@pytest.mark.parametrize(("kind", "counted_from"), list(product(TermsKind, TermsFrom)))
def test_all_terms_have_words(kind: TermsKind, counted_from: TermsFrom) -> None:
    assert "7" in terms.words(Terms(7, kind, counted_from))
