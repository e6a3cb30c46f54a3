"""`manage.py ledger_verify` names every row that was written past the ledger."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from billing import disputes, ledger, receipts, write_offs
from billing.models import Allocation, DisputeCode, Invoice, InvoiceLine, Receipt
from customers.models import Customer
from partners.models import Partner
from tests.factories.billing import overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory


@pytest.fixture
def lived(partner: Partner) -> Customer:
    """A customer with a bit of everything."""
    customer = CustomerFactory.create(partner=partner)
    invoice = overdue_for(customer, days=3)
    receipt_from(customer, "500.00")
    ledger.credit(invoice, amount=invoice.total / 10, by=None, reason="test")
    write_offs.write_off(invoice, amount=invoice.total / 10, by=None, reason="test")
    disputes.dispute(invoice, DisputeCode.PRICE, "dear", by=None, reason="test")
    receipt = receipts.record(partner, None, payment("70.00"), by=None, reason="test")
    receipts.assign_customer(receipt, customer, by=None, reason="test")
    return customer


def verify(partner: Partner) -> str:
    """What the command says on stderr; it must fail."""
    said = StringIO()
    with pytest.raises(CommandError, match="do not add up"):
        call_command("ledger_verify", partner.mpn_id, stderr=said)
    return said.getvalue()


def test_verify_is_content_with_what_the_ledger_wrote(partner: Partner, lived: Customer) -> None:
    said = StringIO()

    call_command("ledger_verify", partner.mpn_id, stdout=said)

    assert "The ledger adds up." in said.getvalue()


@pytest.mark.parametrize("column", ["allocated", "credited", "written_off", "total"])
def test_verify_names_an_invoice_that_was_written_past_the_ledger(
    partner: Partner, lived: Customer, column: str
) -> None:
    Invoice.objects.update(**{column: F(column) + 1})

    said = verify(partner)

    assert f"invoice {Invoice.objects.get().pk}: {column} is" in said


def test_verify_names_a_receipt_that_was_written_past_the_ledger(
    partner: Partner, lived: Customer
) -> None:
    unused = Receipt.objects.get(allocated=0)
    Receipt.objects.filter(pk=unused.pk).update(allocated=1)

    assert f"receipt {unused.pk}: allocated is 1.00, its rows say 0." in verify(partner)


def test_verify_names_a_deleted_row(partner: Partner, lived: Customer) -> None:
    Allocation.objects.all().delete()

    said = verify(partner)

    assert "allocated is 500.00, its rows say 0." in said


def test_verify_names_money_of_another_customer(partner: Partner, lived: Customer) -> None:
    Receipt.objects.update(customer=CustomerFactory.create(partner=partner))

    said = verify(partner)

    assert "customer or currency" in said
    assert "customer is" in said


def test_verify_names_a_due_date_that_nobody_remembered(partner: Partner, lived: Customer) -> None:
    Invoice.objects.update(due_on=F("due_on") + timedelta(days=1))

    assert "due on is" in verify(partner)


def test_verify_names_a_dispute_that_is_not_there(partner: Partner, lived: Customer) -> None:
    Invoice.objects.update(disputed_since=None, disputed_amount=0)

    assert "disputed amount is 0.00" in verify(partner)


def test_verify_names_lines_that_do_not_make_the_total(partner: Partner, lived: Customer) -> None:
    InvoiceLine.objects.update(net=F("net") - 1, gross=F("gross") - 1)

    assert "total is 1060.00, its rows say 1059.00." in verify(partner)


def test_verify_leaves_other_partners_alone(partner: Partner, lived: Customer) -> None:
    other = CustomerFactory.create().partner
    Invoice.objects.update(credited=0)

    call_command("ledger_verify", other.mpn_id)


def test_verify_refuses_an_unknown_partner(db: None) -> None:
    with pytest.raises(CommandError, match="no partner"):
        call_command("ledger_verify", "1")
