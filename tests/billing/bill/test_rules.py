"""Pure decisions about our bill, below, at and above their borders."""

from datetime import date
from decimal import Decimal

import pytest

from billing.bill import rules
from billing.bill.rules import Awaited, ChargeRange, Paid

DUE = date(2026, 10, 31)
RINGS = {10: date(2026, 10, 17), 5: date(2026, 10, 24), 2: date(2026, 10, 29)}


@pytest.mark.parametrize(
    ("today", "alarm"),
    [
        (date(2026, 10, 16), None),
        (date(2026, 10, 17), 10),
        (date(2026, 10, 23), 10),
        (date(2026, 10, 24), 5),
        (date(2026, 10, 29), 2),
        (date(2026, 10, 31), 2),
        (date(2026, 11, 1), rules.LATE),
    ],
)
def test_alarm_at_names_the_most_urgent(today: date, alarm: int | None) -> None:
    assert rules.alarm_at(RINGS, due_on=DUE, today=today) == alarm


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (date(2026, 10, 31), 0),
        (date(2026, 11, 1), 1),
        (date(2026, 11, 30), 1),
        (date(2026, 12, 1), 2),
        (date(2026, 12, 31), 2),
        (date(2027, 2, 28), 4),
        (date(2027, 3, 1), 5),
    ],
)
def test_started_months_counts_the_last_in_full(end: date, months: int) -> None:
    assert rules.started_months(DUE, end) == months


@pytest.mark.parametrize(
    ("today", "paid", "low", "high"),
    [
        (DUE, [], "0", "0"),
        (date(2026, 11, 1), [], "4.93", "150"),
        (date(2026, 11, 30), [], "147.95", "150"),
        (date(2026, 12, 1), [], "152.88", "300"),
        (date(2026, 12, 1), [Paid(DUE, Decimal(10000))], "0", "0"),
        (date(2026, 11, 30), [Paid(date(2026, 10, 1), Decimal(5000))], "73.97", "150"),
        (date(2026, 11, 30), [Paid(date(2026, 11, 10), Decimal(10000))], "49.32", "150"),
        (date(2026, 11, 30), [Paid(date(2026, 11, 10), Decimal(5000))], "98.63", "150"),
        (date(2026, 11, 30), [Paid(date(2026, 12, 9), Decimal(10000))], "147.95", "150"),
    ],
    ids=[
        "on the due date nothing",
        "a day late",
        "a month late",
        "a month and a day late",
        "paid on the due date",
        "half paid before",
        "paid after ten days",
        "half paid after ten days",
        "paid on a day to come",
    ],
)
def test_finance_charge_is_a_range(today: date, paid: list[Paid], low: str, high: str) -> None:
    charge = rules.estimated_finance_charge(
        Decimal(10000), paid, due_on=DUE, today=today, monthly_percent=Decimal("1.5")
    )
    assert charge == ChargeRange(Decimal(low), Decimal(high))


@pytest.mark.parametrize("total", ["0", "-500"])
def test_credit_costs_no_finance_charge(total: str) -> None:
    charge = rules.estimated_finance_charge(
        Decimal(total), [], due_on=DUE, today=date(2027, 1, 1), monthly_percent=Decimal(1)
    )
    assert charge == ChargeRange(Decimal(0), Decimal(0))


@pytest.mark.parametrize(("legal", "rate"), [(None, "1.5"), ("2", "1.5"), ("1.2", "1.2")])
def test_monthly_percent_is_the_smaller(legal: str | None, rate: str) -> None:
    maximum = None if legal is None else Decimal(legal)
    assert rules.monthly_percent(Decimal("1.5"), maximum) == Decimal(rate)


TODAY = date(2026, 10, 20)
SOON = Awaited(1, 11, date(2026, 10, 25), Decimal(100))
ON_OUR_DAY = Awaited(2, 12, DUE, Decimal(300))
TOO_LATE = Awaited(3, 13, date(2026, 11, 1), Decimal(9000))
SMALL_OVERDUE = Awaited(4, 14, date(2026, 8, 1), Decimal(50))
BIG_OVERDUE = Awaited(5, 15, date(2026, 10, 19), Decimal(700))
ALL = [TOO_LATE, SMALL_OVERDUE, ON_OUR_DAY, BIG_OVERDUE, SOON]


@pytest.mark.parametrize(
    ("due", "at_hand", "named", "missing"),
    [
        ("0", "0", [], "0"),
        ("500", "500", [], "0"),
        ("100", "0", [1], "0"),
        ("101", "0", [1, 2], "0"),
        ("401", "0", [1, 2, 5], "0"),
        ("1200", "50", [1, 2, 5, 4], "0"),
        ("1200", "49", [1, 2, 5, 4], "1"),
    ],
    ids=[
        "nothing due",
        "money at hand is enough",
        "the first fills it exactly",
        "a fen more needs the second",
        "then the biggest overdue one",
        "all fill it exactly",
        "all are not enough",
    ],
)
def test_fill_gap_names_the_likely_first(
    due: str, at_hand: str, named: list[int], missing: str
) -> None:
    gap = rules.fill_gap(Decimal(due), Decimal(at_hand), ALL, due_on=DUE, today=TODAY)

    assert [filling.invoice_id for filling in gap.fillings] == named
    assert gap.missing == Decimal(missing)


def test_fill_gap_counts_a_customers_credit_once() -> None:
    first = Awaited(1, 11, date(2026, 10, 25), Decimal(100), credit=Decimal(130))
    second = Awaited(2, 11, date(2026, 10, 26), Decimal(100), credit=Decimal(130))
    gap = rules.fill_gap(Decimal(500), Decimal(130), [first, second], due_on=DUE, today=TODAY)

    assert [(line.invoice_id, line.brings) for line in gap.fillings] == [(2, Decimal(70))]
    assert gap.missing == Decimal(300)


def test_fill_gap_of_a_late_bill_still_takes_what_is_overdue() -> None:
    late = Awaited(1, 11, date(2026, 11, 5), Decimal(100))
    gap = rules.fill_gap(Decimal(100), Decimal(0), [late], due_on=DUE, today=date(2026, 11, 10))
    assert [(line.invoice_id, line.is_overdue) for line in gap.fillings] == [(1, True)]


def test_outlook_says_what_is_overdue_if_nobody_pays() -> None:
    bills = {date(2026, 10, 1): Decimal(40), DUE: Decimal(500)}
    expected = {TODAY: Decimal(10), date(2026, 10, 25): Decimal(100), DUE: Decimal(300)}
    days = rules.outlook(bills, expected, overdue=Decimal(750), today=TODAY)

    assert [(day.on.day, day.we_pay, day.expected, day.overdue) for day in days] == [
        (20, Decimal(40), Decimal(10), Decimal(750)),
        (25, Decimal(0), Decimal(100), Decimal(760)),
        (31, Decimal(500), Decimal(300), Decimal(860)),
    ]


def test_outlook_of_nothing_is_today() -> None:
    [day] = rules.outlook({}, {}, overdue=Decimal(0), today=TODAY)
    assert (day.on, day.we_pay, day.expected, day.overdue) == (TODAY, *[Decimal(0)] * 3)
