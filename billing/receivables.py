"""What customers owe, in the one definition that pages, sweep and gate share.

Overdue is computed: issued, something open, and the due date before the business date. Sums never
mix currencies.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Min, Q, Sum, Value, When
from django.db.models.functions import Least

from billing.models import CreditNote, Invoice, InvoiceKind, Receipt
from billing.models.invoice import UNCONFIRMED
from partners.models import Partner

ZERO = Decimal(0)
NOT_DUE, DAYS_30, DAYS_60, DAYS_90, OLDER = "not_due", "1_30", "31_60", "61_90", "over_90"
BUCKETS = (NOT_DUE, DAYS_30, DAYS_60, DAYS_90, OLDER)
"""Ageing by calendar days past the due date; an invoice without due date is not due."""


@dataclass(frozen=True)
class Overdue:
    """What one customer owes for services past its due date, in one currency."""

    customer_id: int
    currency: str
    amount: Decimal
    undisputed_amount: Decimal
    oldest_due_on: date | None
    """Of the invoices with an undisputed part; None when all are disputed."""
    invoice_ids: tuple[int, ...]
    """All overdue invoices, oldest due date first, disputed ones among them."""
    unconfirmed_amount: Decimal = ZERO
    """Of opening balances that nobody has confirmed: in none of the other figures."""

    @property
    def owed_amount(self) -> Decimal:
        """All that is past its due date, whether it may be chased or not."""
        return self.amount + self.unconfirmed_amount


@dataclass(frozen=True)
class Balance:
    """What one customer owes and has to its credit, in one currency."""

    currency: str
    open_amount: Decimal
    overdue_amount: Decimal
    disputed_amount: Decimal
    oldest_due_on: date | None
    credit: Decimal
    late_charges: Decimal = ZERO
    """Of what is open; never chased."""


@dataclass(frozen=True)
class AgeingRow:
    """What a partner's customers owe in one currency, by how long it is overdue."""

    currency: str
    amounts: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)

    @property
    def overdue(self) -> Decimal:
        return self.total - self.amounts[NOT_DUE]


def overdue_by_currency(
    customer_ids: Collection[int], business_date: date
) -> dict[tuple[int, str], Overdue]:
    """Per customer and currency what is overdue on this date of the partner's zone: one query.

    Late charges are not in it: nobody is chased or suspended for them. Of an invoice disputed in
    part, what is paid counts first against the undisputed rest. Opening balances that nobody has
    confirmed are counted apart. Whoever owes nothing overdue is not in the answer.
    """
    confirmed = ~UNCONFIRMED
    rows = (
        Invoice.objects.overdue(business_date)
        .of_services()
        .of_customers(customer_ids)
        .order_by()
        .values("customer_id", "currency")
        .annotate(
            amount=Sum("open_amount", filter=confirmed, default=ZERO),
            unconfirmed_amount=Sum("open_amount", filter=UNCONFIRMED, default=ZERO),
            undisputed_amount=Sum("chaseable_amount"),
            oldest_due_on=Min("due_on", filter=Q(chaseable_amount__gt=0)),
            invoice_ids=ArrayAgg(
                "id", filter=confirmed, order_by=["due_on", "id"], default=Value([])
            ),
        )
    )
    return {
        (row["customer_id"], row["currency"]): Overdue(
            customer_id=row["customer_id"],
            currency=row["currency"],
            amount=row["amount"],
            undisputed_amount=row["undisputed_amount"],
            oldest_due_on=row["oldest_due_on"],
            invoice_ids=tuple(row["invoice_ids"]),
            unconfirmed_amount=row["unconfirmed_amount"],
        )
        for row in rows
    }


def tolerance(partner: Partner) -> Decimal:
    """Overdue amounts up to this are left alone, in whatever currency they are owed."""
    return partner.settings.minimum_overdue_amount


def is_cured(overdue: Overdue | None, tolerance: Decimal) -> bool:
    """Whether nothing undisputed is overdue above the tolerance, in this one currency."""
    return overdue is None or overdue.undisputed_amount <= tolerance


def balances(customer_id: int, business_date: date) -> list[Balance]:
    """What one customer owes and has to its credit, per currency: two queries."""
    late = Q(due_on__lt=business_date)
    rows = (
        Invoice.objects.owed()
        .filter(customer_id=customer_id)
        .order_by()
        .values("currency")
        .annotate(
            open=Sum("open_amount"),
            late=Sum("open_amount", filter=late, default=ZERO),
            disputed=Sum(Least("open_amount", "disputed_amount")),
            charges=Sum("open_amount", filter=Q(kind=InvoiceKind.LATE_CHARGES), default=ZERO),
            oldest=Min("due_on", filter=late),
        )
    )
    credit = _credit(customer_id)
    found = {
        row["currency"]: Balance(
            currency=row["currency"],
            open_amount=row["open"],
            overdue_amount=row["late"],
            disputed_amount=row["disputed"],
            oldest_due_on=row["oldest"],
            credit=credit.get(row["currency"], ZERO),
            late_charges=row["charges"],
        )
        for row in rows
    }
    for currency in credit.keys() - found.keys():
        found[currency] = Balance(currency, ZERO, ZERO, ZERO, None, credit[currency])
    return [found[currency] for currency in sorted(found)]


def ageing(partner: Partner, business_date: date) -> list[AgeingRow]:
    """What the partner's customers owe, per currency and age: one query."""
    rows = (
        Invoice.objects.owed()
        .of_partner(partner)
        .order_by()
        .values("currency", bucket=_bucket(business_date))
        .annotate(amount=Sum("open_amount"))
    )
    amounts: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        amounts.setdefault(row["currency"], dict.fromkeys(BUCKETS, ZERO))[row["bucket"]] = row[
            "amount"
        ]
    return [AgeingRow(currency, amounts[currency]) for currency in sorted(amounts)]


def _credit(customer_id: int) -> dict[str, Decimal]:
    """What is left of payments and of credit notes."""
    paid = Receipt.objects.with_credit().filter(customer_id=customer_id).order_by()
    credited = CreditNote.objects.with_credit().filter(customer_id=customer_id).order_by()
    rows = (
        paid.values("currency")
        .annotate(credit=Sum("unallocated"))
        .union(credited.values("currency").annotate(credit=Sum("left")), all=True)
        .order_by()
    )
    credit: dict[str, Decimal] = {}
    for row in rows:
        credit[row["currency"]] = credit.get(row["currency"], ZERO) + row["credit"]
    return credit


def _bucket(business_date: date) -> Case:
    def up_to(days: int) -> date:
        return business_date - timedelta(days=days)

    return Case(
        When(due_on__lt=up_to(90), then=Value(OLDER)),
        When(due_on__lt=up_to(60), then=Value(DAYS_90)),
        When(due_on__lt=up_to(30), then=Value(DAYS_60)),
        When(due_on__lt=business_date, then=Value(DAYS_30)),
        default=Value(NOT_DUE),
        output_field=CharField(),
    )
