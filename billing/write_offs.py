"""Gives amounts up, takes that back, and settles a written-off invoice with what came in after all.

The ledger writes the amounts; the customer still owes in law what is written off.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from billing import ledger, rules
from billing.models import (
    AllocationRule,
    Invoice,
    Receipt,
    WriteOff,
    WriteOffCode,
    WriteOffReversal,
)
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User

ZERO = Decimal(0)


@dataclass(frozen=True)
class Loss:
    """A write-off and what still counts of it."""

    row: WriteOff
    left: Decimal


def write_off(
    invoice: Invoice,
    *,
    amount: Decimal,
    by: User | None,
    reason: str,
    code: WriteOffCode = WriteOffCode.OTHER,
    shown_open: Decimal | None = None,
) -> WriteOff:
    """Give up an amount, inside the house only; `shown_open` as for a credit note.

    Raises ledger.NothingLeft, ledger.WrongInvoice.
    """
    with transaction.atomic():
        invoice = ledger.reduce(invoice, "written_off", amount, shown_open)
        row = WriteOff.objects.create(
            partner=invoice.partner,
            customer=invoice.customer,
            invoice=invoice,
            amount=amount,
            currency=invoice.currency,
            code=code,
            reason=reason,
            made_by=by,
            made_at=clock.now(),
        )
        facts_changed([invoice.customer])
        fact = ledger.reduced(invoice, "invoice.written_off", amount, reason, {"code": code})
        audit.record(fact, by=by)
    return row


def reverse(
    row: WriteOff,
    *,
    amount: Decimal,
    by: User | None,
    reason: str,
    receipt: Receipt | None = None,
) -> WriteOffReversal:
    """Take a write-off back, or a part of it: the invoice is open again by this amount.

    `receipt` is the money that came in after all. Raises ledger.NothingLeft.
    """
    with transaction.atomic():
        invoice = ledger.restore(row, amount)
        reversal = WriteOffReversal.objects.create(
            partner=invoice.partner,
            customer=invoice.customer,
            write_off=row,
            receipt=receipt,
            amount=amount,
            currency=invoice.currency,
            reason=reason,
            made_by=by,
            made_at=clock.now(),
        )
        facts_changed([invoice.customer])
        kind = "invoice.bad_debt_recovered" if receipt else "invoice.write_off_reversed"
        more = {"receipt": receipt.pk} if receipt else {}
        audit.record(ledger.reduced(invoice, kind, amount, reason, more), by=by)
    return reversal


def recover(
    receipt: Receipt, row: WriteOff, *, amount: Decimal, by: User | None, reason: str
) -> WriteOffReversal:
    """A written-off invoice was paid after all: the needed part of the write-off is taken back and
    settled by the receipt, in one act.

    Raises ledger.NothingLeft, ledger.WrongInvoice, ledger.AlreadyReversed, ledger.Unidentified.
    """
    with transaction.atomic():
        Customer.objects.lock({row.customer_id, receipt.customer_id or row.customer_id})
        reversal = reverse(row, amount=amount, by=by, reason=reason, receipt=receipt)
        share = rules.Share(row.invoice_id, amount, AllocationRule.BY_HAND)
        ledger.allocate(receipt, [share], by=by, reason=reason)
    return reversal


def losses_of(customer_id: int, currency: str) -> list[Loss]:
    """What was written off of one customer in one currency and still counts, oldest first."""
    rows = (
        WriteOff.objects.filter(customer_id=customer_id, currency=currency)
        .annotate(gone=Coalesce(Sum("reversals__amount"), ZERO))
        .select_related("invoice")
        .order_by("id")
    )
    return [Loss(row, row.amount - row.gone) for row in rows if row.amount > row.gone]


def left_of(row: WriteOff) -> Decimal:
    """What still counts of a write-off."""
    gone: Decimal = row.reversals.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    return row.amount - gone


def is_small_difference(invoice: Invoice) -> bool:
    """Whether a payment left no more open than the partner offers to write off."""
    return 0 < invoice.open_amount <= invoice.partner.settings.small_difference and bool(
        invoice.allocated
    )
