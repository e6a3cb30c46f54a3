"""The business clock: what time and date it is for the business.

In production it is the wall clock. In a demo (`DEMO=true`) a person may move it forward by whole
days; leases and retries keep to the wall clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partners.models import BusinessClock, Partner

_told: ContextVar[datetime | None] = ContextVar("told", default=None)
_read: ContextVar[dict[str, int] | None] = ContextVar("read", default=None)
OFFSET = "offset_days"


class ClockMayNotMove(Exception):
    """Only a demo's clock can be moved."""


def now() -> datetime:
    """The business time, aware, in UTC."""
    told = _told.get()
    if told is not None:
        return told
    return timezone.now() + timedelta(days=_offset_days())


def business_date(partner: Partner) -> date:
    """Today's date in the partner's own time zone."""
    return now().astimezone(partner.zone).date()


def move_forward(days: int) -> None:
    """Move a demo's clock forward.

    Raises ClockMayNotMove outside a demo, and for anything but 1 to 366 days.
    """
    if not settings.DEMO or not 1 <= days <= 366:  # noqa: PLR2004  (one year at a time)
        raise ClockMayNotMove
    with transaction.atomic():
        row, _ = BusinessClock.objects.select_for_update().get_or_create(pk=1)
        row.offset_days += days
        row.save(update_fields=["offset_days"])
    _forget()


@contextmanager
def told(moment: datetime) -> Iterator[None]:
    """Within the block the business time is this moment: how a demo gets its past.

    Raises ClockMayNotMove outside a demo.
    """
    if not settings.DEMO:
        raise ClockMayNotMove
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


@contextmanager
def read_once() -> Iterator[None]:
    """Within the block the demo's clock is read from the database at most once."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def _offset_days() -> int:
    if not settings.DEMO:
        return 0
    read = _read.get()
    if read is None:
        return _stored_offset()
    if OFFSET not in read:
        read[OFFSET] = _stored_offset()
    return read[OFFSET]


def _stored_offset() -> int:
    return BusinessClock.objects.filter(pk=1).values_list("offset_days", flat=True).first() or 0


def _forget() -> None:
    if (read := _read.get()) is not None:
        read.clear()
