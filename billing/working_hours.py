"""Counts working hours: eight in each working day of the partner's calendar."""

from datetime import datetime, time, timedelta

from partners.calendar import Calendar

BEGINS, ENDS = time(9), time(17)
"""In the partner's zone. Eight hours, so that two working days are sixteen wherever one starts."""


def add(start: datetime, hours: int, calendar: Calendar) -> datetime:
    """The moment at which so many working hours have passed; `start` is in the partner's zone."""
    moment, left = start, timedelta(hours=hours)
    while left:
        begins, ends = _day(moment)
        if not calendar.counts_as_working(moment.date()) or moment >= ends:
            moment = _next_morning(moment)
            continue
        moment = max(moment, begins)
        step = min(left, ends - moment)
        moment, left = moment + step, left - step
    return moment


def _day(moment: datetime) -> tuple[datetime, datetime]:
    """When work begins and ends on this day."""
    day, zone = moment.date(), moment.tzinfo
    return datetime.combine(day, BEGINS, zone), datetime.combine(day, ENDS, zone)


def _next_morning(moment: datetime) -> datetime:
    tomorrow = moment.date() + timedelta(days=1)
    return datetime.combine(tomorrow, BEGINS, moment.tzinfo)
