"""How long a pause of chasing lasts by default: counted in the partner's working days."""

from collections.abc import Mapping
from datetime import date, timedelta

from partners.models import CalendarDay, Partner

DEFAULT_WORKING_DAYS = 5
SATURDAY = 5


def default_end(partner: Partner, today: date) -> date:
    """The date on which chasing resumes if nobody names another; dates of the partner's zone."""
    exceptions = CalendarDay.objects.filter(partner=partner, date__gt=today)
    worked = dict(exceptions.values_list("date", "is_working"))
    return add_working_days(today, DEFAULT_WORKING_DAYS, worked)


def add_working_days(start: date, days: int, exceptions: Mapping[date, bool]) -> date:
    """So many working days after a date; exceptions say of a date whether it is worked."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day, exceptions)
    return day


def is_working(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Monday to Friday, unless the calendar says otherwise."""
    return exceptions.get(day, day.weekday() < SATURDAY)
