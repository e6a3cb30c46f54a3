"""When letters go out, how often they are tried, and what customers are told."""

from datetime import UTC, datetime, timedelta

import pytest

from notices import rules
from subscriptions.models import HoldReason


@pytest.mark.parametrize(
    ("hour", "minute", "is_holiday", "may"),
    [
        (8, 29, False, False),
        (8, 30, False, True),
        (12, 0, False, True),
        (12, 0, True, False),
        (20, 59, False, True),
        (21, 0, False, False),
        (0, 0, False, False),
    ],
)
def test_letters_go_out_by_day_and_not_on_holidays(
    hour: int, minute: int, is_holiday: bool, may: bool
) -> None:
    local = datetime(2026, 3, 31, hour, minute, tzinfo=UTC)

    assert rules.may_send(local, is_holiday=is_holiday) is may


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, timedelta(minutes=1)), (4, timedelta(hours=2)), (5, None), (6, None)],
)
def test_next_try_waits_longer_each_time_and_ends(attempts: int, wait: timedelta | None) -> None:
    assert rules.next_try_after(attempts) == wait


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_has_words_and_none_says_fraud(reason: HoldReason) -> None:
    [told] = rules.told_reasons([reason])

    assert told not in {"fraud", "misuse"}


def test_fraud_and_misuse_are_told_once_as_a_security_review() -> None:
    assert rules.told_reasons([HoldReason.FRAUD, HoldReason.MISUSE]) == ["security_review"]
