"""Spends requests to Partner Center: fairly, with a share of their own for unblocks.

Source: Partner Center docs, "API throttling guidance": 500 requests a minute and tenant, and
`Retry-After` says how long to stay away. After failures in a row the circuit is open: one request
a minute probes whether Partner Center answers again. Times are the wall clock's.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partners.models import Partner
from subscriptions.models import RequestBudget

RESERVED_SHARE = 0.2
"""Of the documented 500 requests a minute, 100 wait for unblocks."""
BURST_SHARE = 0.1
"""So much may be spent at once; the rest of a minute's share comes evenly."""
FAILURES_TO_BREAK = 5
PROBE_EVERY = timedelta(minutes=1)
DEFAULT_WAIT = timedelta(seconds=10)
"""When Partner Center says that there were too many requests, and not how long to wait."""
MINUTE = 60
_uncounted: ContextVar[bool] = ContextVar("uncounted", default=False)


class OnlyInADemo(Exception):
    """Only what is read from the emulator costs nothing."""


class Lane(StrEnum):
    """What a request is for."""

    ORDINARY = "ordinary"
    UNBLOCK = "unblock"


@dataclass(frozen=True)
class Leave:
    """Whether a request may be sent now, else after how long to ask again."""

    wait: timedelta
    failures: int = 0

    @property
    def is_given(self) -> bool:
        return not self.wait

    @property
    def seconds(self) -> int:
        return math.ceil(self.wait.total_seconds())


@dataclass(frozen=True)
class Purse:
    """How much of a share is there at most, and how fast it fills up: requests and per second."""

    most: float
    per_second: float

    @classmethod
    def of(cls, share: float, per_minute: int) -> "Purse":
        """A share of what is allowed per minute: at once and over the minute never more."""
        in_all = share * per_minute
        at_once = max(1.0, in_all * BURST_SHARE)
        return cls(at_once, (in_all - at_once) / MINUTE)

    def after(self, left: float, seconds: float) -> float:
        """What is there so many seconds after this was left."""
        return min(self.most, left + max(seconds, 0) * self.per_second)

    def seconds_until_one(self, left: float) -> float:
        """How long until a request may be sent."""
        return max(0.0, (1 - left) / self.per_second)


def take(partner: Partner, lane: Lane) -> Leave:
    """Spend one request of the partner's budget, if there is one to spend now.

    Never within a transaction: none is open while Partner Center is asked.
    """
    if not _is_counting():
        return Leave(timedelta())
    now = timezone.now()
    with transaction.atomic(durable=True):
        row = _locked(partner, now)
        wait = _told_wait(row, now) or _spend(row, lane, now)
        if not wait and row.is_broken:
            row.probe_at = now + PROBE_EVERY
        row.save()
    return Leave(wait, row.failures)


def note_answer(partner: Partner) -> None:
    """Partner Center answered: the circuit is closed again."""
    broken = RequestBudget.objects.filter(partner=partner, failures__gt=0)
    broken.update(failures=0, probe_at=None)


def note_failure(partner: Partner) -> None:
    """An exchange gave no answer. After several in a row only a probe a minute goes out."""
    if not _is_counting():
        return
    now = timezone.now()
    with transaction.atomic():
        row = _locked(partner, now)
        row.failures += 1
        if row.failures >= FAILURES_TO_BREAK:
            row.probe_at = now + PROBE_EVERY
        row.save(update_fields=["failures", "probe_at"])


def note_told_to_wait(partner: Partner, seconds: int | None) -> None:
    """Partner Center wants no request for so long; nobody of this partner sends one."""
    if not _is_counting():
        return
    wait = DEFAULT_WAIT if seconds is None else timedelta(seconds=seconds)
    now = timezone.now()
    with transaction.atomic():
        row = _locked(partner, now)
        row.wait_until = max(row.wait_until or now, now + wait)
        row.save(update_fields=["wait_until"])


@contextmanager
def uncounted() -> Iterator[None]:
    """Within the block requests cost nothing: a demo is read in the transaction that makes it.

    Raises OnlyInADemo.
    """
    if not settings.DEMO:
        raise OnlyInADemo
    token = _uncounted.set(True)
    try:
        yield
    finally:
        _uncounted.reset(token)


def _is_counting() -> bool:
    return bool(settings.PARTNER_CENTER_REQUESTS_PER_MINUTE) and not _uncounted.get()


def _locked(partner: Partner, now: datetime) -> RequestBudget:
    rows = RequestBudget.objects.select_for_update()
    if (row := rows.filter(partner=partner).first()) is not None:
        return row
    ordinary, reserved = purses()
    full = RequestBudget(
        partner=partner, ordinary=ordinary.most, reserved=reserved.most, counted_at=now
    )
    RequestBudget.objects.bulk_create([full], ignore_conflicts=True)
    return rows.get(partner=partner)


def purses() -> tuple[Purse, Purse]:
    """What is for everything, and what is for unblocks alone."""
    per_minute = settings.PARTNER_CENTER_REQUESTS_PER_MINUTE
    return Purse.of(1 - RESERVED_SHARE, per_minute), Purse.of(RESERVED_SHARE, per_minute)


def _told_wait(row: RequestBudget, now: datetime) -> timedelta:
    until = max(filter(None, (row.wait_until, row.probe_at)), default=now)
    return max(until - now, timedelta())


def _spend(row: RequestBudget, lane: Lane, now: datetime) -> timedelta:
    """Take one request out of the row, unblocks first out of what is reserved for them."""
    ordinary, reserved = purses()
    passed = (now - row.counted_at).total_seconds()
    row.ordinary = ordinary.after(row.ordinary, passed)
    row.reserved = reserved.after(row.reserved, passed)
    row.counted_at = max(now, row.counted_at)
    if lane == Lane.UNBLOCK and row.reserved >= 1:
        row.reserved -= 1
    elif row.ordinary >= 1:
        row.ordinary -= 1
    else:
        seconds = _seconds_to_wait(row, lane, ordinary, reserved)
        return timedelta(milliseconds=math.floor(seconds * 1000) + 1)
    return timedelta()


def _seconds_to_wait(row: RequestBudget, lane: Lane, ordinary: Purse, reserved: Purse) -> float:
    wait = ordinary.seconds_until_one(row.ordinary)
    if lane == Lane.UNBLOCK:
        return min(wait, reserved.seconds_until_one(row.reserved))
    return wait
