"""Subscriptions, the holds on them, and the intents that make 21Vianet agree."""

from subscriptions.models.hold import Hold, HoldReason, HoldSource
from subscriptions.models.request_budget import RequestBudget
from subscriptions.models.status_change import (
    UNFINISHED,
    ChangeStatus,
    StatusChange,
    Target,
)
from subscriptions.models.subscription import (
    SEEN_ACTIVE,
    SEEN_DELETED,
    SEEN_SUSPENDED,
    DeletionClock,
    DesiredStatus,
    Subscription,
)

__all__ = [
    "SEEN_ACTIVE",
    "SEEN_DELETED",
    "SEEN_SUSPENDED",
    "UNFINISHED",
    "ChangeStatus",
    "DeletionClock",
    "DesiredStatus",
    "Hold",
    "HoldReason",
    "HoldSource",
    "RequestBudget",
    "StatusChange",
    "Subscription",
    "Target",
]
