"""Records money that came in, says whose it is, and takes records back."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from billing import claims, ledger, payers, remembering, rules
from billing.models import Receipt
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import Partner, PaymentOrder, User


class SameBankSerial(Exception):
    """The bank's serial number was recorded before, on this account."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        super().__init__(str(receipt))


class AlreadyAssigned(Exception):
    """Somebody else has said meanwhile whose money this is, or has used it."""


class AlreadySplit(Exception):
    """The payment was divided: its parts count instead of it."""


class PartOfPayment(Exception):
    """A part of a payment can't be reversed alone: the bank knows only the whole."""


class WasRefunded(Exception):
    """Some of the money was paid back: take the refund back first."""


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What the bank's statement shows of one payment, verbatim. Dates are the partner's."""

    amount: Decimal
    currency: str
    received_on: date
    bank_account: str = ""
    bank_serial: str = ""
    payer: str = ""
    payer_account: str = ""
    remark: str = ""
    entry_token: UUID = field(default_factory=uuid4)


def record_receipt(
    partner: Partner,
    *,
    customer: Customer | None,
    bank_account: str,
    bank_serial: str,
    amount: Decimal,
    currency: str,
    received_on: date,
    payer: str,
    remark: str,
    by: User | None,
    reason: str,
    entry_token: UUID | None = None,
) -> Receipt:
    """Record a payment and settle by the rule what it can; without a customer it waits.

    The same entry token again returns the first receipt. Raises SameBankSerial.
    """
    payment = Payment(
        amount=amount,
        currency=currency,
        received_on=received_on,
        bank_account=bank_account,
        bank_serial=bank_serial,
        payer=payer,
        remark=remark,
        entry_token=entry_token or uuid4(),
    )
    return record(partner, customer, payment, by=by, reason=reason)


def record(
    partner: Partner, customer: Customer | None, payment: Payment, *, by: User | None, reason: str
) -> Receipt:
    """As record_receipt, for a payment at hand."""
    with transaction.atomic():
        if customer is not None:
            [customer] = Customer.objects.lock([customer.pk])
        receipt, is_new = _insert(partner, customer, payment, by)
        if not is_new:
            return receipt
        remembering.recorded([receipt], by=by)
        audit.record(_fact(receipt, "receipt.recorded", reason), by=by)
        if customer is not None:
            facts_changed([customer])
            payers.learn(receipt, customer, by=by)
            ledger.allocate_automatically(receipt, by=by, reason=reason)
            claims.match(receipt, by=by)
            receipt.refresh_from_db()
    return receipt


def record_unidentified(
    partner: Partner, payments: Sequence[Payment], *, by: User | None, reason: str
) -> list[Receipt]:
    """Record payments whose customers are not known yet, all or none.

    As many statements for a thousand as for one. Returns the rows in the order of the payments;
    an entry token recorded before gives the receipt of then. Raises SameBankSerial.
    """
    with transaction.atomic():
        at, found = clock.now(), _recorded_before(partner, payments)
        fresh = [
            _row(partner, None, payment, by, at)
            for payment in {payment.entry_token: payment for payment in payments}.values()
            if payment.entry_token not in found
        ]
        try:
            with transaction.atomic():
                Receipt.objects.bulk_create(fresh, batch_size=1000)
        except IntegrityError:
            _tell_same_serial(partner, payments, known=found)
            raise
        remembering.recorded(fresh, by=by)
        audit.record_many((_fact(row, "receipt.recorded", reason) for row in fresh), by=by)
    found |= {row.entry_token: row for row in fresh}
    return [found[payment.entry_token] for payment in payments]


def preview(partner: Partner, customer: Customer, payment: Payment) -> list[rules.Share]:
    """What recording this payment would settle today, by the same rule."""
    return rules.allocate(
        payment.amount,
        remark=payment.remark,
        debts=ledger.debts_of(customer.pk, payment.currency),
        on=clock.business_date(partner),
        order=PaymentOrder(partner.settings.payment_order),
    )


def payment_of(receipt: Receipt) -> Payment:
    """What the bank showed of a recorded payment."""
    return Payment(
        amount=receipt.amount,
        currency=receipt.currency,
        received_on=receipt.received_on,
        bank_account=receipt.bank_account,
        bank_serial=receipt.bank_serial,
        payer=receipt.payer,
        payer_account=receipt.payer_account,
        remark=receipt.remark,
    )


def same_serial(partner: Partner, payment: Payment) -> Receipt | None:
    """The standing receipt with this bank serial number on this account."""
    if not payment.bank_serial:
        return None
    return (
        Receipt.objects.of_partner(partner)
        .from_bank()
        .filter(bank_account=payment.bank_account, bank_serial=payment.bank_serial)
        .first()
    )


def assign_customer(
    receipt: Receipt, customer: Customer, *, by: User | None, reason: str
) -> Receipt:
    """Say whose money this is, and settle by the rule what it can.

    Another customer's is moved only while it settles nothing. Assigning twice equals once.
    Raises AlreadyAssigned, AlreadySplit, ledger.AlreadyReversed.
    """
    with transaction.atomic():
        _lock([customer.pk, receipt.customer_id])
        fresh = _standing(receipt)
        if fresh.customer_id == customer.pk:
            return fresh
        return _move(fresh, receipt.customer_id, customer, by=by, reason=reason)


def reassign(
    receipt: Receipt, customer: Customer | None, *, by: User | None, reason: str
) -> Receipt:
    """Move a payment to whose it really is, or among the unidentified ones.

    What it settled is open again, what it can settle is settled, and what was learned of its payer
    is corrected, all at once. Raises AlreadyAssigned, AlreadySplit, ledger.AlreadyReversed.
    """
    with transaction.atomic():
        _lock([receipt.customer_id, customer.pk if customer else None])
        fresh = _standing(receipt)
        if fresh.customer_id != receipt.customer_id or fresh.customer == customer:
            raise AlreadyAssigned
        if fresh.customer is not None:
            ledger.release(fresh, by=by, reason=reason)
            payers.unlearn(fresh, fresh.customer, by=by, reason=reason)
        return _move(fresh, receipt.customer_id, customer, by=by, reason=reason)


def reverse_receipt(receipt: Receipt, *, by: User | None, reason: str) -> Receipt:
    """Take a payment back, with its parts: it counts no more, what it settled is open again.

    Raises ledger.AlreadyReversed, AlreadyAssigned, PartOfPayment, WasRefunded.
    """
    with transaction.atomic():
        whole = with_parts(receipt)
        involved = _lock(row.customer_id for row in whole)
        fresh = with_parts(receipt)
        _ensure_reversible(whole, fresh)
        for row in fresh:
            _reverse(row, by=by, reason=reason)
        facts_changed(involved)
    return fresh[0]


def with_parts(receipt: Receipt) -> list[Receipt]:
    """A receipt as it is now, and the standing parts it was divided into, at any depth."""
    rows = Receipt.objects.select_related("customer", "partner")
    found = [rows.get(pk=receipt.pk)]
    level = found
    while divided := [row.pk for row in level if row.is_split]:
        level = list(rows.filter(split_from__in=divided, reversed_at=None).order_by("id"))
        found += level
    return found


def _insert(
    partner: Partner, customer: Customer | None, payment: Payment, by: User | None
) -> tuple[Receipt, bool]:
    """Insert the row, or find the one this form wrote before. Raises SameBankSerial."""
    row = _row(partner, customer, payment, by, clock.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        written_before = Receipt.objects.of_partner(partner).filter(entry_token=row.entry_token)
        if (found := written_before.first()) is not None:
            return found, False
        if (other := same_serial(partner, payment)) is not None:
            raise SameBankSerial(other) from None
        raise
    return row, True


def _row(
    partner: Partner, customer: Customer | None, payment: Payment, by: User | None, at: datetime
) -> Receipt:
    """The receipt of a payment, not stored yet."""
    return Receipt(
        partner=partner,
        customer=customer,
        bank_account=payment.bank_account,
        bank_serial=payment.bank_serial,
        amount=payment.amount,
        currency=payment.currency,
        received_on=payment.received_on,
        payer=payment.payer,
        payer_account=payment.payer_account,
        remark=payment.remark,
        entry_token=payment.entry_token,
        recorded_by=by,
        recorded_at=at,
    )


def _recorded_before(partner: Partner, payments: Sequence[Payment]) -> dict[UUID, Receipt]:
    tokens = [payment.entry_token for payment in payments]
    found = Receipt.objects.of_partner(partner).filter(entry_token__in=tokens)
    return {receipt.entry_token: receipt for receipt in found}


def _tell_same_serial(
    partner: Partner, payments: Sequence[Payment], *, known: Container[UUID]
) -> None:
    """Raise SameBankSerial for the first payment whose serial number was recorded before."""
    for payment in payments:
        if payment.entry_token in known:
            continue
        if (other := same_serial(partner, payment)) is not None:
            raise SameBankSerial(other)


def _lock(customer_ids: Iterable[int | None]) -> list[Customer]:
    return list(Customer.objects.lock({pk for pk in customer_ids if pk is not None}))


def _standing(receipt: Receipt) -> Receipt:
    """The receipt as it is now. Raises AlreadySplit, ledger.AlreadyReversed."""
    fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
    if fresh.is_reversed:
        raise ledger.AlreadyReversed
    if fresh.is_split:
        raise AlreadySplit
    return fresh


def _move(
    receipt: Receipt,
    previous: int | None,
    customer: Customer | None,
    *,
    by: User | None,
    reason: str,
) -> Receipt:
    """Make an unused receipt somebody's, unless somebody else was quicker; settle by the rule."""
    takeable = Receipt.objects.standing().filter(
        Q(customer_id=previous), pk=receipt.pk, allocated=0
    )
    if not takeable.update(customer=customer):
        raise AlreadyAssigned
    fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
    claims.receipt_gone(fresh, by=by)
    remembering.owner_changed(fresh, previous=previous, by=by)
    before = {"customer": previous}
    audit.record(_fact(fresh, "receipt.assigned", reason, before=before), by=by)
    both = [pk for pk in (previous, fresh.customer_id) if pk is not None]
    facts_changed(Customer.objects.filter(pk__in=both))
    if customer is not None:
        payers.learn(fresh, customer, by=by)
        ledger.allocate_automatically(fresh, by=by, reason=reason)
        claims.match(fresh, by=by)
        fresh.refresh_from_db()
    return fresh


