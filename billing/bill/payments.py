"""Records what we paid to 21Vianet, and what 21Vianet shows of it.

The invoices that a payment is for are locked in the order of their ids; `paid` is counted anew from
the standing payments with every write. No customer is concerned.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from billing.models import PartnerInvoice, PartnerPayment, PartnerPaymentPart
from partners import audit, clock
from partners.models import Partner, User

ZERO = Decimal(0)


class SameSerial(Exception):
    """This account has a payment with this bank serial number: `payment`."""

    def __init__(self, payment: PartnerPayment) -> None:
        self.payment = payment
        super().__init__(payment.bank_serial)


class BillsChanged(Exception):
    """What is left to pay has changed since the page was made."""


class WrongParts(Exception):
    """The parts are not the payment, or are for invoices it can't pay."""


class AlreadyReversed(Exception):
    """A payment is reversed once."""


class AlreadySeen(Exception):
    """That 21Vianet shows the payment, or does not, is recorded so already."""


class SeenTooEarly(Exception):
    """21Vianet can't have shown a payment before it was made, or on a day to come."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """How much is for one invoice, and what the page showed as left to pay of it.

    A negative amount uses up a credit.
    """

    invoice_id: int
    amount: Decimal
    shown_balance: Decimal | None


@dataclass(frozen=True, kw_only=True)
class OurPayment:
    """A payment to 21Vianet as our bank shows it. The day is a day of the partner's zone."""

    paid_on: date
    currency: str
    amount: Decimal
    parts: tuple[Part, ...]
    bank_account: str = ""
    bank_serial: str = ""
    remark: str = ""
    entry_token: uuid.UUID


def record(
    partner: Partner, payment: OurPayment, *, by: User | None, reason: str
) -> PartnerPayment:
    """Record a payment with its parts; the same form again returns the first one.

    Raises WrongParts, BillsChanged, SameSerial.
    """
    if written := written_before(partner, payment.entry_token):
        return written
    try:
        with transaction.atomic():
            invoices = _locked(partner, [part.invoice_id for part in payment.parts])
            _ensure_fits(payment, invoices)
            row = _write(partner, payment, by)
            _recount(invoices.values())
            after = _shown(row, payment.parts, invoices)
            audit.record(_fact(row, "partner_payment.recorded", reason, {}, after), by=by)
    except IntegrityError:
        if written := written_before(partner, payment.entry_token):
            return written
        if same := same_serial(partner, payment):
            raise SameSerial(same) from None
        raise
    return row


def reverse(payment: PartnerPayment, *, by: User, reason: str) -> PartnerPayment:
    """Take a payment back: what it paid is unpaid again. Raises AlreadyReversed."""
    with transaction.atomic():
        ids = list(payment.parts.values_list("invoice_id", flat=True))
        invoices = _locked(payment.partner, ids)
        row = PartnerPayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if row.is_reversed:
            raise AlreadyReversed
        row.reversed_at, row.reversed_by, row.reversed_reason = clock.now(), by, reason
        row.save(update_fields=["reversed_at", "reversed_by", "reversed_reason"])
        _recount(invoices.values())
        before = {"amount": row.amount, "currency": row.currency}
        audit.record(_fact(row, "partner_payment.reversed", reason, before, {}), by=by)
    return row


def mark_seen(payment: PartnerPayment, on: date, *, by: User | None, reason: str) -> PartnerPayment:
    """Note since when 21Vianet shows the payment; `by` is None when the portal read it there.

    Raises AlreadyReversed, AlreadySeen, SeenTooEarly.
    """
    if not payment.paid_on <= on <= clock.business_date(payment.partner):
        raise SeenTooEarly
    return _set_seen(payment, on, kind="partner_payment.seen", by=by, reason=reason)


def take_seen_back(payment: PartnerPayment, *, by: User, reason: str) -> PartnerPayment:
    """Note that 21Vianet does not show it after all. Raises AlreadyReversed, AlreadySeen."""
    return _set_seen(payment, None, kind="partner_payment.not_seen", by=by, reason=reason)


def written_before(partner: Partner, entry_token: uuid.UUID) -> PartnerPayment | None:
    """The payment that a first click on the same form has recorded."""
    return PartnerPayment.objects.of_partner(partner).filter(entry_token=entry_token).first()


