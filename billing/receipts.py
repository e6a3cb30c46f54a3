"""Records money that came in, says whose it is, and takes records back."""

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from billing import ledger, remembering, rules
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
    """The receipt belongs to a customer and settles invoices: reverse its allocations first."""


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
            ledger.allocate_automatically(receipt, by=by, reason=reason)
            receipt.refresh_from_db()
    return receipt


def record_unidentified(
    partner: Partner, payments: Sequence[Payment], *, by: User | None, reason: str
) -> list[Receipt]:
    """Record payments whose customers are not known yet, all or none; asked once a thousand.

    Returns the rows in the order of the payments. An entry token recorded before gives the receipt
    of then. Raises SameBankSerial.
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


def lookalikes(partner: Partner, payment: Payment) -> list[Receipt]:
    """Receipts this payment may repeat: same day, amount and payer, or a reversed same serial."""
    same_day = Receipt.objects.of_partner(partner).filter(
        amount=payment.amount, currency=payment.currency, received_on=payment.received_on
    )
    alike = same_day.from_bank().filter(payer=payment.payer)
    if payment.bank_serial:
        alike = alike.filter(bank_serial="")
        reversed_before = Receipt.objects.of_partner(partner).filter(
            bank_serial=payment.bank_serial, reversed_at__isnull=False
        )
        return [*alike[:5], *reversed_before[:5]]
    return list(alike[:5])


def lookalikes_of_many(partner: Partner, payments: Sequence[Payment]) -> list[list[Receipt]]:
    """For each payment the recorded ones it may repeat, as `lookalikes` says: one query."""
    days = {payment.received_on for payment in payments}
    serials = {payment.bank_serial for payment in payments} - {""}
    mine = Receipt.objects.of_partner(partner).filter(split_from=None)
    known = list(
        mine.filter(
            Q(received_on__in=days, reversed_at=None)
            | Q(bank_serial__in=serials, reversed_at__isnull=False)
        )
    )
    alike: dict[_Looks, list[Receipt]] = defaultdict(list)
    reversed_before: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in known:
        if receipt.is_reversed:
            reversed_before[receipt.bank_serial].append(receipt)
        else:
            alike[_looks(receipt)].append(receipt)
    return [
        [
            *(
                receipt
                for receipt in alike.get(_looks(payment), ())
                if not (payment.bank_serial and receipt.bank_serial)
            ),
            *(reversed_before.get(payment.bank_serial, ()) if payment.bank_serial else ()),
        ]
        for payment in payments
    ]


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
    Raises AlreadyAssigned, ledger.AlreadyReversed.
    """
    with transaction.atomic():
        involved = Customer.objects.lock([customer.pk, receipt.customer_id or customer.pk])
        fresh = Receipt.objects.get(pk=receipt.pk)
        if fresh.is_reversed:
            raise ledger.AlreadyReversed
        if fresh.customer_id == customer.pk:
            return fresh
        _claim(fresh, expected=receipt.customer_id, customer=customer)
        before = {"customer": receipt.customer_id}
        fresh.customer = customer
        remembering.owner_changed(fresh, previous=receipt.customer_id, by=by)
        audit.record(_fact(fresh, "receipt.assigned", reason, before=before), by=by)
        facts_changed(involved)
        ledger.allocate_automatically(fresh, by=by, reason=reason)
        fresh.refresh_from_db()
    return fresh


def reverse_receipt(receipt: Receipt, *, by: User | None, reason: str) -> Receipt:
    """Take a receipt back: it counts no more, and the invoices it settled are open again.

    Raises ledger.AlreadyReversed.
    """
    with transaction.atomic():
        involved = Customer.objects.lock([receipt.customer_id] if receipt.customer_id else [])
        fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
        if fresh.customer_id != receipt.customer_id:
            raise AlreadyAssigned
        ledger.release(fresh, by=by, reason=reason)
        mine = Receipt.objects.standing().filter(Q(customer_id=receipt.customer_id), pk=fresh.pk)
        if not mine.update(reversed_by=by, reversed_at=clock.now(), reversed_reason=reason):
            raise ledger.AlreadyReversed
        fresh.refresh_from_db()
        facts_changed(involved)
        audit.record(_fact(fresh, "receipt.reversed", reason), by=by)
    return fresh


type _Looks = tuple[date, Decimal, str, str]


def _looks(payment: Payment | Receipt) -> _Looks:
    """By what a payment without a bank serial number is told from another."""
    return payment.received_on, payment.amount, payment.currency, payment.payer


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


def _claim(receipt: Receipt, *, expected: int | None, customer: Customer) -> None:
    """Take the receipt over, unless it is used or somebody else was quicker."""
    takeable = Receipt.objects.standing().filter(
        Q(customer_id=expected), pk=receipt.pk, allocated=0
    )
    if not takeable.update(customer=customer):
        raise AlreadyAssigned


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
