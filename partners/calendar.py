"""The partner's working days: China's calendar, and what the partner changed in its own.

A year counts only when the State Council's notice is known (`statutory.CONFIRMED_YEARS`) or a
person of the partner confirmed it. Nothing is guessed: of a day in any other year nobody can say
whether it is worked. Where a date has to be named all the same, it is counted from Monday to Friday
and by the partner's own days; `Calendar.covers` tells whether that was needed.

All dates are dates of the partner's zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from partners import statutory
from partners.models import CalendarDay, ConfirmedYear, Partner
from partners.statutory import Day

SATURDAY = 5
NOVEMBER = 11
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """One partner's calendar as a value: load it once with `of`, ask it as often as needed."""

    own: Mapping[date, Day] = field(default_factory=dict)
    confirmed_by_people: frozenset[int] = frozenset()

    def is_confirmed(self, year: int) -> bool:
        """Whether the working days of the year are known."""
        return year in statutory.CONFIRMED_YEARS or year in self.confirmed_by_people

    def covers(self, first: date, last: date) -> bool:
        """Whether every year between two dates is known, so that counting between them is sure."""
        years = range(min(first, last).year, max(first, last).year + 1)
        return all(self.is_confirmed(year) for year in years)

    def unconfirmed_years(self, first: date, last: date) -> list[int]:
        """The years between two dates that nobody has confirmed."""
        years = range(min(first, last).year, max(first, last).year + 1)
        return [year for year in years if not self.is_confirmed(year)]

    def years_to_confirm(self, today: date) -> list[int]:
        """The years a person should confirm now: this one, and from November on the next."""
        last = today.year + (today.month >= NOVEMBER)
        return [year for year in range(today.year, last + 1) if not self.is_confirmed(year)]

    def doubt(self, first: date, last: date) -> str:
        """The words beside a date that was counted through an unconfirmed year; empty if none."""
        unknown = ", ".join(map(str, self.unconfirmed_years(first, last)))
        if not unknown:
            return ""
        text = _("Counted from Monday to Friday: the working days of %(years)s are not confirmed.")
        return text % {"years": unknown}

    def is_working_day(self, day: date) -> bool | None:
        """Whether people work on that day; None where the year is not confirmed."""
        return self.counts_as_working(day) if self.is_confirmed(day.year) else None

    def counts_as_working(self, day: date) -> bool:
        """As `is_working_day`; in an unconfirmed year Monday to Friday and the partner's own days.

        Only for counting. What must not happen on a day off asks `is_working_day`.
        """
        special = self.own.get(day)
        if special is None and self.is_confirmed(day.year):
            special = statutory.days(day.year).get(day)
        return special.is_working if special else day.weekday() < SATURDAY

    def special(self, day: date) -> Day | None:
        """How a day differs from the plain week, by the partner or by the law; None if it doesn't.

        In an unconfirmed year the law's holidays are named, their days off are not known.
        """
        return self.own.get(day) or statutory.days(day.year).get(day)

    def is_holiday(self, day: date) -> bool:
        """Whether the day belongs to a holiday, with the weekend beside it; no plain weekend.

        The law's holidays count in an unconfirmed year too: nothing is sent on them.
        """
        if not self._is_free(day):
            return False
        return any(self._is_named(each) for each in self.closure(day))

    def closure(self, day: date) -> list[date]:
        """The days without work in a row that a day belongs to; empty when it is worked."""
        if not self._is_free(day):
            return []
        before = list(self._free_days(day, -_ONE_DAY))
        return [*reversed(before), day, *self._free_days(day, _ONE_DAY)]

    def next_working_day(self, day: date) -> date:
        """The first working day after a day, never the day itself."""
        return self.add_working_days(day, 1)

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next working day: how due dates roll."""
        return day if self.counts_as_working(day) else self.next_working_day(day)

    def on_or_before(self, day: date) -> date:
        """The day itself if it is worked, else the working day before it."""
        return day if self.counts_as_working(day) else self.working_days_before(day, 1)

    def add_working_days(self, day: date, days: int) -> date:
        """The so-many-th working day after a day; the day itself for none. `days` is 0 or more."""
        return self._moved(day, days, _ONE_DAY)

    def working_days_before(self, day: date, days: int) -> date:
        """The so-many-th working day before a day; the day itself for none. `days` is 0 or more."""
        return self._moved(day, days, -_ONE_DAY)

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after the first date, up to and with the last."""
        span = (last - first).days
        each = (first + timedelta(days=n) for n in range(1, span + 1))
        return sum(self.counts_as_working(day) for day in each)

    def _moved(self, day: date, days: int, step: timedelta) -> date:
        if days < 0:
            raise ValueError(days)
        while days > 0:
            day += step
            days -= self.counts_as_working(day)
        return day

    def _is_free(self, day: date) -> bool:
        special = self.special(day)
        return not special.is_working if special else day.weekday() >= SATURDAY

    def _is_named(self, day: date) -> bool:
        special = self.special(day)
        return special is not None and not special.is_working

    def _free_days(self, day: date, step: timedelta) -> Iterator[date]:
        for n in count(1):
            each = day + n * step
            if not self._is_free(each):
                return
            yield each


def of(partner: Partner) -> Calendar:
    """The partner's calendar, with one query."""
    days = CalendarDay.objects.filter(partner=OuterRef("pk"))
    years = ConfirmedYear.objects.filter(partner=OuterRef("pk"))
    row = Partner.objects.filter(pk=partner.pk).values_list(
        ArraySubquery(
            days.values(day=JSONObject(date="date", is_working="is_working", name="name"))
        ),
        ArraySubquery(years.values("year")),
    )
    found_days, found_years = row.get()
    own = {
        date.fromisoformat(each["date"]): Day(is_working=each["is_working"], name=each["name"])
        for each in found_days
    }
    return Calendar(own=own, confirmed_by_people=frozenset(found_years))


def is_working_day(partner: Partner, day: date) -> bool | None:
    """Whether the partner works on that day; None where the year is not confirmed. One query."""
    return of(partner).is_working_day(day)


def next_working_day(partner: Partner, day: date) -> date:
    """The first working day after a day, never the day itself. One query."""
    return of(partner).next_working_day(day)


def add_working_days(partner: Partner, day: date, days: int) -> date:
    """The so-many-th working day after a day. One query; for loops load the calendar with `of`."""
    return of(partner).add_working_days(day, days)


def working_days_before(partner: Partner, day: date, days: int) -> date:
    """The so-many-th working day before a day. One query; for loops load the calendar with `of`."""
    return of(partner).working_days_before(day, days)
