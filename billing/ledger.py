"""The only module that writes what invoices and receipts have settled.

Every function runs under the customer's lock, moves both sides of a settlement together, and
shares its transaction with its audit entries. Amounts are in the currency of the invoice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum

from billing import numbering, rules
from billing.models import (
    Allocation,
    CreditNote,
    CreditUse,
    Invoice,
    InvoiceStatus,
    Receipt,
    WriteOff,
)
from billing.models.receipt import ReceiptQuerySet
from customers import locks
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import PaymentOrder, User


class NothingLeft(Exception):
    """More was asked for than the receipt or the invoice has left."""


class WrongInvoice(Exception):
    """The invoice is another customer's, in another currency, or not issued."""


class AlreadyReversed(Exception):
    """The receipt or the allocation was reversed before."""


class Unidentified(Exception):
    """Nobody has said yet whose money this is."""


def debts_of(customer_id: int, currency: str) -> list[rules.Debt]:
    """What this customer has to pay in one currency, oldest due date first."""
    invoices = Invoice.objects.owed().filter(customer_id=customer_id, currency=currency)
    return [debt(invoice) for invoice in invoices.oldest_first()]


def debt(invoice: Invoice) -> rules.Debt:
    """An issued invoice as the rules see it."""
    return rules.Debt(
        invoice_id=invoice.pk,
        number=invoice.number or "",
        due_on=invoice.due_on,
        open_amount=invoice.open_amount,
        disputed_amount=invoice.disputed_amount,
        is_late_charge=invoice.is_late_charges,
        is_confirmed=not invoice.is_unconfirmed,
    )


def allocate(
    receipt: Receipt, shares: Sequence[rules.Share], *, by: User | None, reason: str
) -> list[Allocation]:
    """Settle invoices with parts of a receipt.

    Raises NothingLeft, WrongInvoice, AlreadyReversed, Unidentified.
    """
    with transaction.atomic():
        receipt = locked_receipt(receipt)
        return _settle(receipt, shares, by=by, reason=reason)


def allocate_automatically(receipt: Receipt, *, by: User | None, reason: str) -> list[Allocation]:
    """Settle by the rule what the receipt still can; returns what it settled, maybe nothing.

    An invoice from which this receipt was taken away before is left to a person.
    """
    with transaction.atomic():
        receipt = locked_receipt(receipt)
        return _settle(receipt, _shares_by_rule(receipt), by=by, reason=reason)


def apply_credit(
    customer_ids: Collection[int], business_date: date, *, by: User | None, reason: str
) -> list[Allocation]:
    """Use credit left on credit notes and receipts for what has fallen due since.

    Nobody is chased over credit. Locks the customers; costs two queries when none of them has both
    credit and a debt that is due. Returns what receipts settled.
    """
    with transaction.atomic():
        Customer.objects.lock(customer_ids)
        due = Invoice.objects.due(business_date).undisputed().of_customers(customer_ids)
        theirs = {
            "customer_id__in": due.values("customer_id"),
            "currency__in": due.values("currency"),
        }
        for note in CreditNote.objects.with_credit().filter(**theirs).order_by("issued_on", "id"):
            mine = due.filter(customer_id=note.customer_id, currency=note.currency)
            most = [(row, debt(row).undisputed_amount) for row in mine.oldest_first()]
            use_credit_note(note, most, by=by, reason=reason)
        credit = Receipt.objects.with_credit().filter(**theirs)
        made: list[Allocation] = []
        for receipt in credit.order_by("received_on", "id"):
            made += allocate_automatically(receipt, by=by, reason=reason)
    return made


def reverse_allocation(allocation: Allocation, *, by: User | None, reason: str) -> Allocation:
    """Take a receipt away from an invoice: the invoice is open again, the money is credit again.

    Raises AlreadyReversed.
    """
    with transaction.atomic():
        receipt = locked_receipt(allocation.receipt)
        rows = receipt.allocations.filter(pk=allocation.pk).select_related("invoice")
        undone = _undo(receipt, rows, by=by, reason=reason)
        if not undone:
            raise AlreadyReversed
    return undone[0]


def pay_back(receipt: Receipt, amount: Decimal) -> None:
    """Count an amount of what a receipt has left as paid back. Raises NothingLeft."""
    _count_refunded(receipt, amount, Receipt.objects.filter(unallocated__gte=amount))


def take_back(receipt: Receipt, amount: Decimal) -> None:
    """Count an amount as not paid back after all. Raises NothingLeft."""
    _count_refunded(receipt, -amount, Receipt.objects.filter(refunded__gte=amount))


