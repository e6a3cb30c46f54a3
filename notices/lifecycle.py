"""The state machine of a notice, and the only module that writes its status.

A notice is moved by the worker that leases it: each step is one conditional update, so that two
workers never both take it. Leases and retries keep to the wall clock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from notices.models import Notice, NoticeStatus
from partners import audit, clock
from partners.models import User

LEASE = timedelta(minutes=2)

TRANSITIONS: dict[NoticeStatus, frozenset[NoticeStatus]] = {
    NoticeStatus.QUEUED: frozenset({NoticeStatus.SENDING}),
    NoticeStatus.SENDING: frozenset({NoticeStatus.SENT, NoticeStatus.QUEUED, NoticeStatus.FAILED}),
    NoticeStatus.SENT: frozenset({NoticeStatus.BOUNCED}),
    NoticeStatus.FAILED: frozenset({NoticeStatus.QUEUED}),
    NoticeStatus.BOUNCED: frozenset({NoticeStatus.QUEUED}),
}


class InvalidTransition(Exception):
    """The machine has no such step from where the notice stands."""


def due(at: datetime) -> "QuerySet[Notice]":
    """Notices that wait for their turn, and those whose worker died."""
    waiting = Q(status=NoticeStatus.QUEUED, next_attempt_at__lte=at)
    abandoned = Q(status=NoticeStatus.SENDING, lease_until__lte=at)
    return Notice.objects.filter(waiting | abandoned)


def claim(notice: Notice, *, worker: UUID) -> bool:
    """Lease a due notice; False when another worker was quicker. Attempts are counted first."""
    at = timezone.now()
    mine = due(at).filter(pk=notice.pk)
    return bool(
        mine.update(
            status=NoticeStatus.SENDING,
            attempts=F("attempts") + 1,
            leased_by=worker,
            lease_until=at + LEASE,
        )
    )


def mark_sent(notice: Notice, *, worker: UUID, counts_as_delivered: bool) -> bool:
    """The mail server took it. False when the lease was lost meanwhile."""
    return _finish(
        notice,
        worker,
        NoticeStatus.SENT,
        sent_at=clock.now(),
        counts_as_delivered=counts_as_delivered,
        last_error="",
    )


def put_back(notice: Notice, *, worker: UUID, error: str, wait: timedelta) -> bool:
    """Not sent this time; try again after the wait."""
    return _finish(
        notice,
        worker,
        NoticeStatus.QUEUED,
        next_attempt_at=timezone.now() + wait,
        last_error=error,
    )


def fail(notice: Notice, *, worker: UUID, error: str) -> bool:
    """Given up: a person has to look."""
    return _finish(notice, worker, NoticeStatus.FAILED, last_error=error)


def bounce(notice: Notice, *, error: str, by: User | None, reason: str) -> None:
    """The mail came back: it was not delivered. Raises InvalidTransition."""
    _step(notice, NoticeStatus.BOUNCED, by=by, reason=reason, last_error=error)


def send_again(notice: Notice, *, by: User | None, reason: str) -> None:
    """A person corrected what was wrong: queue a failed or bounced notice once more.

    Raises InvalidTransition.
    """
    _step(
        notice,
        NoticeStatus.QUEUED,
        by=by,
        reason=reason,
        attempts=0,
        next_attempt_at=timezone.now(),
        last_error="",
    )


def fact(
    notice: Notice, kind: str, reason: str, after: Mapping[str, object] | None = None
) -> audit.Fact:
    """An entry of the trail about a notice."""
    return audit.Fact(
        partner_id=notice.partner_id,
        customer_id=notice.customer_id,
        subject=notice,
        kind=kind,
        reason=reason,
        after=after or {},
    )


def _finish(notice: Notice, worker: UUID, to: NoticeStatus, **columns: object) -> bool:
    """End a lease of ours, with an audit entry unless it only waits again."""
    with transaction.atomic():
        mine = Notice.objects.filter(pk=notice.pk, status=NoticeStatus.SENDING, leased_by=worker)
        if not mine.update(status=to, leased_by=None, lease_until=None, **columns):
            return False
        if to != NoticeStatus.QUEUED:
            after = {"letter": notice.kind, "to": notice.address}
            audit.record(fact(notice, f"notice.{to.value}", "mail", after), by=None)
    return True


def _step(
    notice: Notice, to: NoticeStatus, *, by: User | None, reason: str, **columns: object
) -> None:
    """One step a person takes, if the notice still stands where its row said."""
    before = NoticeStatus(notice.status)
    if to not in TRANSITIONS[before]:
        raise InvalidTransition(before, to)
    with transaction.atomic():
        if not Notice.objects.filter(pk=notice.pk, status=before).update(status=to, **columns):
            raise InvalidTransition(before, to)
        audit.record(fact(notice, f"notice.{to.value}", reason), by=by)
    notice.refresh_from_db()
