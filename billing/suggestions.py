"""Guesses whose money an unidentified receipt is, always with the ground for the guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing import ledger, numbering, rules
from billing.models import Invoice, Receipt
from billing.models.invoice import InvoiceQuerySet
from customers.models import Customer

MOST = 5
SEARCHED = 500
"""So many unidentified receipts are looked through; more means that nobody works on them."""
_NUMBER_LIKE = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-_/]{4,59}")


@dataclass(frozen=True)
class Suggestion:
    """A customer whose money it may be. `ground` is `number`, `amount` or `payer`."""

    customer: Customer
    ground: str
    invoice: Invoice | None = None


def of_receipt(receipt: Receipt) -> list[Suggestion]:
    """Named invoice first, then the payer's name, then one open invoice of exactly this amount."""
    found: dict[int, Suggestion] = {}
    for suggestion in (
        *_by_number(receipt),
        *_by_payer(receipt),
        *_by_amount(receipt),
    ):
        found.setdefault(suggestion.customer.pk, suggestion)
    return list(found.values())[:MOST]


def could_be_from(customer: Customer, since: date) -> list[Receipt]:
    """Unidentified receipts since this day that could be this customer's: two queries.

    Nobody is suspended for non-payment while such money is being looked into.
    """
    owed = list(Invoice.objects.owed().filter(customer=customer))
    waiting = Receipt.objects.filter(partner_id=customer.partner_id).unidentified()
    return [
        receipt
        for receipt in waiting.filter(received_on__gte=since).order_by("-id")[:SEARCHED]
        if _could_settle(receipt, customer, owed)
    ]


def _could_settle(receipt: Receipt, customer: Customer, owed: Iterable[Invoice]) -> bool:
    debts = [ledger.debt(invoice) for invoice in owed if invoice.currency == receipt.currency]
    return (
        receipt.payer.strip() == customer.company
        or any(debt.open_amount == receipt.amount for debt in debts)
        or bool(rules.named_in(receipt.remark, debts))
    )


def _by_number(receipt: Receipt) -> Iterable[Suggestion]:
    """Owed invoices whose number stands in the remark."""
    text = rules.folded(receipt.remark)
    written = {piece.strip("-_/") for piece in _NUMBER_LIKE.findall(text)}
    owed = _owed(receipt).filter(number__in=written | numbering.mentioned(text))
    return [Suggestion(invoice.customer, "number", invoice) for invoice in owed[:MOST]]


def _by_payer(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers of exactly the payer's name."""
    named = Customer.objects.of_partner(receipt.partner).filter(company=receipt.payer.strip())
    return [Suggestion(customer, "payer") for customer in named[:MOST]]


def _by_amount(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers with an open invoice of exactly this amount."""
    owed = _owed(receipt).filter(open_amount=receipt.amount)
    return [Suggestion(invoice.customer, "amount", invoice) for invoice in owed[:MOST]]


def _owed(receipt: Receipt) -> InvoiceQuerySet:
    return (
        Invoice.objects.of_partner(receipt.partner)
        .owed()
        .filter(currency=receipt.currency)
        .select_related("customer")
        .oldest_first()
    )
