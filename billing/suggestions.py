"""Guesses whose money an unidentified receipt is, always with the ground for the guess.

A guess moves no money: a person says whose it is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import F, Value
from django.db.models.functions import Length, StrIndex

from billing import ledger, numbering, payers, rules
from billing.models import Invoice, PayerAlias, Receipt
from billing.models.invoice import InvoiceQuerySet
from customers.models import Customer

MOST = 5
SEARCHED = 500
"""So many unidentified receipts are looked through; more means that nobody works on them."""
SHORTEST_NAME = 4
"""Shorter company names occur in other texts by chance."""
_NUMBER_LIKE = re.compile(r"[0-9A-Za-z][0-9A-Za-z\-_/]{4,59}")


class Ground(StrEnum):
    """Why it may be this customer's money, the strongest first."""

    NUMBER = "number"
    ALIAS = "alias"
    PAYER = "payer"
    ONLY_AMOUNT = "only_amount"
    TEXT = "text"
    AMOUNT = "amount"


_RANK = {ground: rank for rank, ground in enumerate(Ground)}


@dataclass(frozen=True)
class Suggestion:
    """A customer whose money it may be."""

    customer: Customer
    ground: Ground
    invoice: Invoice | None = None
    alias: PayerAlias | None = None


def of_receipt(receipt: Receipt) -> list[Suggestion]:
    """The customers whose money it may be, the strongest ground first, each once."""
    found: dict[int, Suggestion] = {}
    for suggestion in (
        *_by_number(receipt),
        *_by_alias(receipt),
        *_by_payer(receipt),
        *_by_amount(receipt),
        *_by_text(receipt),
    ):
        known = found.get(suggestion.customer.pk)
        if known is None or _RANK[suggestion.ground] < _RANK[known.ground]:
            found[suggestion.customer.pk] = suggestion
    return sorted(found.values(), key=lambda each: _RANK[each.ground])[:MOST]


def could_be_from(customer: Customer, since: date) -> list[Receipt]:
    """Unidentified receipts since this day that could be this customer's: three queries.

    Nobody is suspended for non-payment while such money is being looked into.
    """
    owed = list(Invoice.objects.owed().filter(customer=customer))
    known = list(PayerAlias.objects.filter(customer=customer))
    waiting = Receipt.objects.filter(partner_id=customer.partner_id).unidentified()
    return [
        receipt
        for receipt in waiting.filter(received_on__gte=since).order_by("-id")[:SEARCHED]
        if _could_settle(receipt, customer, owed) or _is_known(receipt, known)
    ]


def _could_settle(receipt: Receipt, customer: Customer, owed: Iterable[Invoice]) -> bool:
    debts = [ledger.debt(invoice) for invoice in owed if invoice.currency == receipt.currency]
    return (
        _names(receipt, customer)
        or any(debt.open_amount == receipt.amount for debt in debts)
        or bool(rules.named_in(receipt.remark, debts))
    )


def _names(receipt: Receipt, customer: Customer) -> bool:
    """Whether the bank's texts name the customer, as payer or in whose name somebody pays."""
    company = customer.company.strip()
    if receipt.payer.strip() == company:
        return True
    return len(company) >= SHORTEST_NAME and company in f"{receipt.payer} {receipt.remark}"


def _is_known(receipt: Receipt, known: Sequence[PayerAlias]) -> bool:
    key = rules.payer_key(receipt.payer)
    return any(
        (alias.payer_key and alias.payer_key == key)
        or (alias.payer_account and alias.payer_account == receipt.payer_account)
        for alias in known
    )


def _by_number(receipt: Receipt) -> Iterable[Suggestion]:
    """Owed invoices whose number stands in the remark."""
    text = rules.folded(receipt.remark)
    written = {piece.strip("-_/") for piece in _NUMBER_LIKE.findall(text)}
    owed = _owed(receipt).filter(number__in=written | numbering.mentioned(text))
    return [Suggestion(invoice.customer, Ground.NUMBER, invoice) for invoice in owed[:MOST]]


def _by_alias(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers for whom this payer has paid before, as a person said."""
    known = PayerAlias.objects.of_partner(receipt.partner).filter(
        payers.matching(receipt.payer, receipt.payer_account)
    )
    rows = known.select_related("customer", "learned_from").order_by("-id")
    return [Suggestion(alias.customer, Ground.ALIAS, alias=alias) for alias in rows[:MOST]]


def _by_payer(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers of exactly the payer's name."""
    named = Customer.objects.of_partner(receipt.partner).filter(company=receipt.payer.strip())
    return [Suggestion(customer, Ground.PAYER) for customer in named[:MOST]]


def _by_amount(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers with an open invoice of exactly this amount: one alone is a strong ground."""
    owed = list(_owed(receipt).filter(open_amount=receipt.unallocated)[: MOST + 1])
    ground = Ground.ONLY_AMOUNT if len(owed) == 1 else Ground.AMOUNT
    return [Suggestion(invoice.customer, ground, invoice) for invoice in owed[:MOST]]


def _by_text(receipt: Receipt) -> Iterable[Suggestion]:
    """Customers whose name stands in what the bank shows: somebody pays in their name."""
    text = Value(f"{receipt.payer} {receipt.remark}")
    named = (
        Customer.objects.of_partner(receipt.partner)
        .alias(size=Length("company"), place=StrIndex(text, F("company")))
        .filter(size__gte=SHORTEST_NAME, place__gt=0)
    )
    return [Suggestion(customer, Ground.TEXT) for customer in named.order_by("id")[:MOST]]


def _owed(receipt: Receipt) -> InvoiceQuerySet:
    return (
        Invoice.objects.of_partner(receipt.partner)
        .owed()
        .filter(currency=receipt.currency)
        .select_related("customer")
        .oldest_first()
    )
