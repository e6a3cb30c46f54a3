"""Opening balances: invoices issued before this portal was used, which a person has to confirm.

Its total here is what was open when it was taken over, so that the ledger adds up from its own
rows; what it was originally is kept beside it (docs/decisions, “Opening balances”).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import ledger, lifecycle, remembering
from billing.imports import balance_staging as staging
from billing.models import ImportedRow, Invoice, InvoiceLine, TableImport
from billing.models.invoice import InvoiceQuerySet
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User

BATCH = 1000
CENT = Decimal("0.01")


def write(table: TableImport, *, by: User | None, reason: str) -> dict[str, Any]:
    """Issue what is staged as opening balances, under their customers' locks.

    Nobody is written to, and nobody is chased before a person confirms. Returns what was done.
    """
    done = {"recorded": 0, "known": 0}
    with transaction.atomic():
        customers = Customer.objects.lock(staging.customers())
        after = 0
        while batch := staging.taken(after=after, limit=BATCH):
            after = batch[-1][0]
            done["recorded"] += len(_issue(table, batch, by=by, reason=reason))
        facts_changed(customers)
        done["known"] = staging.link_known(table.pk, table.partner_id)
    return done


def confirm(invoices: InvoiceQuerySet, *, by: User | None, reason: str) -> int:
    """Say that opening balances are right: from now on they are chased like any other invoice.

    The next sweep sees them overdue anew. Returns how many were confirmed; 0 on a second click.
    """
    with transaction.atomic():
        waiting = invoices.unconfirmed()
        customers = Customer.objects.lock(
            sorted(set(waiting.order_by().values_list("customer_id", flat=True)))
        )
        locked = [customer.pk for customer in customers]
        fresh = list(waiting.filter(customer_id__in=locked))
        Invoice.objects.filter(pk__in=[invoice.pk for invoice in fresh]).update(
            history_confirmed_by=by, history_confirmed_at=clock.now(), overdue_flagged_on=None
        )
        facts_changed(customers)
        audit.record_many((_confirmed(invoice, reason) for invoice in fresh), by=by)
        _use_credit(fresh, by=by, reason=reason)
    return len(fresh)


def _use_credit(invoices: Sequence[Invoice], *, by: User | None, reason: str) -> None:
    """Nobody is chased over credit that could settle what was just confirmed."""
    if not invoices:
        return
    today = clock.business_date(invoices[0].partner)
    customer_ids: Collection[int] = {invoice.customer_id for invoice in invoices}
    ledger.apply_credit(customer_ids, today, by=by, reason=reason)


def _issue(
    table: TableImport, batch: Sequence[tuple[Any, ...]], *, by: User | None, reason: str
) -> list[Invoice]:
    at = clock.now()
    invoices = Invoice.objects.bulk_create(_draft(table, row, by, at) for row in batch)
    InvoiceLine.objects.bulk_create(
        _line(invoice, row) for invoice, row in zip(invoices, batch, strict=True)
    )
    for invoice, row in zip(invoices, batch, strict=True):
        invoice.number, invoice.issued_on, invoice.due_on = row[2], row[3], row[4]
    lifecycle.issue_many(invoices, by=by, reason=reason)
    remembering.issued(invoices, by=by)
    ImportedRow.objects.bulk_create(
        ImportedRow(partner=table.partner, table=table, row=row[0], invoice=invoice)
        for invoice, row in zip(invoices, batch, strict=True)
    )
    return invoices


def _draft(table: TableImport, row: tuple[Any, ...], by: User | None, at: datetime) -> Invoice:
    (
        _row,
        _ref,
        _number,
        _issued,
        _due,
        terms,
        currency,
        original,
        still_open,
        _rate,
        remark,
        whose,
    ) = row
    return Invoice(
        partner=table.partner,
        customer_id=whose,
        currency=currency,
        terms_days=terms,
        total=still_open,
        original_total=original,
        is_history=True,
        note=remark,
        created_by=by,
        created_at=at,
    )


def _line(invoice: Invoice, row: tuple[Any, ...]) -> InvoiceLine:
    """One line for what was open, with the VAT that is in it."""
    rate: Decimal = row[9]
    net = (invoice.total * 100 / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
    return InvoiceLine(
        partner=invoice.partner,
        invoice=invoice,
        position=1,
        description=row[10] or _("Opening balance"),
        quantity=1,
        unit_price=net,
        net=net,
        vat_rate=rate,
        vat=invoice.total - net,
        gross=invoice.total,
    )


def _confirmed(invoice: Invoice, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind="opening_balance.confirmed",
        reason=reason,
        after={"number": invoice.number, "open_amount": invoice.open_amount},
    )


def of_import(table: TableImport) -> InvoiceQuerySet:
    """The invoices that an import brought; not those that were there before it."""
    rows = ImportedRow.objects.filter(table=table, was_there=False)
    return Invoice.objects.filter(pk__in=rows.values("invoice_id"))
