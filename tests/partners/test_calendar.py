"""Which days are worked: the law's calendar, the partner's own days, and years nobody confirmed."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from partners import calendar, statutory
from partners.calendar import Calendar
from partners.models import CalendarDay, ConfirmedYear, Partner
from partners.statutory import Day
from tests.factories.partners import global_admin

PLAIN = Calendar()
OWN = Calendar(
    own={
        date(2026, 3, 6): Day(is_working=False, name="公司成立日"),
        date(2026, 10, 5): Day(is_working=True, name="值班"),
        date(2027, 3, 5): Day(is_working=False, name="公司成立日"),
    }
)


def test_confirmed_years_are_those_with_a_notice_in_the_library() -> None:
    announced = {year for year in range(2001, 2040) if _has_make_up_days(year)}

    assert announced == statutory.CONFIRMED_YEARS


def _has_make_up_days(year: int) -> bool:
    return any(day.is_working for day in statutory.days(year).values())


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), True),
        (date(2027, 1, 4), None),
        (date(1999, 1, 4), None),
        (date(2150, 1, 5), None),
    ],
)
def test_is_working_day_follows_the_notice(day: date, is_worked: bool | None) -> None:
    assert PLAIN.is_working_day(day) is is_worked


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [(date(2026, 3, 6), False), (date(2026, 10, 5), True), (date(2026, 10, 6), False)],
)
def test_own_days_win_over_the_law(day: date, is_worked: bool) -> None:
    assert OWN.is_working_day(day) is is_worked


def test_a_year_confirmed_by_a_person_counts() -> None:
    confirmed = Calendar(confirmed_by_people=frozenset({2027}))

    assert confirmed.is_working_day(date(2027, 1, 4)) is True
    assert confirmed.is_working_day(date(2027, 1, 1)) is False


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 9, 29), 3, date(2026, 10, 9)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 12, 30), 3, date(2027, 1, 4)),
    ],
    ids=["none", "weekend", "golden week", "worked Saturday", "Spring Festival", "unconfirmed"],
)
def test_add_working_days_passes_over_days_off(start: date, days: int, end: date) -> None:
    assert PLAIN.add_working_days(start, days) == end


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 10, 8), 1, date(2026, 9, 30)),
        (date(2026, 10, 12), 2, date(2026, 10, 9)),
        (date(2026, 11, 23), 10, date(2026, 11, 9)),
    ],
)
def test_working_days_before_passes_over_days_off(start: date, days: int, end: date) -> None:
    assert PLAIN.working_days_before(start, days) == end


def test_counting_backwards_by_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        PLAIN.add_working_days(date(2026, 11, 20), -1)


@pytest.mark.parametrize(
    ("day", "later", "earlier"),
    [
        (date(2026, 10, 3), date(2026, 10, 8), date(2026, 9, 30)),
        (date(2026, 10, 8), date(2026, 10, 8), date(2026, 10, 8)),
        (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 20)),
    ],
)
def test_a_date_rolls_to_a_working_day(day: date, later: date, earlier: date) -> None:
    assert PLAIN.on_or_after(day) == later
    assert PLAIN.on_or_before(day) == earlier


def test_next_working_day_is_never_the_day_itself() -> None:
    assert PLAIN.next_working_day(date(2026, 11, 19)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 9, 30), date(2026, 10, 8), 1),
        (date(2026, 11, 20), date(2026, 11, 20), 0),
        (date(2026, 11, 23), date(2026, 11, 20), 0),
        (date(2026, 11, 16), date(2026, 11, 23), 5),
    ],
)
def test_working_days_between_counts_after_the_first(first: date, last: date, count: int) -> None:
    assert PLAIN.working_days_between(first, last) == count


@pytest.mark.parametrize(
    ("last", "is_sure", "unknown"),
    [
        (date(2026, 12, 31), True, []),
        (date(2027, 1, 1), False, [2027]),
        (date(2028, 1, 1), False, [2027, 2028]),
    ],
)
def test_covers_tells_whether_counting_is_sure(
    last: date, is_sure: bool, unknown: list[int]
) -> None:
    first = date(2026, 12, 1)

    assert PLAIN.covers(first, last) is is_sure
    assert PLAIN.unconfirmed_years(first, last) == unknown
    assert all(str(year) in PLAIN.doubt(first, last) for year in unknown)
    assert bool(PLAIN.doubt(first, last)) is not is_sure


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 10, 31), []),
        (date(2026, 11, 1), [2027]),
        (date(2027, 1, 1), [2027]),
        (date(2027, 12, 31), [2027, 2028]),
    ],
)
def test_years_to_confirm_ask_for_the_next_from_november(today: date, years: list[int]) -> None:
    assert PLAIN.years_to_confirm(today) == years


@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        (date(2026, 10, 1), True),
        (date(2026, 10, 4), True),
        (date(2026, 10, 10), False),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), False),
        (date(2027, 1, 1), True),
        (date(2027, 1, 9), False),
    ],
    ids=["named", "Sunday inside", "made up", "plain weekend", "Monday", "unconfirmed", "Saturday"],
)
def test_is_holiday_takes_the_weekend_inside_along(day: date, is_holiday: bool) -> None:
    assert PLAIN.is_holiday(day) is is_holiday


def test_closure_names_the_days_off_in_a_row() -> None:
    days = PLAIN.closure(date(2026, 2, 18))

    assert (days[0], days[-1], len(days)) == (date(2026, 2, 15), date(2026, 2, 23), 9)
    assert PLAIN.closure(date(2026, 2, 24)) == []


def test_unconfirmed_years_count_the_partners_own_days() -> None:
    assert OWN.add_working_days(date(2027, 3, 4), 1) == date(2027, 3, 8)
    assert OWN.is_working_day(date(2027, 3, 5)) is None


def test_names_are_in_the_readers_language() -> None:
    spring = statutory.days(2026)[date(2026, 2, 17)]

    with translation.override("en"):
        assert spring.label == "Spring Festival"
        assert Day(is_working=False, name="公司成立日（全天）").label == "公司成立日（全天）"


def test_of_reads_days_and_years_of_this_partner_only(partner: Partner) -> None:
    admin = global_admin(partner)
    day = date(2027, 3, 5)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    CalendarDay.objects.create(partner=partner, date=day, is_working=False, name="公司成立日")
    ConfirmedYear.objects.create(partner=partner, year=2027, confirmed_by=admin, confirmed_at=at)
    stranger = Partner.objects.create(mpn_id="1", name="Other")

    with CaptureQueriesContext(connection) as queries:
        mine = calendar.of(partner)

    assert len(queries) == 1
    assert mine.is_working_day(day) is False
    assert calendar.of(stranger) == Calendar()


def test_the_short_forms_ask_the_partners_calendar(partner: Partner) -> None:
    day = date(2026, 11, 20)
    CalendarDay.objects.create(partner=partner, date=date(2026, 11, 23), is_working=False)

    assert calendar.is_working_day(partner, day) is True
    assert calendar.next_working_day(partner, day) == date(2026, 11, 24)
    assert calendar.add_working_days(partner, day, 2) == date(2026, 11, 25)
    assert calendar.working_days_before(partner, date(2026, 11, 24), 1) == day
