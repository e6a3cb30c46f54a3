"""Receipts settle invoices, both sides move together, and nothing moves without its audit entry."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from billing import disputes, invoicing, ledger, lookalikes, receipts, rules, write_offs
from billing.models import (
    Allocation,
    AllocationRule,
    DisputeCode,
    DisputeOutcome,
    Invoice,
    Receipt,
)
from customers.models import Customer
from partners import audit, clock
from partners.models import AuditEntry, Partner
from tests.factories.billing import draft_of, issued_to, overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory
from tests.threads import run_together

D = Decimal


class AuditBroken(Exception):
    """What the broken trail of these tests raises."""


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def break_audit(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fail(*args: object, **kwargs: object) -> None:
        raise AuditBroken

    def now() -> None:
        monkeypatch.setattr(audit, "record", fail)
        monkeypatch.setattr(audit, "record_many", fail)

    return now


def by_hand(invoice: Invoice, amount: str) -> list[rules.Share]:
    return [rules.Share(invoice.pk, D(amount), AllocationRule.BY_HAND)]


def test_record_receipt_settles_what_is_due(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)

    receipt = receipt_from(customer, "1060.00")

    invoice.refresh_from_db()
    assert (invoice.open_amount, receipt.unallocated) == (D(0), D(0))
    assert receipt.allocations.get().rule == AllocationRule.OLDEST_DUE


def test_record_receipt_keeps_the_rest_as_credit(customer: Customer) -> None:
    overdue_for(customer, days=1)

    receipt = receipt_from(customer, "1100.00")

    assert receipt.unallocated == D("40.00")


def test_record_receipt_in_another_currency_settles_nothing(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)

    receipt = receipt_from(customer, "1060.00", currency="USD")

    invoice.refresh_from_db()
    assert (invoice.allocated, receipt.unallocated) == (D(0), D("1060.00"))


def test_record_receipt_raises_the_facts_version(customer: Customer) -> None:
    receipt_from(customer)

    before = customer.facts_version
    customer.refresh_from_db()
    assert customer.facts_version == before + 1


def test_record_receipt_twice_by_one_form_is_one_receipt(customer: Customer) -> None:
    facts = payment()

    first = receipts.record(customer.partner, customer, facts, by=None, reason="test")
    second = receipts.record(customer.partner, customer, facts, by=None, reason="test")

    assert first == second
    assert Receipt.objects.count() == 1


def test_record_receipt_with_a_known_bank_serial_is_refused(customer: Customer) -> None:
    first = receipt_from(customer, bank_account="6222", bank_serial="A1")

    with pytest.raises(receipts.SameBankSerial) as refusal:
        receipt_from(customer, bank_account="6222", bank_serial="A1")

    assert refusal.value.receipt == first


def test_record_receipt_after_a_reversal_may_use_the_serial_again(customer: Customer) -> None:
    first = receipt_from(customer, bank_account="6222", bank_serial="A1")
    receipts.reverse_receipt(first, by=None, reason="wrong amount")

    second = receipt_from(customer, "10.00", bank_account="6222", bank_serial="A1")

    assert lookalikes.of(customer.partner, payment(bank_serial="A1")) == [first]
    assert second.amount == D("10.00")


def test_unidentified_receipt_waits_until_assigned(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    waiting = receipts.record(customer.partner, None, payment(), by=None, reason="test")

    assigned = receipts.assign_customer(waiting, customer, by=None, reason="asked the payer")

    invoice.refresh_from_db()
    assert (assigned.unallocated, invoice.open_amount) == (D(0), D(0))


def test_assign_moves_unused_money_only(customer: Customer) -> None:
    other = CustomerFactory.create(partner=customer.partner)
    overdue_for(customer, days=1)
    used = receipt_from(customer)

    with pytest.raises(receipts.AlreadyAssigned):
        receipts.assign_customer(used, other, by=None, reason="typing error")


def test_assign_raises_the_facts_of_both_customers(customer: Customer) -> None:
    other = CustomerFactory.create(partner=customer.partner)
    unused = receipt_from(customer)
    customer.refresh_from_db()

    receipts.assign_customer(unused, other, by=None, reason="typing error")

    before = customer.facts_version
    customer.refresh_from_db()
    other.refresh_from_db()
    assert (customer.facts_version, other.facts_version) == (before + 1, 1)


def test_reverse_receipt_reopens_what_it_settled(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    receipt = receipt_from(customer)

    receipts.reverse_receipt(receipt, by=None, reason="cheque bounced")

    invoice.refresh_from_db()
    receipt.refresh_from_db()
    assert (invoice.open_amount, receipt.allocated, receipt.unallocated) == (D(1060), D(0), D(0))
    assert not Allocation.objects.standing().exists()


def test_reverse_receipt_twice_is_refused(customer: Customer) -> None:
    receipt = receipt_from(customer)
    receipts.reverse_receipt(receipt, by=None, reason="first")

    with pytest.raises(ledger.AlreadyReversed):
        receipts.reverse_receipt(receipt, by=None, reason="second")


def test_reverse_allocation_gives_the_credit_back(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    receipt = receipt_from(customer)

    ledger.reverse_allocation(receipt.allocations.get(), by=None, reason="for another")

    invoice.refresh_from_db()
    receipt.refresh_from_db()
    assert (invoice.open_amount, receipt.unallocated) == (D(1060), D(1060))


def test_allocate_automatically_leaves_what_was_taken_away_to_a_person(
    customer: Customer,
) -> None:
    overdue_for(customer, days=1)
    receipt = receipt_from(customer)
    ledger.reverse_allocation(receipt.allocations.get(), by=None, reason="for another")

    assert ledger.allocate_automatically(receipt, by=None, reason="sweep") == []


def test_apply_credit_uses_it_when_an_invoice_falls_due(customer: Customer) -> None:
    invoice = issued_to(customer)
    receipt_from(customer)
    on = invoice.due_on
    assert on is not None
    Invoice.objects.filter(pk=invoice.pk).update(due_on=on - timedelta(days=40))

    today = clock.business_date(customer.partner)
    ledger.apply_credit([customer.pk], today, by=None, reason="fell due")

    invoice.refresh_from_db()
    assert invoice.open_amount == 0


@pytest.mark.parametrize("amount", ["1060.01", "0.00", "-1.00"])
def test_allocate_more_than_is_open_is_refused(customer: Customer, amount: str) -> None:
    receipt = receipt_from(customer, "5000.00")
    invoice = issued_to(customer)

    with pytest.raises(ledger.NothingLeft):
        ledger.allocate(receipt, by_hand(invoice, amount), by=None, reason="test")


def test_allocate_more_than_the_receipt_has_is_refused(customer: Customer) -> None:
    receipt = receipt_from(customer, "10.00")

    with pytest.raises(ledger.NothingLeft):
        ledger.allocate(receipt, by_hand(issued_to(customer), "10.01"), by=None, reason="test")


def test_allocate_to_a_draft_is_refused(customer: Customer) -> None:
    receipt = receipt_from(customer)

    with pytest.raises(ledger.WrongInvoice):
        ledger.allocate(receipt, by_hand(draft_of(customer), "1.00"), by=None, reason="test")


def test_allocate_to_another_customers_invoice_is_refused(customer: Customer) -> None:
    receipt = receipt_from(customer)
    theirs = issued_to(CustomerFactory.create(partner=customer.partner))

    with pytest.raises(ledger.WrongInvoice):
        ledger.allocate(receipt, by_hand(theirs, "1.00"), by=None, reason="test")


def test_credit_lowers_the_open_amount_under_a_number_of_its_own(customer: Customer) -> None:
    invoice = issued_to(customer)

    first = ledger.credit(invoice, amount=D("60.00"), by=None, reason="3 seats too many")
    second = ledger.credit(invoice, amount=D("1000.00"), by=None, reason="goodwill")

    invoice.refresh_from_db()
    assert (invoice.credited, invoice.open_amount) == (D(1060), 0)
    assert [note.number and note.number[-6:] for note in (first, second)] == ["-00001", "-00002"]


def test_credit_above_the_open_amount_is_refused(customer: Customer) -> None:
    invoice = issued_to(customer)

    with pytest.raises(ledger.NothingLeft):
        ledger.credit(invoice, amount=D("1060.01"), by=None, reason="test")


def test_write_off_leaves_nothing_open(customer: Customer) -> None:
    invoice = issued_to(customer)

    write_offs.write_off(invoice, amount=D("1060.00"), by=None, reason="insolvent")

    invoice.refresh_from_db()
    assert (invoice.written_off, invoice.open_amount) == (D(1060), 0)


def test_dispute_and_answer_mark_the_invoice(customer: Customer) -> None:
    invoice = issued_to(customer)

    row = disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")
    invoice.refresh_from_db()
    assert invoice.is_disputed

    disputes.resolve_dispute(row, DisputeOutcome.REJECTED, "as agreed", by=None, reason="checked")
    invoice.refresh_from_db()
    assert not invoice.is_disputed


def test_dispute_twice_is_refused(customer: Customer) -> None:
    invoice = issued_to(customer)
    disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")

    with pytest.raises(disputes.AlreadyDisputed):
        disputes.dispute(invoice, DisputeCode.PRICE, "again", by=None, reason="phone")


def test_nothing_moves_when_a_receipt_cannot_be_audited(
    customer: Customer, break_audit: Callable[[], None]
) -> None:
    invoice = overdue_for(customer, days=1)
    break_audit()

    with pytest.raises(AuditBroken):
        receipt_from(customer)

    invoice.refresh_from_db()
    assert (Receipt.objects.count(), invoice.allocated) == (0, D(0))


def test_nothing_moves_when_a_reversal_cannot_be_audited(
    customer: Customer, break_audit: Callable[[], None]
) -> None:
    overdue_for(customer, days=1)
    receipt = receipt_from(customer)
    break_audit()

    with pytest.raises(AuditBroken):
        receipts.reverse_receipt(receipt, by=None, reason="test")

    receipt.refresh_from_db()
    assert (receipt.is_reversed, receipt.allocated) == (False, D(1060))


def test_nothing_moves_when_issuing_cannot_be_audited(
    customer: Customer, break_audit: Callable[[], None]
) -> None:
    invoice = draft_of(customer)
    break_audit()

    with pytest.raises(AuditBroken):
        invoicing.issue_invoices([invoice], by=None, reason="test")

    invoice.refresh_from_db()
    assert (invoice.is_draft, invoice.number) == (True, None)


def test_every_settlement_is_in_the_trail_once(customer: Customer) -> None:
    overdue_for(customer, days=1)
    receipt = receipt_from(customer)
    receipts.reverse_receipt(receipt, by=None, reason="cheque bounced")

    kinds = AuditEntry.objects.filter(customer_ref=customer.pk).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        "invoice.drafted",
        "invoice.issued",
        "notice.failed",
        "receipt.recorded",
        "allocation.made",
        "allocation.reversed",
        "receipt.reversed",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_people_allocating_one_receipt_settle_it_once() -> None:
    customer = CustomerFactory.create()
    receipt = receipt_from(customer, "100.00")
    invoices = [issued_to(customer), issued_to(customer)]
    barrier = threading.Barrier(2)
    refused: list[Exception] = []

    def allocate(invoice: Invoice) -> None:
        barrier.wait()
        try:
            ledger.allocate(receipt, by_hand(invoice, "100.00"), by=None, reason="test")
        except ledger.NothingLeft as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=allocate, args=(invoice,)) for invoice in invoices]
    run_together(threads)

    receipt.refresh_from_db()
    assert (receipt.unallocated, len(refused)) == (0, 1)
    assert Allocation.objects.get().amount == D("100.00")
