"""The states of a fapiao, and the only module that writes them.

It runs under the customer's lock; its callers write the audit entry in the same transaction.
"""

from billing.lifecycle import InvalidTransition
from billing.models import Fapiao, FapiaoStatus
from billing.models.fapiao import STANDING
from customers import locks

TRANSITIONS: dict[FapiaoStatus, frozenset[FapiaoStatus]] = {
    FapiaoStatus.NONE: frozenset({FapiaoStatus.REQUESTED, FapiaoStatus.ISSUED}),
    FapiaoStatus.REQUESTED: frozenset({FapiaoStatus.ISSUED, FapiaoStatus.NONE}),
    FapiaoStatus.ISSUED: frozenset(
        {FapiaoStatus.DELIVERED, FapiaoStatus.RED_LETTERED, FapiaoStatus.REQUESTED}
    ),
    FapiaoStatus.DELIVERED: frozenset({FapiaoStatus.RED_LETTERED, FapiaoStatus.ISSUED}),
    FapiaoStatus.RED_LETTERED: frozenset({FapiaoStatus.ISSUED, FapiaoStatus.DELIVERED}),
}

CORRECTIONS: dict[FapiaoStatus, frozenset[FapiaoStatus]] = {
    FapiaoStatus.NONE: frozenset(),
    FapiaoStatus.REQUESTED: frozenset({FapiaoStatus.NONE}),
    FapiaoStatus.ISSUED: frozenset({FapiaoStatus.REQUESTED}),
    FapiaoStatus.DELIVERED: frozenset({FapiaoStatus.ISSUED}),
    FapiaoStatus.RED_LETTERED: frozenset({FapiaoStatus.ISSUED, FapiaoStatus.DELIVERED}),
}
"""The steps that only say that an earlier entry was wrong; they need a person's reason."""


def move(fapiao: Fapiao, status: FapiaoStatus) -> None:
    """Bring a fapiao to its next state and store what else was set on it.

    Raises InvalidTransition; the same state again stores the other facts only.
    """
    locks.ensure_locked(fapiao.customer_id)
    before = FapiaoStatus(fapiao.status)
    if status != before and status not in TRANSITIONS[before]:
        raise InvalidTransition(before, status)
    fapiao.status = status
    fapiao.save()
    fapiao.covers.update(is_standing=status in STANDING)
