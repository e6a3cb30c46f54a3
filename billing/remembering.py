"""Remembers what a column said before it changed, so that any past day can be shown as it was.

Whoever writes `Invoice.due_on` or `Receipt.customer` calls this in the same transaction;
`manage.py ledger_verify` names rows for which somebody did not.
"""

from collections.abc import Iterable

from billing.models import Invoice, InvoiceDueDate, Receipt, ReceiptOwner
from partners import clock
from partners.models import User


def issued(invoices: Iterable[Invoice], *, by: User | None) -> None:
    """These invoices count from now on, due as they say: one statement per thousand."""
    at = clock.now()
    rows = (
        InvoiceDueDate(
            partner_id=invoice.partner_id,
            invoice=invoice,
            due_on=invoice.due_on,
            is_first=True,
            made_by=by,
            made_at=at,
        )
        for invoice in invoices
    )
    InvoiceDueDate.objects.bulk_create(rows, batch_size=1000)


def due_date_moved(invoice: Invoice, *, by: User | None) -> None:
    """An issued invoice is due on another day from now on."""
    InvoiceDueDate.objects.create(
        partner_id=invoice.partner_id,
        invoice=invoice,
        due_on=invoice.due_on,
        is_first=False,
        made_by=by,
        made_at=clock.now(),
    )


def recorded(receipts: Iterable[Receipt], *, by: User | None) -> None:
    """These receipts count from when they were recorded: one statement per thousand."""
    rows = (
        ReceiptOwner(
            partner_id=receipt.partner_id,
            receipt=receipt,
            customer_id=receipt.customer_id,
            is_first=True,
            made_by=by,
            made_at=receipt.recorded_at,
        )
        for receipt in receipts
    )
    ReceiptOwner.objects.bulk_create(rows, batch_size=1000)


def owner_changed(receipt: Receipt, *, previous: int | None, by: User | None) -> None:
    """A receipt is somebody else's from now on; `previous` is the customer's id, None: nobody."""
    ReceiptOwner.objects.create(
        partner_id=receipt.partner_id,
        receipt=receipt,
        customer_id=receipt.customer_id,
        previous_id=previous,
        is_first=False,
        made_by=by,
        made_at=clock.now(),
    )
