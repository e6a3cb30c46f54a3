"""The gate names each requirement; what is not checked yet never passes silently."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from collections_policy import gate
from collections_policy.gate import (
    NOT_CHECKED_YET,
    NOTHING_TO_WAIT_FOR,
    Readiness,
    Requirement,
    State,
    Waiting,
)
from collections_policy.rules import Debt

TODAY = date(2026, 3, 20)


def check(
    amount: str = "100",
    undisputed: str | None = None,
    *,
    tolerance: str = "10",
    paused_until: date | None = None,
    is_stopped: bool = False,
    waiting: Waiting = NOTHING_TO_WAIT_FOR,
) -> Readiness:
    debt = Debt(
        Decimal(amount), Decimal(undisputed or amount), date(2026, 3, 1), Decimal(tolerance)
    )
    return gate.check(
        debt,
        paused_until=paused_until,
        is_stopped=is_stopped,
        business_date=TODAY,
        waiting=waiting,
    )


@pytest.mark.parametrize(
    ("amount", "missing"),
    [
        ("0", (Requirement.OVERDUE,)),
        ("9.99", (Requirement.ABOVE_MINIMUM,)),
        ("10.00", (Requirement.ABOVE_MINIMUM,)),
        ("10.01", ()),
    ],
)
def test_check_wants_more_than_is_tolerated(amount: str, missing: tuple[Requirement, ...]) -> None:
    assert check(amount).missing == missing


@pytest.mark.parametrize(
    ("undisputed", "missing"),
    [("9", (Requirement.UNDISPUTED,)), ("10", (Requirement.UNDISPUTED,)), ("10.01", ())],
)
def test_check_counts_only_what_is_not_disputed(
    undisputed: str, missing: tuple[Requirement, ...]
) -> None:
    assert check("100", undisputed).missing == missing


@pytest.mark.parametrize(
    ("until", "missing"),
    [
        (date(2026, 3, 19), ()),
        (date(2026, 3, 20), ()),
        (date(2026, 3, 21), (Requirement.NOT_PAUSED,)),
    ],
)
def test_check_respects_a_pause(until: date, missing: tuple[Requirement, ...]) -> None:
    assert check(paused_until=until).missing == missing


def test_check_respects_the_kill_switch() -> None:
    assert check(is_stopped=True).missing == (Requirement.NOT_STOPPED,)


def test_check_says_what_is_not_checked_yet() -> None:
    unchecked = [item.requirement for item in check().items if item.state == State.NOT_CHECKED]

    assert tuple(unchecked) == NOT_CHECKED_YET


def test_every_requirement_has_words() -> None:
    assert all(requirement.label and requirement.lacking for requirement in Requirement)


@pytest.mark.parametrize(
    ("in_transit", "missing"),
    [("89.99", ()), ("90", (Requirement.NOT_IN_TRANSIT,)), ("100", (Requirement.NOT_IN_TRANSIT,))],
)
def test_check_names_money_in_transit(in_transit: str, missing: tuple[Requirement, ...]) -> None:
    until = datetime(2026, 3, 24, 7, 0, tzinfo=UTC)

    result = check(waiting=Waiting(Decimal(in_transit), until))

    assert result.missing == missing
    assert [item.until for item in result.items if item.until] == [until] * len(missing)


@pytest.mark.parametrize(
    ("until", "missing"),
    [
        (date(2026, 3, 20), ()),
        (date(2026, 3, 21), (Requirement.NOT_ANSWERED_LATELY,)),
    ],
)
def test_check_names_an_answered_dispute(until: date, missing: tuple[Requirement, ...]) -> None:
    assert check(waiting=Waiting(answered_until=until)).missing == missing
