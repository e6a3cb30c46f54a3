"""What each answer of 21Vianet means for a status change, as one table.

Source: Partner Center docs, error codes and throttling guidance. Where an outcome is not known
we read before we send again.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from subscriptions import lifecycle, rules
from subscriptions.models import ChangeStatus, StatusChange, Target
from vianet import errors

MAX_STALE_ATTEMPTS = 4
SOON = timedelta(seconds=2)


class Meaning(StrEnum):
    """What is to become of the change."""

    WAIT = "wait"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    PERSON = "person"


@dataclass(frozen=True)
class Outcome:
    """A meaning with its words, and when to look again."""

    meaning: Meaning
    error: str
    again_in: timedelta = timedelta()

    @classmethod
    def accepted(cls) -> "Outcome":
        """21Vianet said yes; only seeing it makes it confirmed."""
        return cls(Meaning.ACCEPTED, "accepted, not visible yet", SOON)

    @classmethod
    def taken_on(cls) -> "Outcome":
        """21Vianet will do it later (202): nothing has happened yet."""
        return cls(Meaning.UNKNOWN, "taken on, not done yet", SOON)

    @classmethod
    def waiting(cls, error: str, again_in: timedelta) -> "Outcome":
        """Nothing was changed."""
        return cls(Meaning.WAIT, error, again_in)

    @property
    def is_final(self) -> bool:
        """Whether 21Vianet has dealt with this request: it can't take effect any later."""
        return self.meaning in {Meaning.ACCEPTED, Meaning.REFUSED}


def of_failed_patch(error: errors.VianetError, change: StatusChange) -> Outcome:
    """What a PATCH that raised means.

    A refused unblock is tried again: whoever has paid must not stay suspended for one answer.
    """
    later = rules.backoff(change.attempts, jitter())
    match error:
        case errors.OutcomeUnknown() | errors.Unreachable():
            return Outcome(Meaning.UNKNOWN, str(error), SOON)
        case errors.Throttled():
            return Outcome.waiting(str(error), _told(error) or later)
        case errors.StaleResource() if _is_stale_each_time(change):
            return Outcome(Meaning.PERSON, str(error))
        case errors.Forbidden() | errors.NotFound():
            return Outcome(Meaning.PERSON, str(error))
        case errors.Refused() if change.target == Target.SUSPENDED:
            return Outcome(Meaning.REFUSED, str(error))
        case _:
            return Outcome.waiting(str(error), later)


def of_failed_read(error: errors.VianetError, attempts: int) -> Outcome:
    """What a GET that raised means: nothing was changed, so only waiting or a person."""
    if isinstance(error, errors.Forbidden | errors.NotFound):
        return Outcome(Meaning.PERSON, str(error))
    later = rules.backoff(attempts, jitter())
    return Outcome.waiting(str(error), _told(error) or later)


def _told(error: errors.VianetError) -> timedelta | None:
    """How long 21Vianet, or our own budget, said to stay away: exactly so long, no longer."""
    seconds = error.retry_after_seconds if isinstance(error, errors.Throttled) else None
    return None if seconds is None else timedelta(seconds=max(seconds, 1))


def confirm(change: StatusChange) -> None:
    """21Vianet shows what was asked for; an unblock is read again for an hour."""
    rereads = rules.REREADS if change.target == Target.ACTIVE else ()
    lifecycle.confirm(
        change,
        reason="seen at 21Vianet",
        rereads=len(rereads),
        reread_at=timezone.now() + rereads[0] if rereads else None,
    )


def apply(change: StatusChange, outcome: Outcome) -> None:
    """Move the change where the outcome says. The customer is locked."""
    again_at = timezone.now() + outcome.again_in
    match outcome.meaning:
        case Meaning.ACCEPTED | Meaning.UNKNOWN:
            lifecycle.lose_sight(change, error=outcome.error, again_at=again_at)
        case Meaning.REFUSED:
            lifecycle.refuse(change, error=outcome.error)
        case Meaning.PERSON:
            hand_over(change, outcome.error)
        case Meaning.WAIT if is_overdue(change):
            hand_over(change, outcome.error)
        case Meaning.WAIT if change.status == ChangeStatus.UNKNOWN:
            lifecycle.look_again(change, error=outcome.error, again_at=again_at)
        case Meaning.WAIT:
            lifecycle.put_back(change, error=outcome.error, again_at=again_at)


def hand_over(change: StatusChange, error: str) -> None:
    """Machines have tried enough, also while sending: a person decides."""
    if change.status == ChangeStatus.SENDING:
        lifecycle.put_back(change, error=error, again_at=timezone.now())
    lifecycle.hand_over(change, error=error)


def is_overdue(change: StatusChange) -> bool:
    """Whether the day a suspension may take is over (wall clock); unblocks are tried for ever."""
    return change.give_up_at is not None and timezone.now() > change.give_up_at


def jitter() -> float:
    """Full jitter for backoff, in 0..1."""
    return random.random()  # noqa: S311  (spreads retries; nothing depends on it being secret)


def _is_stale_each_time(change: StatusChange) -> bool:
    """Somebody edits a subscription that is to be suspended; an unblock never gives up."""
    return change.target == Target.SUSPENDED and change.attempts >= MAX_STALE_ATTEMPTS
