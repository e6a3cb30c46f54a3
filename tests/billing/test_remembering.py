"""Due dates and owners of receipts leave rows behind when they change."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError

from billing import invoicing, receipts
from billing.fapiao import services
from billing.models import Invoice, InvoiceDueDate, ReceiptOwner
from partners.models import TermsFrom
from tests.factories.billing import draft_of, issued_to, payment, receipt_from
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def due_dates(invoice: Invoice) -> list[tuple[date | None, bool]]:
    return list(invoice.due_dates.values_list("due_on", "is_first"))


def test_issuing_remembers_the_due_date() -> None:
    invoice = issued_to(CustomerFactory.create())

    assert due_dates(invoice) == [(invoice.due_on, True)]


def test_draft_leaves_no_due_date() -> None:
    assert due_dates(draft_of(CustomerFactory.create())) == []


def test_delivered_fapiao_adds_its_due_date() -> None:
    draft = draft_of(CustomerFactory.create())
    Invoice.objects.filter(pk=draft.pk).update(terms_from=TermsFrom.FAPIAO)
    [invoice] = invoicing.issue_invoices([draft], by=None, reason="test").issued
    delivered = date(2026, 5, 4)
    facts = services.Facts(number="25312000000012345678", type="special", issued_on=delivered)
    fapiao = services.record_issued([invoice], facts, by=None, reason="test")

    services.deliver(fapiao, on=delivered, how="by hand", by=None, reason="test")

    assert due_dates(invoice) == [(None, True), (delivered + timedelta(days=30), False)]


def test_recorded_receipt_remembers_whose_it_was() -> None:
    customer = CustomerFactory.create()

    receipt = receipt_from(customer)

    [owner] = receipt.owners.all()
    assert (owner.customer, owner.is_first, owner.made_at) == (customer, True, receipt.recorded_at)


def test_assigned_receipt_was_nobodys_before() -> None:
    customer = CustomerFactory.create()
    receipt = receipts.record(customer.partner, None, payment(), by=None, reason="test")

    receipts.assign_customer(receipt, customer, by=None, reason="test")

    first, then = receipt.owners.all()
    assert (first.customer, first.is_first) == (None, True)
    assert (then.previous, then.customer, then.is_first) == (None, customer, False)


@pytest.mark.parametrize("model", [InvoiceDueDate, ReceiptOwner])
def test_what_was_is_never_changed(model: type[InvoiceDueDate] | type[ReceiptOwner]) -> None:
    receipt_from(issued_to(CustomerFactory.create()).customer)

    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        model._default_manager.update(is_first=False)