def _ensure_reversible(known: Sequence[Receipt], fresh: Sequence[Receipt]) -> None:
    """Everybody involved is locked, and nothing stands in the way."""
    if fresh[0].is_reversed:
        raise ledger.AlreadyReversed
    if fresh[0].split_from_id is not None:
        raise PartOfPayment
    if {row.customer_id for row in fresh} - {row.customer_id for row in known}:
        raise AlreadyAssigned
    if any(row.refunded for row in fresh):
        raise WasRefunded


def _reverse(receipt: Receipt, *, by: User | None, reason: str) -> None:
    ledger.release(receipt, by=by, reason=reason)
    claims.receipt_gone(receipt, by=by)
    mine = Receipt.objects.filter(
        Q(customer_id=receipt.customer_id), pk=receipt.pk, reversed_at=None, allocated=0, refunded=0
    )
    if not mine.update(reversed_by=by, reversed_at=clock.now(), reversed_reason=reason):
        raise ledger.AlreadyReversed
    receipt.refresh_from_db()
    audit.record(_fact(receipt, "receipt.reversed", reason), by=by)


def _fact(
    receipt: Receipt, kind: str, reason: str, before: dict[str, int | None] | None = None
) -> audit.Fact:
    return audit.Fact(
        partner_id=receipt.partner_id,
        customer_id=receipt.customer_id,
        subject=receipt,
        kind=kind,
        reason=reason,
        before=before or {},
        after={
            "amount": receipt.amount,
            "currency": receipt.currency,
            "received_on": receipt.received_on,
            "payer": receipt.payer,
            "bank_serial": receipt.bank_serial,
            "customer": receipt.customer_id,
        },
    )
