"""Drafts beside what their customers were invoiced the month before, to see what changed.

The month before is the newest earlier invoice of 21Vianet, in the same currency, of which a file
of the same kind was imported. A month's total is all that a customer's documents from such files
come to, so that the draft of a difference is compared together with what it adds to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    DecimalField,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Abs, Coalesce, Lower

from billing.files.layouts import SEAT_CHARGES
from billing.models import (
    CreditNote,
    FileStatus,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    PartnerInvoice,
    ReconciliationFile,
)
from billing.models.invoice import InvoiceQuerySet
from partners.models import Partner
from subscriptions.models import Subscription

BIGGEST_CHANGE_FIRST = ("-change_size", "-id")
MUCH = Decimal("0.2")
"""A change by more than this share of the month before is much."""
ZERO = Decimal(0)
_MONEY = DecimalField(max_digits=20, decimal_places=2)


class Month(NamedTuple):
    """What one customer was charged by one kind of file of one invoice of 21Vianet."""

    customer_id: int
    bill_id: int
    kind: str


type Seats = dict[int, Decimal | None]
"""By subscription; None where no charge of the month names them."""


@dataclass(frozen=True)
class Charged:
    """Subscriptions by month: on invoices and drafts, and on invoices alone."""

    all: dict[Month, Seats] = field(default_factory=lambda: defaultdict(dict))
    issued: dict[Month, Seats] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True)
class Reviewed:
    """A draft and its month, beside the month before; None where there is nothing before."""

    draft: Invoice
    month: Decimal
    bill_before: PartnerInvoice | None
    before: Decimal | None
    seats: Decimal | None = None
    seats_before: Decimal | None = None
    new: list[Subscription] = field(default_factory=list)
    vanished: list[Subscription] = field(default_factory=list)

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.month - self.before

    @property
    def percent(self) -> Decimal | None:
        """The change in per cent of the month before, unless that was nothing."""
        if not self.before or self.change is None:
            return None
        return 100 * self.change / abs(self.before)

    @property
    def is_much(self) -> bool:
        return self.before is not None and abs(self.month - self.before) > MUCH * abs(self.before)


def bills_before(partner: Partner) -> dict[int, PartnerInvoice]:
    """By file that drafts were made from, the invoice of 21Vianet to compare with: two queries."""
    drafts = Invoice.objects.of_partner(partner).drafts().filter(source_file__isnull=False)
    drafted = set(drafts.order_by().values_list("source_file_id", flat=True).distinct())
    files = ReconciliationFile.objects.of_partner(partner).filter(
        status__in=[FileStatus.IMPORTED, FileStatus.REPLACED]
    )
    known = list(files.select_related("invoice"))
    found = {file.pk: _before(file, known) for file in known if file.pk in drafted}
    return {pk: bill for pk, bill in found.items() if bill is not None}


def with_change(drafts: InvoiceQuerySet, before: Mapping[int, PartnerInvoice]) -> InvoiceQuerySet:
    """Drafts with `month`, `bill_before`, `before` and `change_size`; 0 where nothing is before."""
    files_of: dict[int, list[int]] = defaultdict(list)
    for file_id, bill in before.items():
        files_of[bill.pk].append(file_id)
    cases = [When(source_file__in=files, then=Value(bill)) for bill, files in files_of.items()]
    found = drafts.annotate(
        bill_before=Case(*cases, default=None, output_field=BigIntegerField(null=True)),
        month=Case(
            When(source_file=None, then=F("total")),
            default=_documents("source_file__invoice", is_issued=False),
            output_field=_MONEY,
        ),
    )
    found = found.annotate(
        before=Case(
            When(bill_before=None, then=None),
            default=_documents("bill_before", is_issued=True),
            output_field=_MONEY,
        )
    )
    size = Abs(Coalesce(F("month") - F("before"), Value(ZERO), output_field=_MONEY))
    return found.annotate(change_size=size)


def changed_much(drafts: InvoiceQuerySet) -> InvoiceQuerySet:
    """Those of `with_change` that differ by more than a fifth from the month before."""
    is_more = Q(change_size__gt=Abs(F("before")) * Value(MUCH, _MONEY))
    return drafts.filter(Q(bill_before__isnull=False) & is_more)


def reviewed(
    drafts: Sequence[Invoice], before: Mapping[int, PartnerInvoice], *, with_seats: bool
) -> list[Reviewed]:
    """Drafts of `with_change`; with their seats and subscriptions, in two more queries."""
    rows = [_compared(draft, before) for draft in drafts]
    if not with_seats:
        return rows
    charged = _charged(rows)
    months = [_now_and_then(row, charged) for row in rows]
    names = Subscription.objects.in_bulk({pk for now, then in months for pk in now.keys() ^ then})
    return [_with_seats(row, charged, names) for row in rows]


def _before(file: ReconciliationFile, known: Iterable[ReconciliationFile]) -> PartnerInvoice | None:
    """The newest earlier invoice of which a file of the same kind and currency was imported."""
    of = file.invoice
    earlier = [
        other.invoice
        for other in known
        if (other.kind, other.invoice.currency) == (file.kind, of.currency)
        and (other.invoice.issued_on, other.invoice_id) < (of.issued_on, of.pk)
    ]
    return max(earlier, key=lambda bill: (bill.issued_on, bill.pk), default=None)


def _documents(bill: str, *, is_issued: bool) -> CombinedExpression:
    """Invoices minus credit notes of the draft's customer, from files of that bill."""
    standing = Q(status=InvoiceStatus.ISSUED) if is_issued else ~Q(status=InvoiceStatus.VOID)
    same = {
        "customer": OuterRef("customer"),
        "currency": OuterRef("currency"),
        "source_file__kind": OuterRef("source_file__kind"),
        "source_file__invoice": OuterRef(bill),
    }
    charged = Invoice.objects.filter(standing, **same).order_by().values("customer")
    given = CreditNote.objects.filter(standing, **same).order_by().values("customer")
    return Coalesce(
        Subquery(charged.values(sum=Sum("total"))), Value(ZERO), output_field=_MONEY
    ) - Coalesce(Subquery(given.values(sum=Sum("amount"))), Value(ZERO), output_field=_MONEY)


