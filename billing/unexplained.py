"""Prorated lines of a draft whose figure no known way of charging parts of a period gives.

Only where the facts are known: the file also holds the same subscription's charge, or its reversal,
for the whole period, so that the period's length is no guess.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Lower

from billing import proration
from billing.files.layouts import PRORATED_CHARGES, WHOLE_CHARGES
from billing.models import Invoice, InvoiceLine, ReconciliationLine

LONGEST_MONTH_DAYS = 31


class Prorated(NamedTuple):
    """What 21Vianet charged for some days, and the whole period that they are a part of."""

    amount: Decimal
    seats: Decimal
    price: Decimal
    first: date
    last: date
    whole_first: date
    whole_last: date


def unexplained_lines(draft: Invoice) -> set[int]:
    """The lines' keys: one query."""
    whole = (
        ReconciliationLine.objects.annotate(type=Lower("charge_type"))
        .filter(
            Q(amount=F("unit_price") * F("quantity")) | Q(amount=-F("unit_price") * F("quantity")),
            file=OuterRef("source_line__file"),
            customer=OuterRef("source_line__customer"),
            subscription_ref=OuterRef("source_line__subscription_ref"),
            charge_from__lte=OuterRef("source_line__charge_from"),
            charge_to__gte=OuterRef("source_line__charge_to"),
            type__in=WHOLE_CHARGES,
        )
        .order_by("row")
    )
    lines = (
        InvoiceLine.objects.filter(invoice=draft)
        .annotate(
            type=Lower("source_line__charge_type"),
            whole_from=Subquery(whole.values("charge_from")[:1]),
            whole_to=Subquery(whole.values("charge_to")[:1]),
        )
        .filter(Q(type__in=PRORATED_CHARGES), Q(whole_from__isnull=False))
        .order_by()
        .values_list(
            "pk",
            "source_line__amount",
            "source_line__quantity",
            "source_line__unit_price",
            "source_line__charge_from",
            "source_line__charge_to",
            "whole_from",
            "whole_to",
        )
    )
    return {line[0] for line in lines if not _is_explained(Prorated(*line[1:]))}


def _is_explained(line: Prorated) -> bool:
    """Whether a convention gives the amount, or too little is known to say that none does."""
    period = _days(line.whole_first, line.whole_last)
    if period > LONGEST_MONTH_DAYS or not line.seats:
        return True
    days = _days(line.first, line.last)
    part = proration.Part(days, abs(line.seats), line.price, period)
    return bool(proration.agreeing(line.amount, part))


def _days(first: date, last: date) -> int:
    """Both days included."""
    return (last - first).days + 1