def release(receipt: Receipt, *, by: User | None, reason: str) -> list[Allocation]:
    """Take a receipt, whose customer is locked, away from every invoice it settles."""
    if receipt.customer_id is not None:
        locks.ensure_locked(receipt.customer_id)
    rows = receipt.allocations.standing().select_related("invoice")
    return _undo(receipt, rows, by=by, reason=reason)


def credit(
    invoice: Invoice,
    *,
    amount: Decimal,
    by: User | None,
    reason: str,
    shown_open: Decimal | None = None,
) -> CreditNote:
    """Lower what a customer owes, with a numbered credit note.

    `shown_open` is what a page showed as open: with less left, a second click among other things,
    nothing is done. Raises NothingLeft, WrongInvoice.
    """
    with transaction.atomic():
        invoice = reduce(invoice, "credited", amount, shown_open)
        today = clock.business_date(invoice.partner)
        note = CreditNote(
            status=InvoiceStatus.ISSUED,
            used=amount,
            partner=invoice.partner,
            customer=invoice.customer,
            invoice=invoice,
            amount=amount,
            currency=invoice.currency,
            reason=reason,
            issued_on=today,
            made_by=by,
            made_at=clock.now(),
        )
        facts_changed([invoice.customer])
        [note.number] = numbering.take(invoice.partner, numbering.CREDIT_NOTES, today.year, 1)
        note.save()
        _use(note, invoice, amount, by)
        more = {"credit_note": note.number}
        audit.record(reduced(invoice, "invoice.credited", amount, reason, more), by=by)
    return note


def use_credit_note(
    note: CreditNote, most: Iterable[tuple[Invoice, Decimal]], *, by: User | None, reason: str
) -> list[CreditUse]:
    """Lower invoices, in this order, each by at most so much, by what is left of a credit note.

    Its customer is locked. Returns what was lowered, maybe nothing. Raises WrongInvoice.
    """
    locks.ensure_locked(note.customer_id)
    left = note.amount - note.used
    made: list[CreditUse] = []
    for invoice, limit in most:
        _ensure_fits(invoice, note.customer_id, note.currency)
        part = min(left, limit, invoice.open_amount)
        if part > 0:
            left -= part
            made.append(_lower(invoice, part, note, by=by, reason=reason))
    if made:
        note.used = note.amount - left
        note.save(update_fields=["used"])
        facts_changed([note.customer])
    return made


def _lower(
    invoice: Invoice, amount: Decimal, note: CreditNote, *, by: User | None, reason: str
) -> CreditUse:
    invoice.credited += amount
    invoice.save(update_fields=["credited"])
    more = {"credit_note": str(note)}
    audit.record(reduced(invoice, "invoice.credited", amount, reason, more), by=by)
    return _use(note, invoice, amount, by)


def _use(note: CreditNote, invoice: Invoice, amount: Decimal, by: User | None) -> CreditUse:
    return CreditUse.objects.create(
        partner_id=note.partner_id,
        credit_note=note,
        invoice=invoice,
        amount=amount,
        made_by=by,
        made_at=clock.now(),
        made_on=clock.business_date(note.partner),
    )


def restore(row: WriteOff, amount: Decimal) -> Invoice:
    """Lock, read again, and make so much of a write-off open again. Raises NothingLeft."""
    Customer.objects.lock([row.customer_id])
    invoice = Invoice.objects.select_related("partner", "customer").get(pk=row.invoice_id)
    reversed_before = row.reversals.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
    if not 0 < amount <= row.amount - reversed_before:
        raise NothingLeft
    invoice.written_off -= amount
    invoice.save(update_fields=["written_off"])
    return invoice


def reduce(invoice: Invoice, column: str, amount: Decimal, shown_open: Decimal | None) -> Invoice:
    """Lock, read again, and raise one of the two amounts that lower an invoice."""
    Customer.objects.lock([invoice.customer_id])
    fresh = Invoice.objects.select_related("partner", "customer").get(pk=invoice.pk)
    if not fresh.is_issued:
        raise WrongInvoice
    if not 0 < amount <= fresh.open_amount:
        raise NothingLeft
    if shown_open is not None and fresh.open_amount < shown_open:
        raise NothingLeft
    setattr(fresh, column, getattr(fresh, column) + amount)
    fresh.save(update_fields=[column])
    return fresh


def reduced(
    invoice: Invoice, kind: str, amount: Decimal, reason: str, more: Mapping[str, object]
) -> audit.Fact:
    """What the trail keeps when an invoice is lowered, or raised again."""
    after = {"amount": amount, "currency": invoice.currency, "open": invoice.open_amount}
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind=kind,
        reason=reason,
        after={**after, **more},
    )


