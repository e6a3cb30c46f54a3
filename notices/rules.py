"""When a letter may go out, what failed sending means, and what a reader may be told."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from subscriptions.models import HoldReason

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 30)
MAX_ATTEMPTS = 5
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)

_TOLD_AS = {
    HoldReason.NON_PAYMENT: "non_payment",
    HoldReason.FRAUD: "security_review",
    HoldReason.MISUSE: "security_review",
    HoldReason.CUSTOMER_REQUEST: "customer_request",
    HoldReason.OPERATOR: "operator",
}
"""A suspicion of fraud never leaves the house: customers read of a security review (安全审查)."""


def may_send(local: datetime, *, is_holiday: bool) -> bool:
    """Whether letters go out at this time of the partner's zone: by day, and not on holidays."""
    return not is_holiday and QUIET_UNTIL <= local.time() < QUIET_FROM


def next_try_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None when a person has to look."""
    return BACKOFF[attempts - 1] if attempts < MAX_ATTEMPTS else None


def told_reasons(reasons: Iterable[str]) -> list[str]:
    """The words under which a customer is told why service is withheld, each once."""
    return sorted({_TOLD_AS[HoldReason(reason)] for reason in reasons})