def same_serial(partner: Partner, payment: OurPayment) -> PartnerPayment | None:
    """The standing payment from this account with this bank serial number."""
    if not payment.bank_serial:
        return None
    found = PartnerPayment.objects.of_partner(partner).standing()
    return found.filter(bank_account=payment.bank_account, bank_serial=payment.bank_serial).first()


def lookalikes(partner: Partner, payment: OurPayment) -> list[PartnerPayment]:
    """Payments of the same day and amount, when a serial number can't tell them apart."""
    found = PartnerPayment.objects.of_partner(partner).standing()
    alike = found.filter(paid_on=payment.paid_on, amount=payment.amount, currency=payment.currency)
    return list(alike if not payment.bank_serial else alike.filter(bank_serial=""))


def _locked(partner: Partner, ids: Collection[int]) -> dict[int, PartnerInvoice]:
    rows = PartnerInvoice.objects.of_partner(partner).filter(pk__in=ids)
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}


def _ensure_fits(payment: OurPayment, invoices: Mapping[int, PartnerInvoice]) -> None:
    parts = payment.parts
    named = {part.invoice_id for part in parts}
    is_complete = len(named) == len(parts) > 0 and named == invoices.keys()
    adds_up = sum((part.amount for part in parts), ZERO) == payment.amount >= 0
    if not is_complete or not adds_up or not all(part.amount for part in parts):
        raise WrongParts
    if any(invoice.currency != payment.currency for invoice in invoices.values()):
        raise WrongParts
    if any(part.shown_balance != invoices[part.invoice_id].balance for part in parts):
        raise BillsChanged
    if any(part.amount < 0 and part.amount < _credit(part.shown_balance) for part in parts):
        raise WrongParts


def _credit(balance: Decimal | None) -> Decimal:
    """What of an invoice can be set off: nothing or a negative amount."""
    return min(balance or ZERO, ZERO)


def _write(partner: Partner, payment: OurPayment, by: User | None) -> PartnerPayment:
    row = PartnerPayment.objects.create(
        partner=partner,
        paid_on=payment.paid_on,
        currency=payment.currency,
        amount=payment.amount,
        bank_account=payment.bank_account,
        bank_serial=payment.bank_serial,
        remark=payment.remark,
        entry_token=payment.entry_token,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    PartnerPaymentPart.objects.bulk_create(
        PartnerPaymentPart(
            partner=partner, payment=row, invoice_id=part.invoice_id, amount=part.amount
        )
        for part in payment.parts
    )
    return row


def _recount(invoices: Iterable[PartnerInvoice]) -> None:
    for invoice in invoices:
        standing = invoice.payment_parts.filter(payment__reversed_at=None)
        invoice.paid = standing.aggregate(paid=Sum("amount", default=ZERO))["paid"]
        invoice.save(update_fields=["paid"])


def _set_seen(
    payment: PartnerPayment, on: date | None, *, kind: str, by: User | None, reason: str
) -> PartnerPayment:
    with transaction.atomic():
        row = PartnerPayment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if row.is_reversed:
            raise AlreadyReversed
        if (row.seen_on is None) == (on is None):
            raise AlreadySeen
        before = {"seen_on": row.seen_on}
        row.seen_on, row.seen_by = on, by if on else None
        row.save(update_fields=["seen_on", "seen_by"])
        audit.record(_fact(row, kind, reason, before, {"seen_on": on}), by=by)
    return row


def _shown(
    row: PartnerPayment, parts: Iterable[Part], invoices: Mapping[int, PartnerInvoice]
) -> dict[str, Any]:
    return {
        "paid_on": row.paid_on,
        "amount": row.amount,
        "currency": row.currency,
        "bank_account": row.bank_account,
        "bank_serial": row.bank_serial,
        "parts": ", ".join(f"{invoices[part.invoice_id]}: {part.amount}" for part in parts),
    }


def _fact(
    payment: PartnerPayment, kind: str, reason: str, before: dict[str, Any], after: dict[str, Any]
) -> audit.Fact:
    return audit.Fact(
        partner_id=payment.partner_id,
        customer_id=None,
        subject=payment,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
