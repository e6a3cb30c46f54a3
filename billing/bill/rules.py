"""Pure decisions about our bill: which alarm rings, what being late may cost, what fills the gap.

Amounts passed in and out share one currency; dates are dates of the partner's zone.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from billing.rules import cents

ALARM_DAYS = (10, 5, 2)
"""So many working days before the due date an alarm rings."""
LATE = 0
"""The alarm after the due date: it rings until the bill is recorded as paid."""
MONTHS_A_YEAR = 12
DAYS_A_YEAR = 365
ZERO = Decimal(0)


@dataclass(frozen=True)
class Paid:
    """What was paid of one invoice, and on which day."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class ChargeRange:
    """What a finance charge may come to: 21Vianet's terms leave open how it is counted."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Awaited:
    """An open, undisputed invoice to a customer.

    `credit` is what the customer has paid already and no invoice has used: of its invoices only the
    rest brings new money.
    """

    invoice_id: int
    customer_id: int
    due_on: date
    amount: Decimal
    credit: Decimal = ZERO


@dataclass(frozen=True)
class Filling:
    """One awaited invoice, the new money it brings, and the sum up to here."""

    invoice_id: int
    brings: Decimal
    running: Decimal
    is_overdue: bool


@dataclass(frozen=True)
class Gap:
    """What is missing for our bill, and which open invoices would fill it."""

    amount: Decimal
    fillings: tuple[Filling, ...]

    @property
    def brings(self) -> Decimal:
        return self.fillings[-1].running if self.fillings else ZERO

    @property
    def missing(self) -> Decimal:
        """What is missing even when all of them pay; 0 when they fill the gap."""
        return max(ZERO, self.amount - self.brings)


@dataclass(frozen=True)
class Day:
    """One day of the outlook: what we pay, what is due to us, what is overdue if nobody pays."""

    on: date
    we_pay: Decimal
    expected: Decimal
    overdue: Decimal


def alarm_at(rings_on: Mapping[int, date], *, due_on: date, today: date) -> int | None:
    """The most urgent alarm that rings today, as working days before the due date.

    `rings_on` says on which day each alarm begins to ring. None before the first one.
    """
    if today > due_on:
        return LATE
    return min((days for days, first in rings_on.items() if today >= first), default=None)


def monthly_percent(contract: Decimal, legal_maximum: Decimal | None) -> Decimal:
    """The rate per month: the contract's or the legal maximum, whichever is less.

    Source: Partner Center operated by 21Vianet, "Billing": 1.5 % of the invoice amount per month or
    the legal maximum, whichever is less.
    """
    return contract if legal_maximum is None else min(contract, legal_maximum)


def estimated_finance_charge(
    total: Decimal, paid: Iterable[Paid], *, due_on: date, today: date, monthly_percent: Decimal
) -> ChargeRange:
    """What 21Vianet may charge for paying this invoice late: a range, since nothing more is said.

    The terms name a rate per month of the invoice amount. How part months and part payments count
    is not stated: at most the rate on the whole amount for every month begun, at least simple
    interest by days on what was still unpaid. Both end when the invoice was wholly paid.
    """
    if total <= 0:
        return ChargeRange(ZERO, ZERO)
    unpaid = _unpaid_since(total, paid, due_on)
    settled_on = next((on for on, left in unpaid if left <= 0), today)
    end = min(settled_on, today)
    months = started_months(due_on, end)
    stops = [(on, left) for on, left in unpaid if on < end] + [(end, ZERO)]
    day_amounts = sum(
        (left * (until - since).days for (since, left), (until, _left) in pairwise(stops)), ZERO
    )
    high = total * monthly_percent / 100 * months
    low = day_amounts * monthly_percent / 100 * MONTHS_A_YEAR / DAYS_A_YEAR
    return ChargeRange(cents(low), cents(high))


def started_months(due_on: date, end: date) -> int:
    """How many months have begun after the due date, the last one counted in full."""
    if end <= due_on:
        return 0
    months = (end.year - due_on.year) * MONTHS_A_YEAR + end.month - due_on.month
    return months if _months_after(due_on, months) >= end else months + 1


def fill_gap(
    due: Decimal, at_hand: Decimal, awaited: Iterable[Awaited], *, due_on: date, today: date
) -> Gap:
    """Which open invoices would bring what our bill needs beyond the money at hand.

    First those that fall due by our due date, soonest first; then the overdue ones, biggest first.
    Later ones come too late and are left out. A customer's own credit counts once.
    """
    missing = max(ZERO, due - at_hand)
    in_time = [each for each in awaited if each.due_on <= due_on or each.due_on < today]
    credit: dict[int, Decimal] = {}
    fillings: list[Filling] = []
    running = ZERO
    for each in sorted(in_time, key=lambda each: _likely_first(each, today)):
        if running >= missing:
            break
        left = credit.get(each.customer_id, each.credit)
        used = min(left, each.amount)
        credit[each.customer_id] = left - used
        if brings := each.amount - used:
            running += brings
            fillings.append(Filling(each.invoice_id, brings, running, each.due_on < today))
    return Gap(missing, tuple(fillings))


def outlook(
    bills: Mapping[date, Decimal],
    expected: Mapping[date, Decimal],
    *,
    overdue: Decimal,
    today: date,
) -> list[Day]:
    """Day by day what we pay and what is due to us, and what is overdue if nobody pays.

    `bills` and `expected` are sums by due date, `overdue` what is overdue today. Bills whose due
    date has passed are paid today.
    """
    pay: dict[date, Decimal] = {}
    for on, amount in bills.items():
        day = max(on, today)
        pay[day] = pay.get(day, ZERO) + amount
    days = []
    late = overdue
    for on in sorted({today, *pay, *(day for day in expected if day >= today)}):
        days.append(Day(on, pay.get(on, ZERO), expected.get(on, ZERO), late))
        late += expected.get(on, ZERO)
    return days


def _unpaid_since(
    total: Decimal, paid: Iterable[Paid], due_on: date
) -> Sequence[tuple[date, Decimal]]:
    """From which day on how much was unpaid, from the due date on."""
    left = total
    stands: dict[date, Decimal] = {due_on: total}
    for each in sorted(paid, key=lambda each: each.on):
        left -= each.amount
        stands[max(each.on, due_on)] = left
    return sorted(stands.items())


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _likely_first(each: Awaited, today: date) -> tuple[bool, date, Decimal, int]:
    if each.due_on < today:
        return True, date.min, -each.amount, each.invoice_id
    return False, each.due_on, -each.amount, each.invoice_id
