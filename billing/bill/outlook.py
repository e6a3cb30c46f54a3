"""Our bills against what customers owe: what is missing by the next due date, and day by day.

What customers dispute is not counted on. Sums never mix currencies.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from billing.bill import rules
from billing.models import Invoice, PartnerInvoice, Receipt
from billing.models.invoice import InvoiceQuerySet
from partners.models import Partner

ZERO = Decimal(0)
UNDISPUTED = F("open_amount") - F("disputed_amount")
OFFERED = 100
"""So many open invoices are looked at to fill a gap."""
AHEAD = timedelta(days=45)
"""The outlook reaches so far, and at least to our last due date."""


@dataclass(frozen=True)
class Needed:
    """What has to be paid to 21Vianet by the next due date, in one currency."""

    currency: str
    due_on: date
    bills: tuple[PartnerInvoice, ...]
    """Unpaid bills due by then, those among them whose total nobody has typed."""
    at_hand: Decimal
    """Credit on customers' recorded receipts, unidentified ones too."""
    gap: rules.Gap
    invoices: dict[int, Invoice]
    is_cut: bool
    """There are more open invoices than were looked at."""

    @property
    def due(self) -> Decimal:
        return sum((bill.balance or ZERO for bill in self.bills), ZERO)

    @property
    def has_unknown(self) -> bool:
        """Whether a total is missing, so that more may be needed."""
        return any(bill.balance is None for bill in self.bills)


def needed(partner: Partner, today: date) -> list[Needed]:
    """Per currency what the next due date needs, and which invoices would fill the gap."""
    unpaid = PartnerInvoice.objects.of_partner(partner).unpaid().order_by("due_on", "id")
    by_currency: dict[str, list[PartnerInvoice]] = {}
    for bill in unpaid:
        by_currency.setdefault(bill.currency, []).append(bill)
    return [
        _needed(partner, currency, by_currency[currency], today) for currency in sorted(by_currency)
    ]


def days(partner: Partner, currency: str, today: date) -> list[rules.Day]:
    """Day by day what we pay, what is due to us, and what is overdue if nobody pays."""
    unpaid = PartnerInvoice.objects.of_partner(partner).unpaid().filter(currency=currency)
    bills = _by_due_date(unpaid.exclude(balance=None), F("balance"))
    owed = _counted_on(partner, currency)
    late = owed.overdue(today).aggregate(amount=Sum(UNDISPUTED, default=ZERO))["amount"]
    last = max([today + AHEAD, *bills])
    expected = _by_due_date(owed.filter(due_on__gte=today, due_on__lte=last), UNDISPUTED)
    return rules.outlook(bills, expected, overdue=late, today=today)


def _by_due_date(rows: QuerySet[Any], amount: Combinable) -> dict[date, Decimal]:
    sums = rows.order_by().values("due_on").annotate(amount=Sum(amount))
    return {row["due_on"]: row["amount"] for row in sums}


def _needed(partner: Partner, currency: str, unpaid: list[PartnerInvoice], today: date) -> Needed:
    next_due = next((bill.due_on for bill in unpaid if bill.due_on >= today), unpaid[-1].due_on)
    bills = tuple(bill for bill in unpaid if bill.due_on <= next_due)
    due = sum((bill.balance or ZERO for bill in bills), ZERO)
    credit = Receipt.objects.of_partner(partner).with_credit().filter(currency=currency)
    at_hand = credit.aggregate(credit=Sum("unallocated", default=ZERO))["credit"]
    awaited = list(_awaited(partner, currency, next_due, today)[: OFFERED + 1])
    debts = [
        rules.Awaited(row.pk, row.customer_id, row.due_on, row.undisputed, row.credit)  # type: ignore[arg-type, attr-defined]  # due by then, annotated
        for row in awaited[:OFFERED]
    ]
    gap = rules.fill_gap(due, at_hand, debts, due_on=next_due, today=today)
    return Needed(
        currency=currency,
        due_on=next_due,
        bills=bills,
        at_hand=at_hand,
        gap=gap,
        invoices={row.pk: row for row in awaited},
        is_cut=len(awaited) > OFFERED,
    )


def _counted_on(partner: Partner, currency: str) -> InvoiceQuerySet:
    """Open invoices that no dispute covers wholly: UNDISPUTED is what can be counted on."""
    return Invoice.objects.owed().undisputed().of_partner(partner).filter(currency=currency)


def _awaited(partner: Partner, currency: str, due_on: date, today: date) -> InvoiceQuerySet:
    """In the order of `rules.fill_gap`, each with what its customer has to its credit."""
    is_overdue = Q(due_on__lt=today)
    credit = (
        Receipt.objects.with_credit()
        .filter(customer_id=OuterRef("customer_id"), currency=currency)
        .order_by()
        .values("customer_id")
        .annotate(credit=Sum("unallocated"))
        .values("credit")
    )
    return (
        _counted_on(partner, currency)
        .filter(is_overdue | Q(due_on__lte=due_on))
        .select_related("customer")
        .annotate(
            undisputed=UNDISPUTED,
            credit=Coalesce(Subquery(credit), ZERO),
            expected_on=Case(
                When(is_overdue, then=Value(date.max)),
                default=F("due_on"),
                output_field=DateField(),
            ),
        )
        .order_by("expected_on", "-undisputed", "id")
    )