def locked_receipt(receipt: Receipt) -> Receipt:
    """The receipt as it is now, under its customer's lock. Raises AlreadyReversed, Unidentified."""
    if receipt.customer_id is None:
        raise Unidentified
    Customer.objects.lock([receipt.customer_id])
    fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
    if fresh.is_reversed:
        raise AlreadyReversed
    if fresh.customer_id != receipt.customer_id:
        raise Unidentified
    return fresh


def _count_refunded(receipt: Receipt, amount: Decimal, enough: ReceiptQuerySet) -> None:
    """One conditional statement: nobody's money has no customer to lock."""
    if receipt.customer_id is not None:
        locks.ensure_locked(receipt.customer_id)
    mine = enough.standing().filter(Q(customer_id=receipt.customer_id), pk=receipt.pk)
    if not mine.update(refunded=F("refunded") + amount):
        raise NothingLeft


def _shares_by_rule(receipt: Receipt) -> list[rules.Share]:
    if receipt.customer_id is None:
        raise Unidentified
    taken_away = set(
        receipt.allocations.filter(reversed_at__isnull=False).values_list("invoice_id", flat=True)
    )
    debts = debts_of(receipt.customer_id, receipt.currency)
    return rules.allocate(
        receipt.unallocated,
        remark=receipt.remark,
        debts=[debt for debt in debts if debt.invoice_id not in taken_away],
        on=clock.business_date(receipt.partner),
        order=PaymentOrder(receipt.partner.settings.payment_order),
    )


def _settle(
    receipt: Receipt, shares: Sequence[rules.Share], *, by: User | None, reason: str
) -> list[Allocation]:
    if not shares:
        return []
    if sum(share.amount for share in shares) > receipt.unallocated:
        raise NothingLeft
    invoices = Invoice.objects.in_bulk([share.invoice_id for share in shares])
    for share in shares:
        _settle_one(receipt, invoices[share.invoice_id], share.amount)
    made = Allocation.objects.bulk_create(
        Allocation(
            partner=receipt.partner,
            receipt=receipt,
            invoice=invoices[share.invoice_id],
            amount=share.amount,
            rule=share.rule,
            made_by=by,
            made_at=clock.now(),
        )
        for share in shares
    )
    _write(receipt, invoices.values())
    audit.record_many((_fact(row, "allocation.made", reason) for row in made), by=by)
    return made


def _settle_one(receipt: Receipt, invoice: Invoice, amount: Decimal) -> None:
    _ensure_fits(invoice, receipt.customer_id, receipt.currency)
    left = invoice.total - invoice.allocated - invoice.credited - invoice.written_off
    if not 0 < amount <= left:
        raise NothingLeft
    invoice.allocated += amount
    receipt.allocated += amount


def _ensure_fits(invoice: Invoice, customer_id: int | None, currency: str) -> None:
    belongs = invoice.customer_id == customer_id and invoice.currency == currency
    if not (belongs and invoice.is_issued):
        raise WrongInvoice


def _undo(
    receipt: Receipt, allocations: Iterable[Allocation], *, by: User | None, reason: str
) -> list[Allocation]:
    """Reverse standing allocations of a locked receipt; those reversed before are left alone."""
    undone = [row for row in allocations if row.reversed_at is None]
    if not undone:
        return []
    invoices = Invoice.objects.in_bulk([row.invoice_id for row in undone])
    for row in undone:
        invoices[row.invoice_id].allocated -= row.amount
        receipt.allocated -= row.amount
        row.reversed_by, row.reversed_at, row.reversed_reason = by, clock.now(), reason
    Allocation.objects.bulk_update(undone, ["reversed_by", "reversed_at", "reversed_reason"])
    _write(receipt, invoices.values())
    audit.record_many((_fact(row, "allocation.reversed", reason) for row in undone), by=by)
    return undone


def _write(receipt: Receipt, invoices: Iterable[Invoice]) -> None:
    """Store both sides, and say that what the customer owes has changed."""
    Invoice.objects.bulk_update(list(invoices), ["allocated"])
    receipt.save(update_fields=["allocated"])
    if receipt.customer is not None:
        facts_changed([receipt.customer])


def _fact(allocation: Allocation, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=allocation.partner_id,
        customer_id=allocation.receipt.customer_id,
        subject=allocation,
        kind=kind,
        reason=reason,
        after={
            "invoice": allocation.invoice_id,
            "number": allocation.invoice.number,
            "receipt": allocation.receipt_id,
            "amount": allocation.amount,
            "currency": allocation.receipt.currency,
            "rule": allocation.rule,
        },
    )
