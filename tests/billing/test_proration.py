"""Parts of a period: the documentation's own figures, each by the way it was made."""

from decimal import Decimal

import pytest

from billing.proration import CONVENTIONS, Part, agreeing, by_days, truncated

D = Decimal


def part(days: int, seats: int) -> Part:
    """Days of 15 July to 14 August, at 11 a seat."""
    return Part(days, D(seats), D(11), 31)


@pytest.mark.parametrize(
    ("days", "seats", "amount"),
    [(5, 15, "26.61"), (11, 12, "46.84"), (10, 18, "63.87"), (5, 10, "17.74")],
)
def test_by_days_gives_the_documented_parts(days: int, seats: int, amount: str) -> None:
    assert by_days(part(days, seats)) == D(amount)


def test_documented_parts_add_up() -> None:
    parts = [part(5, 15), part(11, 12), part(10, 18), part(5, 10)]

    assert sum(map(by_days, parts)) == D("155.06")


@pytest.mark.parametrize(("seats", "amount"), [(15, "165"), (10, "110")])
def test_whole_period_is_the_price_of_the_seats(seats: int, amount: str) -> None:
    assert by_days(part(31, seats)) == D(amount)


def test_truncated_gives_the_documented_credit() -> None:
    assert (truncated(part(21, 10)), by_days(part(21, 10))) == (D("74.51"), D("74.52"))


@pytest.mark.parametrize("amount", ["-74.51", "-74.52", "74.52"])
def test_either_rounding_agrees_within_the_tolerance(amount: str) -> None:
    assert {"by_days", "truncated"} <= set(agreeing(D(amount), part(21, 10)))


def test_rounding_a_seat_first_gives_another_documented_figure() -> None:
    assert CONVENTIONS["seat_by_seat"](part(5, 15)) == D("26.55")


@pytest.mark.parametrize("amount", ["67.74", "80.00", "0"])
def test_other_figure_agrees_with_no_convention(amount: str) -> None:
    assert agreeing(D(amount), part(21, 10)) == []


def test_no_seats_agree_with_nothing() -> None:
    assert agreeing(D("1.00"), Part(5, D(0), D(11), 31)) == []
