"""Holds, the deletion clock and verdicts as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from subscriptions import rules
from subscriptions.models import DeletionClock, Target

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reasons", "wanted"),
    [([], "active"), (["fraud"], "suspended"), (["fraud", "non_payment"], "suspended")],
)
def test_desired_status_follows_open_holds(reasons: list[str], wanted: str) -> None:
    assert rules.desired_status(reasons) == wanted


def test_window_begins_when_last_seen_active_or_sent_whichever_is_later() -> None:
    sent = NOON - timedelta(minutes=5)
    window = rules.suspension_window(
        last_seen_active=NOON - timedelta(hours=3), sent_at=sent, seen_at=NOON
    )
    assert window == rules.Window(sent, NOON)


def test_window_of_a_subscription_never_seen_active_has_no_beginning() -> None:
    window = rules.suspension_window(last_seen_active=None, sent_at=None, seen_at=NOON)
    assert window.not_before is None


@pytest.mark.parametrize(
    ("window", "deletion"),
    [
        (None, rules.Deletion(DeletionClock.STOPPED, None)),
        (rules.Window(None, NOON), rules.Deletion(DeletionClock.AT_RISK, None)),
        (rules.Window(NOON, NOON), rules.Deletion(DeletionClock.KNOWN, date(2027, 1, 21))),
        (
            rules.Window(datetime(2026, 11, 22, 23, 59, tzinfo=UTC), NOON),
            rules.Deletion(DeletionClock.KNOWN, date(2027, 1, 21)),
        ),
    ],
)
def test_deletion_counts_sixty_calendar_days_from_the_earliest_instant(
    window: rules.Window | None, deletion: rules.Deletion
) -> None:
    assert rules.deletion(window, 60) == deletion


@pytest.mark.parametrize(
    ("target", "seen", "expected"),
    [
        (Target.SUSPENDED, "suspended", rules.Verdict.REACHED),
        (Target.SUSPENDED, "active", rules.Verdict.NOT_YET),
        (Target.ACTIVE, "active", rules.Verdict.REACHED),
        (Target.ACTIVE, "suspended", rules.Verdict.NOT_YET),
        (Target.ACTIVE, "deleted", rules.Verdict.IMPOSSIBLE),
        (Target.SUSPENDED, "something new", rules.Verdict.IMPOSSIBLE),
    ],
)
def test_verdict(target: Target, seen: str, expected: rules.Verdict) -> None:
    assert rules.verdict(target, seen) is expected


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [(0, 1, 5), (1, 1, 10), (3, 0.5, 20), (30, 1, 600), (2, 0, 1)],
)
def test_backoff_doubles_up_to_ten_minutes(attempts: int, jitter: float, seconds: int) -> None:
    assert rules.backoff(attempts, jitter) == timedelta(seconds=seconds)