def _compared(draft: Invoice, before: Mapping[int, PartnerInvoice]) -> Reviewed:
    found = vars(draft)  # what `with_change` has added
    bill = before.get(draft.source_file_id or 0)
    return Reviewed(draft, found["month"], bill, found["before"])


def _charged(rows: Iterable[Reviewed]) -> Charged:
    """The subscriptions that these customers were charged for: one query."""
    charged = Charged()
    months = {month for row in rows for month in _months(row)}
    grouped = (
        "invoice__customer_id",
        "invoice__source_file__invoice_id",
        "invoice__source_file__kind",
        "subscription_id",
        "invoice__status",
    )
    names_seats = Q(charge__in=SEAT_CHARGES)
    lines = (
        InvoiceLine.objects.filter(
            invoice__customer__in={month.customer_id for month in months},
            invoice__source_file__invoice__in={month.bill_id for month in months},
            invoice__status__in=[InvoiceStatus.DRAFT, InvoiceStatus.ISSUED],
            subscription__isnull=False,
        )
        .order_by()
        .annotate(charge=Lower("source_line__charge_type"))
        .values_list(*grouped)
        .annotate(seats=Max("quantity", filter=names_seats))
    )
    for customer_id, bill_id, kind, subscription_id, status, seats in lines:
        month = Month(customer_id, bill_id, kind)
        _note(charged.all[month], subscription_id, seats)
        if status == InvoiceStatus.ISSUED:
            _note(charged.issued[month], subscription_id, seats)
    return charged


def _note(of: Seats, subscription_id: int, seats: Decimal | None) -> None:
    known = [count for count in (of.get(subscription_id), seats) if count is not None]
    of[subscription_id] = max(known, default=None)


def _months(row: Reviewed) -> list[Month]:
    """The draft's month and the one before, as far as there are."""
    draft, file = row.draft, row.draft.source_file
    if file is None:
        return []
    bills = [file.invoice_id] + ([row.bill_before.pk] if row.bill_before else [])
    return [Month(draft.customer_id, bill, file.kind) for bill in bills]


def _now_and_then(row: Reviewed, charged: Charged) -> tuple[Seats, Seats]:
    """Of the draft's month and of the one before; nothing where nothing can be compared."""
    match _months(row):
        case [now, then]:
            return charged.all[now], charged.issued[then]
        case [now]:
            return charged.all[now], charged.all[now]
        case _:
            return {}, {}


def _with_seats(row: Reviewed, charged: Charged, names: Mapping[int, Subscription]) -> Reviewed:
    now, then = _now_and_then(row, charged)
    return replace(
        row,
        seats=_sum(now),
        seats_before=_sum(then) if row.bill_before else None,
        new=[names[pk] for pk in sorted(now.keys() - then.keys())],
        vanished=[names[pk] for pk in sorted(then.keys() - now.keys())],
    )


def _sum(seats: Seats) -> Decimal | None:
    known = [count for count in seats.values() if count is not None]
    return sum(known, ZERO) if known else None
