"""The journal: every act is a booking on its day, and the accounts add up to the ledger."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from billing import credit_notes, invoicing, ledger, receipts, refunds, splits, write_offs
from billing.books import journal
from billing.books.journal import Account, Booking, Kind, Period
from billing.models import Invoice
from customers.models import Customer
from partners import clock
from partners.models import Partner
from tests.factories.billing import draft_credit_of, draft_of, issued_to, payment, receipt_from
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 5)

type Row = tuple[Kind, Account, Account, object]


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)


def booked(partner: Partner, first: date, last: date) -> list[Booking]:
    return list(journal.bookings(Period(partner, first, last)))


def rows(partner: Partner, day: date) -> list[Row]:
    found = booked(partner, day, day)
    return [(each.kind, each.debit, each.credit, each.amount) for each in found]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="上海云帆", tenant_id="tenant-1")


@pytest.fixture
def invoice(customer: Customer) -> Invoice:
    """1,000.00 and 60.00 VAT, issued on Monday and due the day before."""
    with clock.told(at(MONDAY)):
        return issued_to(customer, due_on=MONDAY - timedelta(days=1))


def test_invoice_is_booked_with_its_vat(partner: Partner, invoice: Invoice) -> None:
    assert rows(partner, MONDAY) == [
        (Kind.INVOICE, Account.RECEIVABLES, Account.REVENUE, 1000),
        (Kind.INVOICE, Account.RECEIVABLES, Account.VAT, 60),
    ]


def test_row_names_document_and_customer(partner: Partner, invoice: Invoice) -> None:
    row = booked(partner, MONDAY, MONDAY)[0]

    assert (row.booking, row.document, row.document_on) == (
        f"invoice-{invoice.pk}",
        invoice.number,
        MONDAY,
    )
    assert (row.company, row.tenant_id, row.vat_rate) == ("上海云帆", "tenant-1", Decimal(6))


def test_opening_balance_touches_neither_revenue_nor_vat(
    partner: Partner, customer: Customer
) -> None:
    draft = draft_of(customer)
    Invoice.objects.filter(pk=draft.pk).update(is_history=True)
    with clock.told(at(MONDAY)):
        invoicing.issue_invoices([draft], by=None, reason="test")

    assert rows(partner, MONDAY) == [
        (Kind.INVOICE, Account.RECEIVABLES, Account.OPENING_BALANCE, 1060)
    ]


def test_payment_is_booked_to_the_bank_and_then_used(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(TUESDAY)):
        receipt_from(invoice.customer, "1100.00")

    assert sorted(rows(partner, TUESDAY)) == [
        (Kind.ALLOCATION, Account.CUSTOMER_CREDIT, Account.RECEIVABLES, 1060),
        (Kind.RECEIPT, Account.BANK, Account.CUSTOMER_CREDIT, 1100),
    ]


def test_reversed_payment_is_booked_back_on_its_own_day(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(MONDAY)):
        receipt = receipt_from(invoice.customer, "1060.00")
    before = booked(partner, MONDAY, MONDAY)
    with clock.told(at(TUESDAY)):
        receipts.reverse_receipt(receipt, by=None, reason="bounced")

    assert booked(partner, MONDAY, MONDAY) == before
    assert sorted(rows(partner, TUESDAY)) == [
        (Kind.ALLOCATION_REVERSED, Account.RECEIVABLES, Account.CUSTOMER_CREDIT, 1060),
        (Kind.RECEIPT_REVERSED, Account.CUSTOMER_CREDIT, Account.BANK, 1060),
    ]


def test_assigned_payment_leaves_the_unidentified(partner: Partner, customer: Customer) -> None:
    with clock.told(at(MONDAY)):
        receipt = receipts.record(partner, None, payment("70.00"), by=None, reason="test")
    with clock.told(at(TUESDAY)):
        receipts.assign_customer(receipt, customer, by=None, reason="test")

    assert rows(partner, MONDAY) == [(Kind.RECEIPT, Account.BANK, Account.UNIDENTIFIED, 70)]
    assert rows(partner, TUESDAY) == [
        (Kind.IDENTIFIED, Account.UNIDENTIFIED, Account.CUSTOMER_CREDIT, 70)
    ]


def test_payment_moved_to_another_customer_leaves_the_first(
    partner: Partner, customer: Customer
) -> None:
    other = CustomerFactory.create(partner=partner, company="北京")
    with clock.told(at(MONDAY)):
        receipt = receipt_from(customer, "70.00")
    with clock.told(at(TUESDAY)):
        receipts.assign_customer(receipt, other, by=None, reason="test")

    found = [(each.company, each.debit) for each in booked(partner, TUESDAY, TUESDAY)]

    assert found == [("上海云帆", Account.CUSTOMER_CREDIT), ("北京", Account.UNIDENTIFIED)]


def test_credit_notes_take_back_all_vat_in_the_end(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(TUESDAY)):
        for amount in ("353.33", "353.33", "353.34"):
            ledger.credit(invoice, amount=Decimal(amount), by=None, reason="test")

    [sums] = journal.sums(Period(partner, TUESDAY, TUESDAY))

    assert sums.change[Account.VAT] == Decimal("60.00")
    assert sums.change[Account.RECEIVABLES] == Decimal("-1060.00")
    assert sums.adds_up


def test_credit_note_with_lines_is_booked_when_it_is_issued(
    partner: Partner, customer: Customer
) -> None:
    with clock.told(at(MONDAY)):
        note = draft_credit_of(customer, "100.00")
    with clock.told(at(TUESDAY)):
        credit_notes.issue_credit_note(note, by=None, reason="test")

    assert rows(partner, MONDAY) == []
    assert rows(partner, TUESDAY) == [
        (Kind.CREDIT_NOTE, Account.REVENUE, Account.CUSTOMER_CREDIT, 100),
        (Kind.CREDIT_NOTE, Account.VAT, Account.CUSTOMER_CREDIT, 6),
    ]


def test_divided_payment_leaves_the_first_customer(partner: Partner, customer: Customer) -> None:
    other = CustomerFactory.create(partner=partner, company="北京")
    with clock.told(at(MONDAY)):
        receipt = receipt_from(customer, "70.00")
    parts = [splits.Part(other, Decimal(30)), splits.Part(customer, Decimal(40))]
    with clock.told(at(TUESDAY)):
        splits.split(receipt, parts, by=None, reason="test")

    found = booked(partner, TUESDAY, TUESDAY)

    assert {each.amount for each in found} == {Decimal(30)}
    assert [(each.company, each.debit) for each in found] == [
        ("上海云帆", Account.CUSTOMER_CREDIT),
        ("北京", Account.UNIDENTIFIED),
    ]


def test_refund_and_its_reversal_go_through_the_bank(partner: Partner, customer: Customer) -> None:
    with clock.told(at(MONDAY)):
        receipt = receipt_from(customer, "70.00", received_on=MONDAY)
        paid = refunds.PayOut(amount=Decimal(20), refunded_on=MONDAY, payee="test")
        refund = refunds.refund(receipt, paid, by=None, reason="test")
    with clock.told(at(TUESDAY)):
        refunds.reverse_refund(refund, by=None, reason="bounced")

    assert (Kind.REFUND, Account.CUSTOMER_CREDIT, Account.BANK, 20) in rows(partner, MONDAY)
    assert rows(partner, TUESDAY) == [
        (Kind.REFUND_REVERSED, Account.BANK, Account.CUSTOMER_CREDIT, 20)
    ]


def test_write_off_is_an_expense(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(TUESDAY)):
        write_offs.write_off(invoice, amount=Decimal("60.00"), by=None, reason="test")

    assert rows(partner, TUESDAY) == [(Kind.WRITE_OFF, Account.WRITE_OFFS, Account.RECEIVABLES, 60)]


def test_write_off_taken_back_is_owed_again(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(TUESDAY)):
        row = write_offs.write_off(invoice, amount=Decimal("60.00"), by=None, reason="test")
        write_offs.reverse(row, amount=Decimal("20.00"), by=None, reason="paid")

    assert rows(partner, TUESDAY)[-1] == (
        Kind.WRITE_OFF_REVERSED,
        Account.RECEIVABLES,
        Account.WRITE_OFFS,
        20,
    )


def test_sums_lead_from_opening_to_closing(partner: Partner, invoice: Invoice) -> None:
    with clock.told(at(TUESDAY)):
        receipt_from(invoice.customer, "1000.00")
        issued_to(invoice.customer, "100.00", "USD")

    cny, usd = journal.sums(Period(partner, TUESDAY, TUESDAY))

    assert (cny.opening[Account.RECEIVABLES], cny.closing[Account.RECEIVABLES]) == (
        Decimal(1060),
        Decimal(60),
    )
    assert (usd.opening[Account.RECEIVABLES], usd.closing[Account.RECEIVABLES]) == (
        Decimal(0),
        Decimal(106),
    )
    assert cny.adds_up
    assert usd.adds_up


def test_sums_say_when_the_ledger_disagrees(partner: Partner, invoice: Invoice) -> None:
    invoice.lines.update(net=Decimal("990.00"), gross=Decimal("1050.00"))

    [sums] = journal.sums(Period(partner, MONDAY, MONDAY))

    assert not sums.adds_up
    assert sums.difference == {Account.RECEIVABLES: -10}


def test_other_partners_bookings_are_not_listed(partner: Partner) -> None:
    with clock.told(at(MONDAY)):
        receipt_from(issued_to(CustomerFactory.create()).customer)

    assert booked(partner, MONDAY, MONDAY) == []


def test_count_is_the_number_of_rows(partner: Partner, invoice: Invoice) -> None:
    assert journal.count(Period(partner, MONDAY, MONDAY)) == 2
