"""Pure decisions about holds, the deletion clock and what an answer of 21Vianet means."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from subscriptions.models import SEEN_ACTIVE, SEEN_SUSPENDED, DeletionClock, DesiredStatus, Target

MAX_BACKOFF = timedelta(minutes=10)
REREADS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(minutes=60))
"""When an unblocked subscription is read again: a late suspension may still arrive."""


def desired_status(open_reasons: Iterable[str]) -> DesiredStatus:
    """Suspended while at least one hold is open."""
    return DesiredStatus.SUSPENDED if any(open_reasons) else DesiredStatus.ACTIVE


@dataclass(frozen=True)
class Window:
    """Between which two instants (UTC) a suspension began. No lower bound means unknown."""

    not_before: datetime | None
    not_after: datetime


def suspension_window(
    *, last_seen_active: datetime | None, sent_at: datetime | None, seen_at: datetime
) -> Window:
    """When a suspension first seen at `seen_at` can have begun.

    Our own request bounds it from below; otherwise the last time it was seen active does.
    """
    bounds = [instant for instant in (last_seen_active, sent_at) if instant is not None]
    return Window(max(bounds, default=None), seen_at)


@dataclass(frozen=True)
class Deletion:
    """The state of the deletion clock, and the date not later than which data is deleted."""

    clock: DeletionClock
    on: date | None


def deletion(window: Window | None, days: int) -> Deletion:
    """Calendar days in UTC from the earliest possible instant; without one, at risk.

    21Vianet deletes all data of a subscription not reactivated within 60 days (Partner Center
    docs, "Suspend a subscription"); time zone and counting are not stated, so the earliest counts.
    """
    if window is None:
        return Deletion(DeletionClock.STOPPED, None)
    if window.not_before is None:
        return Deletion(DeletionClock.AT_RISK, None)
    return Deletion(DeletionClock.KNOWN, deletion_date(window.not_before, days))


def deletion_date(suspended_at: datetime, days: int) -> date:
    """Not later than when 21Vianet deletes the data of what was suspended at an instant."""
    return suspended_at.astimezone(UTC).date() + timedelta(days=days)


class Verdict(StrEnum):
    """What a status seen at 21Vianet means for an open change."""

    REACHED = "reached"
    NOT_YET = "not_yet"
    IMPOSSIBLE = "impossible"


def verdict(target: str, seen_status: str) -> Verdict:
    """Whether the status seen is the one asked for, may still become it, or never can."""
    wanted = SEEN_SUSPENDED if target == Target.SUSPENDED else SEEN_ACTIVE
    if seen_status == wanted:
        return Verdict.REACHED
    if seen_status in {SEEN_SUSPENDED, SEEN_ACTIVE}:
        return Verdict.NOT_YET
    return Verdict.IMPOSSIBLE


SETTLING = timedelta(seconds=60)


def settling(target: str, attempts: int) -> timedelta:
    """How long a request whose outcome is not known may take to become visible.

    Only then is it sent again: a suspension after a minute; an unblock after 10 s, then doubled to
    a minute, since sending it twice withholds nothing from anybody.
    """
    if target == Target.SUSPENDED:
        return SETTLING
    return min(timedelta(seconds=5 * 2 ** min(attempts, 10)), SETTLING)


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait before the next attempt: 5 s doubled, at most 10 min, full jitter.

    `jitter` is in 0..1 and drawn by the caller; at least one second is waited.
    """
    ceiling = min(timedelta(seconds=5 * 2 ** min(attempts, 10)), MAX_BACKOFF)
    return max(ceiling * jitter, timedelta(seconds=1))
