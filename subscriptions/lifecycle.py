"""The state machine of a status change, and the only module that writes its status.

Every verb runs under the customer's lock and shares its transaction with its audit entry.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from customers import locks
from partners import audit, clock
from partners.models import User
from subscriptions.models import UNFINISHED, ChangeStatus, StatusChange, Target

GIVE_UP_AFTER = timedelta(hours=24)

TRANSITIONS: dict[ChangeStatus, frozenset[ChangeStatus]] = {
    ChangeStatus.PENDING: frozenset(
        {
            ChangeStatus.SENDING,
            ChangeStatus.CONFIRMED,
            ChangeStatus.REFUSED,
            ChangeStatus.NEEDS_PERSON,
            ChangeStatus.SUPERSEDED,
            ChangeStatus.CANCELLED,
        }
    ),
    ChangeStatus.SENDING: frozenset(
        {
            ChangeStatus.CONFIRMED,
            ChangeStatus.UNKNOWN,
            ChangeStatus.REFUSED,
            ChangeStatus.PENDING,
            ChangeStatus.SUPERSEDED,
        }
    ),
    ChangeStatus.UNKNOWN: frozenset(
        {
            ChangeStatus.CONFIRMED,
            ChangeStatus.PENDING,
            ChangeStatus.NEEDS_PERSON,
            ChangeStatus.SUPERSEDED,
        }
    ),
    ChangeStatus.NEEDS_PERSON: frozenset(
        {ChangeStatus.PENDING, ChangeStatus.SUPERSEDED, ChangeStatus.CANCELLED}
    ),
    ChangeStatus.CONFIRMED: frozenset(),
    ChangeStatus.REFUSED: frozenset(),
    ChangeStatus.SUPERSEDED: frozenset(),
    ChangeStatus.CANCELLED: frozenset(),
}


class InvalidTransition(Exception):
    """The machine has no such step from where the change stands."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"{before} → {after}")


def begin_sending(
    change: StatusChange, *, digest: str, worker: UUID, lease_until: datetime
) -> StatusChange:
    """About to send a request with this digest of body and ETag; the worker keeps its lease.

    The request id belongs to one digest: kept for a byte-identical re-send, new otherwise.
    """
    if change.request_id is None or change.request_digest != digest:
        change.request_id = uuid4()
    change.request_digest = digest
    change.sent_at = clock.now()
    change.leased_by, change.lease_until = worker, lease_until
    return _move(
        change,
        ChangeStatus.SENDING,
        by=None,
        reason=change.reason,
        fields=("request_id", "request_digest", "sent_at", "leased_by", "lease_until"),
    )


def confirm(change: StatusChange, *, reason: str, rereads: int, reread_at: datetime | None) -> None:
    """21Vianet shows what was asked for."""
    change.rereads_left, change.reread_at, change.last_error = rereads, reread_at, ""
    _move(
        change,
        ChangeStatus.CONFIRMED,
        by=None,
        reason=reason,
        fields=("rereads_left", "reread_at", "last_error"),
    )


def lose_sight(change: StatusChange, *, error: str, again_at: datetime) -> None:
    """The request went out and its outcome is not known: read before anything is sent again."""
    _wait(change, ChangeStatus.UNKNOWN, error=error, again_at=again_at)


def put_back(change: StatusChange, *, error: str, again_at: datetime) -> None:
    """Nothing was changed at 21Vianet; decide again later."""
    _wait(change, ChangeStatus.PENDING, error=error, again_at=again_at)


def not_yet(change: StatusChange, *, error: str, again_at: datetime) -> None:
    """It may not be sent yet, so nothing was tried: waiting uses up no attempt."""
    change.attempts = max(change.attempts - 1, 0)
    change.save(update_fields=["attempts"])
    put_back(change, error=error, again_at=again_at)


def look_again(change: StatusChange, *, error: str, again_at: datetime) -> None:
    """Nothing new is known: it stands where it stood."""
    _wait(change, ChangeStatus(change.status), error=error, again_at=again_at)


def refuse(change: StatusChange, *, error: str) -> None:
    """21Vianet refused for good."""
    change.last_error = error
    _move(change, ChangeStatus.REFUSED, by=None, reason=error, fields=("last_error",))


def hand_over(change: StatusChange, *, error: str) -> None:
    """Machines have tried enough: a person decides."""
    change.last_error = error
    _move(change, ChangeStatus.NEEDS_PERSON, by=None, reason=error, fields=("last_error",))


def retry(change: StatusChange, *, by: User | None, reason: str) -> None:
    """A person asks for another attempt, now; a suspension may take another day."""
    change.attempts = 0
    change.next_attempt_at = timezone.now()
    change.give_up_at = give_up_at(Target(change.target))
    _move(
        change,
        ChangeStatus.PENDING,
        by=by,
        reason=reason,
        fields=("attempts", "next_attempt_at", "give_up_at"),
    )


def give_up_at(target: Target) -> datetime | None:
    """When a suspension goes to a person instead of being sent; unblocks are tried for ever."""
    return timezone.now() + GIVE_UP_AFTER if target == Target.SUSPENDED else None


def supersede(change: StatusChange, *, by: User | None, reason: str) -> None:
    """A newer intent takes its place; a late answer to this one counts for nothing."""
    _move(change, ChangeStatus.SUPERSEDED, by=by, reason=reason)


def cancel(change: StatusChange, *, by: User | None, reason: str) -> None:
    """Nobody wants it any more."""
    _move(change, ChangeStatus.CANCELLED, by=by, reason=reason)


def _wait(change: StatusChange, to: ChangeStatus, *, error: str, again_at: datetime) -> None:
    change.last_error, change.next_attempt_at = error, again_at
    if change.status == to:
        change.leased_by = change.lease_until = None
        change.save(update_fields=["last_error", "next_attempt_at", "leased_by", "lease_until"])
        return
    _move(change, to, by=None, reason=error, fields=("last_error", "next_attempt_at"))


def _move(
    change: StatusChange,
    to: ChangeStatus,
    *,
    by: User | None,
    reason: str,
    fields: tuple[str, ...] = (),
) -> StatusChange:
    """Take one step of the machine. Raises InvalidTransition and CustomerNotLocked."""
    locks.ensure_locked(change.customer_id)
    before = ChangeStatus(change.status)
    if before == to:
        return change
    if to not in TRANSITIONS[before]:
        raise InvalidTransition(before, to)
    with transaction.atomic():
        change.status = to
        if to not in UNFINISHED:
            change.finished_at = clock.now()
        written = ["status", "finished_at", *fields]
        if to != ChangeStatus.SENDING:
            change.leased_by = change.lease_until = None
            written += ["leased_by", "lease_until"]
        change.save(update_fields=written)
        audit.record(
            audit.Fact(
                partner_id=change.partner_id,
                customer_id=change.customer_id,
                subject=change,
                kind=f"status_change.{to.value}",
                reason=reason,
                before={"status": before.value},
                after={
                    "status": to.value,
                    "target": change.target,
                    "subscription": change.subscription_id,
                    "request_id": change.request_id and str(change.request_id),
                },
            ),
            by=by,
        )
    return change
