"""Pays money back out of what a receipt has left, and takes such a record back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from billing import ledger
from billing.models import Receipt, Refund
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User


class AlreadyPaidBack(Exception):
    """The bank's serial number of a refund was recorded before, on this account."""


class WrongDay(Exception):
    """Money can't be paid back before it came in, nor after today."""


@dataclass(frozen=True, kw_only=True)
class PayOut:
    """What the bank's statement shows of money paid back. The date is the partner's."""

    amount: Decimal
    refunded_on: date
    payee: str
    bank_account: str = ""
    bank_serial: str = ""


def refund(receipt: Receipt, paid: PayOut, *, by: User | None, reason: str) -> Refund:
    """Record that an amount of what a receipt had left was paid back.

    Nobody's money can be paid back too, to whoever sent it. Raises ledger.NothingLeft,
    ledger.AlreadyReversed, WrongDay, AlreadyPaidBack.
    """
    with transaction.atomic():
        involved, fresh = _locked(receipt)
        if not fresh.received_on <= paid.refunded_on <= clock.business_date(fresh.partner):
            raise WrongDay
        ledger.pay_back(fresh, paid.amount)
        row = Refund(
            partner=fresh.partner,
            receipt=fresh,
            amount=paid.amount,
            refunded_on=paid.refunded_on,
            bank_account=paid.bank_account,
            bank_serial=paid.bank_serial,
            payee=paid.payee,
            reason=reason,
            made_by=by,
            made_at=clock.now(),
        )
        _insert(row)
        facts_changed(involved)
        audit.record(_fact(row, "receipt.refunded", reason), by=by)
    return row


def reverse_refund(row: Refund, *, by: User | None, reason: str) -> Refund:
    """Take the record of a refund back: the amount is left on the receipt again.

    Raises ledger.AlreadyReversed.
    """
    with transaction.atomic():
        involved, fresh = _locked(row.receipt)
        undone = Refund.objects.standing().filter(pk=row.pk)
        if not undone.update(reversed_by=by, reversed_at=clock.now(), reversed_reason=reason):
            raise ledger.AlreadyReversed
        ledger.take_back(fresh, row.amount)
        row = Refund.objects.select_related("receipt").get(pk=row.pk)
        facts_changed(involved)
        audit.record(_fact(row, "receipt.refund_reversed", reason), by=by)
    return row


def _locked(receipt: Receipt) -> tuple[list[Customer], Receipt]:
    """The receipt as it is now, under its customer's lock if it is somebody's."""
    involved = Customer.objects.lock([receipt.customer_id] if receipt.customer_id else [])
    fresh = Receipt.objects.select_related("partner").get(pk=receipt.pk)
    if fresh.is_reversed:
        raise ledger.AlreadyReversed
    if fresh.customer_id != receipt.customer_id:
        raise ledger.NothingLeft
    return list(involved), fresh


def _insert(row: Refund) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyPaidBack from None


def _fact(row: Refund, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=row.partner_id,
        customer_id=row.receipt.customer_id,
        subject=row.receipt,
        kind=kind,
        reason=reason,
        after={
            "amount": row.amount,
            "currency": row.receipt.currency,
            "payee": row.payee,
            "refunded_on": row.refunded_on,
            "bank_serial": row.bank_serial,
        },
    )
