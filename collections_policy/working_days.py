"""Counts the days on which the partner works: its calendar over the plain week."""

from collections.abc import Mapping
from datetime import date, timedelta

from partners.models import CalendarDay, Partner

SATURDAY = 5


def after(partner: Partner, start: date, days: int) -> date:
    """The working day that is so many working days after a date of the partner's zone."""
    exceptions = CalendarDay.objects.filter(partner=partner, date__gt=start)
    return add(start, days, dict(exceptions.values_list("date", "is_working")))


def add(start: date, days: int, exceptions: Mapping[date, bool]) -> date:
    """The same over given exceptions: date → whether it is worked."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day, exceptions)
    return day


def is_working(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Monday to Friday, unless the calendar says otherwise."""
    return exceptions.get(day, day.weekday() < SATURDAY)
