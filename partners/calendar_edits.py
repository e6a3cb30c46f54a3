"""What a person changes in the partner's calendar. Each change names the page it was made from.

Two people, or two clicks, never change a year they haven't seen: a change made from an older page
raises CalendarHasChanged and does nothing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256

from django.db import transaction

from partners import audit, calendar, clock
from partners.models import CalendarDay, ConfirmedYear, Partner, PartnerSettings, User


class CalendarHasChanged(Exception):
    """The year looks different from what the person saw."""


class AlreadySo(Exception):
    """The calendar says this already."""


def digest(partner: Partner, year: int) -> str:
    """What a page about the year was made from."""
    mine = calendar.of(partner)
    own = [
        [day.isoformat(), special.is_working, special.name]
        for day, special in sorted(mine.own.items())
        if day.year == year
    ]
    return sha256(json.dumps([own, mine.is_confirmed(year)]).encode()).hexdigest()[:32]


def set_day(
    partner: Partner,
    day: date,
    *,
    is_working: bool,
    name: str,
    seen: str,
    by: User,
    reason: str,
) -> None:
    """Say of one day whether it is worked, whatever the law or an earlier entry says.

    Raises CalendarHasChanged, and AlreadySo when nothing would change.
    """
    with _seen(partner, day.year, seen):
        before = CalendarDay.objects.filter(partner=partner, date=day).first()
        if before and (before.is_working, before.name) == (is_working, name):
            raise AlreadySo
        row, _ = CalendarDay.objects.update_or_create(
            partner=partner, date=day, defaults={"is_working": is_working, "name": name}
        )
        fact = audit.Fact(
            partner_id=partner.pk,
            customer_id=None,
            subject=row,
            kind="calendar.day_set",
            reason=reason,
            before=_values(before) if before else {},
            after=_values(row),
        )
        audit.record(fact, by=by)


def remove_day(row: CalendarDay, *, seen: str, by: User, reason: str) -> None:
    """Take an entry of the partner away: the day is again what the law or the week says.

    Raises CalendarHasChanged.
    """
    with _seen(row.partner, row.date.year, seen):
        fact = audit.Fact(
            partner_id=row.partner_id,
            customer_id=None,
            subject=row,
            kind="calendar.day_removed",
            reason=reason,
            before=_values(row),
        )
        audit.record(fact, by=by)
        row.delete()


def confirm_year(partner: Partner, year: int, *, seen: str, by: User, reason: str) -> None:
    """A person says that the year is complete. Raises CalendarHasChanged, AlreadySo."""
    with _seen(partner, year, seen):
        if calendar.of(partner).is_confirmed(year):
            raise AlreadySo
        row = ConfirmedYear.objects.create(
            partner=partner, year=year, confirmed_by=by, confirmed_at=clock.now()
        )
        audit.record(_about_year(row, "calendar.year_confirmed", reason), by=by)


def reopen_year(row: ConfirmedYear, *, seen: str, by: User, reason: str) -> None:
    """Take a person's confirmation back. Raises CalendarHasChanged."""
    with _seen(row.partner, row.year, seen):
        audit.record(_about_year(row, "calendar.year_reopened", reason), by=by)
        row.delete()


@contextmanager
def _seen(partner: Partner, year: int, seen: str) -> Iterator[None]:
    """One change of the partner's calendar at a time, and only of a year that was seen."""
    with transaction.atomic():
        PartnerSettings.objects.select_for_update().get(partner=partner)
        if digest(partner, year) != seen:
            raise CalendarHasChanged
        yield


def _about_year(row: ConfirmedYear, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=row.partner_id,
        customer_id=None,
        subject=row,
        kind=kind,
        reason=reason,
        after={"year": row.year},
    )


def _values(row: CalendarDay) -> dict[str, object]:
    return {"date": row.date, "is_working": row.is_working, "name": row.name}
