"""Eight working hours a working day, whatever lies between."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from billing import working_hours
from partners.calendar import Calendar
from partners.statutory import Day

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAY = Calendar(own={date(2026, 3, 16): Day(is_working=False, name="move")})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param(at(9, 10), 2, at(9, 12), id="the same day"),
        pytest.param(at(9, 9), 8, at(9, 17), id="a whole day"),
        pytest.param(at(9, 15), 4, at(10, 11), id="over night"),
        pytest.param(at(9, 22), 1, at(10, 10), id="from the evening"),
        pytest.param(at(9, 6), 1, at(9, 10), id="from before work"),
        pytest.param(at(13, 15), 16, at(17, 15), id="two working days over a weekend"),
        pytest.param(at(14, 12), 1, at(16, 10), id="from a Saturday"),
    ],
)
def test_add_counts_working_hours(start: datetime, hours: int, expected: datetime) -> None:
    assert working_hours.add(start, hours, Calendar()) == expected


def test_add_leaves_out_the_partners_own_days_off() -> None:
    assert working_hours.add(at(13, 16), 2, HOLIDAY) == at(17, 10)
