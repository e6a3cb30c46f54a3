"""The collections policy, the cases it works, and the sweeps that move them."""

from collections_policy.models.case import (
    ActionStatus,
    Case,
    CaseStatus,
    CaseStep,
    CloseReason,
    Pause,
)
from collections_policy.models.policy import Action, CollectionsPolicy, PolicyStep, PolicyVersion
from collections_policy.models.sweep import RunKind, RunStatus, SweepError, SweepRun

__all__ = [
    "Action",
    "ActionStatus",
    "Case",
    "CaseStatus",
    "CaseStep",
    "CloseReason",
    "CollectionsPolicy",
    "Pause",
    "PolicyStep",
    "PolicyVersion",
    "RunKind",
    "RunStatus",
    "SweepError",
    "SweepRun",
]
