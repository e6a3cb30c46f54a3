"""The statement of account adds up to what the ledger says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing import receipts, write_offs
from billing.models import Invoice, Receipt
from billing.paper import documents, statements
from customers.models import Customer
from partners import clock
from partners.models import Partner
from tests.factories.billing import draft_of, issued_to, overdue_for, receipt_from
from tests.factories.customers import CustomerFactory

D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def statement(customer: Customer, first: date | None = None) -> statements.Statement:
    today = clock.business_date(customer.partner)
    return statements.of(customer, "CNY", first=first or today, last=today, today=today)


def day_before(customer: Customer) -> date:
    return clock.business_date(customer.partner) - timedelta(days=1)


def test_balance_runs_over_invoices_and_payments(customer: Customer) -> None:
    issued_to(customer)
    receipt_from(customer, "1000.00", received_on=clock.business_date(customer.partner))

    found = statement(customer)

    assert [(row.event.charge, row.balance) for row in found.rows] == [
        (D("1060.00"), D("1060.00")),
        (D("-1000.00"), D("60.00")),
    ]


def test_what_was_before_is_the_opening_balance(customer: Customer) -> None:
    invoice = issued_to(customer)
    Invoice.objects.filter(pk=invoice.pk).update(issued_on=day_before(customer))

    found = statement(customer)

    assert (found.opening, found.rows, found.closing) == (D("1060.00"), [], D("1060.00"))


def test_closing_balance_is_what_is_open_without_the_credit(customer: Customer) -> None:
    overdue_for(customer, 40)
    invoice = issued_to(customer)
    write_offs.write_off(invoice, amount=D("10.00"), by=None, reason="rounding")
    receipt_from(customer, "3000.00")

    found = statement(customer)

    assert found.closing == sum(found.ageing.values()) - found.credit


def test_written_off_amounts_are_still_claimed(customer: Customer) -> None:
    invoice = issued_to(customer)
    write_offs.write_off(invoice, amount=invoice.total, by=None, reason="hopeless")

    assert statement(customer).closing == invoice.total


def test_reversed_payments_and_drafts_are_left_out(customer: Customer) -> None:
    draft_of(customer)
    receipts.reverse_receipt(receipt_from(customer), by=None, reason="typed twice")

    assert statement(customer).rows == []


def test_other_customers_and_currencies_are_left_out(customer: Customer, partner: Partner) -> None:
    issued_to(CustomerFactory.create(partner=partner))
    issued_to(customer, currency="USD")

    assert statement(customer).rows == []
    assert statements.currencies(customer) == ["CNY", "USD"]


def test_unidentified_payment_is_nobodys(customer: Customer) -> None:
    receipt = receipt_from(customer)
    Receipt.objects.filter(pk=receipt.pk).update(customer=None)

    assert statement(customer).rows == []


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"),
        (60, "31_60"), (61, "61_90"), (90, "61_90"), (91, "over_90"),
    ],
)  # fmt: skip
def test_ageing_counts_from_the_day_after_the_due_date(days: int, bucket: str) -> None:
    today = date(2026, 6, 1)

    assert statements.bucket_of(today - timedelta(days=days), today) == bucket


def test_invoice_without_a_due_date_is_not_due() -> None:
    assert statements.bucket_of(None, date(2026, 6, 1)) == "not_due"


def test_vat_rows_add_up_by_rate(customer: Customer) -> None:
    invoice = issued_to(customer)
    [line] = invoice.lines.all()
    twin = invoice.lines.all()[0]
    twin.vat_rate = D(13)

    rows = documents.vat_rows([twin, line, line])

    assert [(row.rate, row.gross) for row in rows] == [(D(6), D("2120.00")), (D(13), D("1060.00"))]
