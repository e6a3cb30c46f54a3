"""Ways to charge a part of a period, to tell whether 21Vianet's figure agrees with one. Pure.

The documentation's own examples use several ("Common billing scenarios" and "Billing basics" of
Partner Center), so that a figure is compared within a tolerance and never to the fen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
DAILY_STEP = Decimal("0.001")
TOLERANCE = Decimal("0.02")
"""Two of the documented examples differ from each other by a fen; one more for their rounding."""


@dataclass(frozen=True)
class Part:
    """Some days of a period, for so many seats at a price per seat and period."""

    days: int
    seats: Decimal
    price: Decimal
    days_in_period: int


type Convention = Callable[[Part], Decimal]


def by_days(part: Part) -> Decimal:
    """Days × seats × price / days of the period, rounded half up at the end."""
    return _exact(part).quantize(CENT, ROUND_HALF_UP)


def truncated(part: Part) -> Decimal:
    """The same, cut off after the cent."""
    return _exact(part).quantize(CENT, ROUND_DOWN)


def daily_price(part: Part) -> Decimal:
    """The daily price of all seats rounded to three places, then multiplied by the days."""
    daily = (part.price / part.days_in_period).quantize(DAILY_STEP, ROUND_HALF_UP)
    return (daily * part.seats * part.days).quantize(CENT, ROUND_HALF_UP)


def seat_by_seat(part: Part) -> Decimal:
    """The daily price of all seats and each seat's share rounded to the cent, then multiplied."""
    daily = (part.price * part.seats / part.days_in_period).quantize(CENT, ROUND_HALF_UP)
    a_seat = (daily * part.days / part.seats).quantize(CENT, ROUND_HALF_UP)
    return a_seat * part.seats


CONVENTIONS: Mapping[str, Convention] = {
    "by_days": by_days,
    "truncated": truncated,
    "daily_price": daily_price,
    "seat_by_seat": seat_by_seat,
}


def agreeing(
    amount: Decimal,
    part: Part,
    *,
    conventions: Mapping[str, Convention] = CONVENTIONS,
    tolerance: Decimal = TOLERANCE,
) -> list[str]:
    """The names of the conventions by which the amount, of either sign, could have come about."""
    if not part.seats or part.days_in_period <= 0:
        return []
    return [
        name
        for name, convention in conventions.items()
        if abs(abs(amount) - convention(part)) <= tolerance
    ]


def _exact(part: Part) -> Decimal:
    return part.days * part.seats * part.price / part.days_in_period
