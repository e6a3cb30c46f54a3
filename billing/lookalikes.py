"""Finds payments that may have been recorded before, where no bank serial number tells."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from billing.models import Receipt
from billing.receipts import Payment
from partners.models import Partner


def of(partner: Partner, payment: Payment) -> list[Receipt]:
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


def of_many(partner: Partner, payments: Sequence[Payment]) -> list[list[Receipt]]:
    """For each payment the recorded ones it may repeat, as `of` says: one query."""
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


type _Looks = tuple[date, Decimal, str, str]


def _looks(payment: Payment | Receipt) -> _Looks:
    """By what a payment without a bank serial number is told from another."""
    return payment.received_on, payment.amount, payment.currency, payment.payer
