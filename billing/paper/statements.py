"""The statement of account: what a customer was charged and what came in, with a running balance.

By the dates on the papers, as the customer knows them: invoices and credit notes by their own date,
money by the day on which it moved. What was written off inside the house is still claimed, so the
customer's account does not show it (账销案存); payments recorded by mistake are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from billing import receivables, rules
from billing.models import CreditNote, Invoice, InvoiceStatus, Receipt, Refund
from billing.paper import documents
from customers.models import Customer
from partners.models import PartnerBankAccount

ZERO = Decimal(0)


class Event(NamedTuple):
    """One thing on the account: `charge` raises what is owed; a negative one lowers it."""

    on: date
    order: int
    id: int
    what: str
    reference: str
    due_on: date | None
    charge: Decimal


@dataclass(frozen=True)
class Row:
    """One event with the balance after it."""

    event: Event
    balance: Decimal

    @property
    def charged(self) -> Decimal | None:
        return self.event.charge if self.event.charge > 0 else None

    @property
    def settled(self) -> Decimal | None:
        return -self.event.charge if self.event.charge < 0 else None


@dataclass(frozen=True)
class Statement(documents.Paper):
    """One customer's account in one currency, from one day to another, both included.

    `ageing` and `credit` are as of today: what is open by days past the due date, and what the
    customer has paid ahead.
    """

    first: date
    last: date
    today: date
    opening: Decimal
    rows: list[Row]
    ageing: dict[str, Decimal]
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.rows[-1].balance if self.rows else self.opening

    @property
    def charged(self) -> Decimal:
        return sum((row.charged or ZERO for row in self.rows), ZERO)

    @property
    def settled(self) -> Decimal:
        return sum((row.settled or ZERO for row in self.rows), ZERO)


def of(customer: Customer, currency: str, *, first: date, last: date, today: date) -> Statement:
    """The account of a customer in one currency. Dates are dates of the partner's zone."""
    events = sorted(chain.from_iterable(_events(customer, currency, last)))
    opening = sum((event.charge for event in events if event.on < first), ZERO)
    return Statement(
        seller=documents.seller(customer.partner),
        buyer=documents.buyer(customer),
        currency=currency,
        accounts=list(PartnerBankAccount.objects.in_use(customer.partner, currency)),
        first=first,
        last=last,
        today=today,
        opening=opening,
        rows=list(_running(opening, (event for event in events if event.on >= first))),
        ageing=_ageing(customer, currency, today),
        credit=_credit(customer, currency),
    )


def currencies(customer: Customer) -> list[str]:
    """The currencies in which the customer has an account; the partner's own comes first."""
    used = {
        *Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED)
        .order_by()
        .values_list("currency", flat=True)
        .distinct(),
        *Receipt.objects.filter(customer=customer)
        .order_by()
        .values_list("currency", flat=True)
        .distinct(),
    }
    own = customer.partner.currency
    return [own, *sorted(used - {own})]


def _running(opening: Decimal, events: Iterable[Event]) -> Iterable[Row]:
    balance = opening
    for event in events:
        balance += event.charge
        yield Row(event, balance)


def _events(customer: Customer, currency: str, last: date) -> list[list[Event]]:
    mine = {"customer": customer, "currency": currency}
    invoices = Invoice.objects.filter(
        **mine, status=InvoiceStatus.ISSUED, issued_on__lte=last
    ).values_list("issued_on", "id", "number", "due_on", "total")
    notes = (
        CreditNote.objects.issued()
        .filter(**mine, issued_on__lte=last)
        .values_list("issued_on", "id", "number", "amount")
    )
    receipts = Receipt.objects.filter(
        **mine, reversed_at=None, split_at=None, received_on__lte=last
    ).values_list("received_on", "id", "bank_serial", "amount")
    refunds = (
        Refund.objects.standing()
        .filter(receipt__customer=customer, receipt__currency=currency, refunded_on__lte=last)
        .values_list("refunded_on", "id", "bank_serial", "amount")
    )
    return [
        [
            Event(on, 0, pk, _("Invoice"), number or "", due_on, total)
            for on, pk, number, due_on, total in invoices
            if on
        ],
        [
            Event(on, 1, pk, _("Credit note"), number or "", None, -amount)
            for on, pk, number, amount in notes
            if on
        ],
        [Event(on, 2, pk, _("Payment received"), no, None, -sum_) for on, pk, no, sum_ in receipts],
        [Event(on, 3, pk, _("Paid back"), no, None, sum_) for on, pk, no, sum_ in refunds],
    ]


def _ageing(customer: Customer, currency: str, today: date) -> dict[str, Decimal]:
    claimed = F("open_amount") + F("written_off")
    rows = (
        Invoice.objects.filter(customer=customer, currency=currency, status=InvoiceStatus.ISSUED)
        .annotate(claimed=claimed)
        .filter(claimed__gt=0)
        .order_by()
        .values_list("due_on", "claimed")
    )
    amounts = dict.fromkeys(receivables.BUCKETS, ZERO)
    for due_on, amount in rows:
        amounts[bucket_of(due_on, today)] += amount
    return amounts


def bucket_of(due_on: date | None, today: date) -> str:
    """The bucket of ageing in which an invoice with this due date lies."""
    days = rules.days_overdue(due_on, today) if due_on else 0
    limits = zip((0, 30, 60, 90), receivables.BUCKETS, strict=False)
    return next((bucket for limit, bucket in limits if days <= limit), receivables.OLDER)


def _credit(customer: Customer, currency: str) -> Decimal:
    mine = {"customer": customer, "currency": currency}
    ahead = Receipt.objects.with_credit().filter(**mine).aggregate(sum=Sum("unallocated"))["sum"]
    notes = CreditNote.objects.with_credit().filter(**mine).aggregate(sum=Sum("left"))["sum"]
    return (ahead or ZERO) + (notes or ZERO)
