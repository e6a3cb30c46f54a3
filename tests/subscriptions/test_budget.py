"""The budget of requests: a limit for all, a share for unblocks, and no knocking at a shut door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings
from time_machine import TimeMachineFixture

from partners.models import Partner
from subscriptions import budget
from subscriptions.budget import Lane, Purse
from subscriptions.models import RequestBudget
from subscriptions.pacing import Pace
from tests.factories.partners import PartnerFactory
from vianet import errors

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PER_MINUTE = 50
ORDINARY, RESERVED = 40, 10
AT_ONCE = 6
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def limited(settings: Settings, time_machine: TimeMachineFixture) -> None:
    settings.PARTNER_CENTER_REQUESTS_PER_MINUTE = PER_MINUTE
    time_machine.move_to(NOON, tick=False)


def spent(partner: Partner, lane: Lane) -> int:
    """How many requests go through in this instant."""
    return sum(budget.take(partner, lane).is_given for _ in range(AT_ONCE))


def spent_in_a_minute(
    partner: Partner, lanes: tuple[Lane, ...], later: Callable[[timedelta], None]
) -> int:
    """How many requests go through in sixty seconds for people who never stop asking."""
    count = 0
    for _second in range(60):
        count += sum(budget.take(partner, lane).is_given for lane in lanes for _ in range(AT_ONCE))
        later(timedelta(seconds=1))
    return count


@pytest.mark.parametrize(
    ("left", "seconds", "expected"),
    [(0, 0, 0), (0, 10, 60), (30, 10, 90), (400, 60, 40 * 10), (5, -3, 5)],
)
def test_purse_fills_up_evenly_and_not_beyond(left: float, seconds: float, expected: float) -> None:
    purse = Purse(most=400, per_second=6)

    assert purse.after(left, seconds) == expected


def test_purse_never_gives_more_than_its_share_in_a_minute() -> None:
    purse = Purse.of(0.8, PER_MINUTE)

    assert purse.most + purse.per_second * 60 == pytest.approx(ORDINARY)


def test_minute_of_ordinary_requests_leaves_the_share_of_unblocks(
    partner: Partner, time_machine: TimeMachineFixture
) -> None:
    ordinary = spent_in_a_minute(partner, (Lane.ORDINARY,), time_machine.shift)

    assert ordinary <= ORDINARY
    assert budget.take(partner, Lane.UNBLOCK).is_given


def test_minute_of_everything_stays_within_what_is_documented(
    partner: Partner, time_machine: TimeMachineFixture
) -> None:
    in_all = spent_in_a_minute(partner, (Lane.ORDINARY, Lane.UNBLOCK), time_machine.shift)

    assert PER_MINUTE * 0.9 <= in_all <= PER_MINUTE


def test_unblocks_take_what_is_ordinary_too(partner: Partner) -> None:
    reserved_only = RESERVED * budget.BURST_SHARE

    assert spent(partner, Lane.UNBLOCK) > reserved_only


def test_partners_do_not_share(partner: Partner) -> None:
    spent(partner, Lane.ORDINARY)

    assert budget.take(PartnerFactory.create(), Lane.ORDINARY).is_given


def test_wait_is_told_and_suffices(partner: Partner, time_machine: TimeMachineFixture) -> None:
    spent(partner, Lane.ORDINARY)

    leave = budget.take(partner, Lane.ORDINARY)
    time_machine.shift(leave.wait)

    assert not leave.is_given
    assert budget.take(partner, Lane.ORDINARY).is_given


@pytest.mark.parametrize("lane", Lane)
def test_nobody_sends_while_partner_center_wants_quiet(
    partner: Partner, lane: Lane, time_machine: TimeMachineFixture
) -> None:
    budget.note_told_to_wait(partner, 57)

    assert budget.take(partner, lane).seconds == 57
    time_machine.shift(timedelta(seconds=57))
    assert budget.take(partner, lane).is_given


def test_shorter_wait_does_not_end_a_longer_one(partner: Partner) -> None:
    budget.note_told_to_wait(partner, 57)
    budget.note_told_to_wait(partner, 1)

    assert budget.take(partner, Lane.ORDINARY).seconds == 57


def test_failures_in_a_row_leave_one_probe_a_minute(
    partner: Partner, time_machine: TimeMachineFixture
) -> None:
    fail(partner, budget.FAILURES_TO_BREAK)

    assert spent(partner, Lane.UNBLOCK) == 0
    time_machine.shift(MINUTE)
    assert spent(partner, Lane.UNBLOCK) == 1
    time_machine.shift(MINUTE)
    assert spent(partner, Lane.ORDINARY) == 1


def test_few_failures_stop_nothing(partner: Partner) -> None:
    fail(partner, budget.FAILURES_TO_BREAK - 1)

    assert budget.take(partner, Lane.ORDINARY).is_given


def test_first_answer_closes_the_circuit(
    partner: Partner, time_machine: TimeMachineFixture
) -> None:
    fail(partner, budget.FAILURES_TO_BREAK)
    time_machine.shift(MINUTE)
    pace = Pace(partner, Lane.ORDINARY, timedelta())

    pace.before()
    pace.after(200)

    assert not RequestBudget.objects.get(partner=partner).is_broken
    assert budget.take(partner, Lane.ORDINARY).is_given


def test_refusal_is_an_answer(partner: Partner) -> None:
    pace = Pace(partner, Lane.ORDINARY, timedelta())

    for _ in range(budget.FAILURES_TO_BREAK):
        pace.after(404)

    assert budget.take(partner, Lane.ORDINARY).is_given


def test_impatient_client_is_told_when_to_come_back(partner: Partner) -> None:
    spent(partner, Lane.ORDINARY)

    with pytest.raises(errors.Throttled) as refused:
        Pace(partner, Lane.ORDINARY, timedelta()).before()

    assert refused.value.retry_after_seconds == 2


def test_no_request_is_asked_for_within_a_transaction(partner: Partner) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        budget.take(partner, Lane.ORDINARY)


def test_without_a_limit_nothing_is_counted(partner: Partner, settings: Settings) -> None:
    settings.PARTNER_CENTER_REQUESTS_PER_MINUTE = 0
    fail(partner, budget.FAILURES_TO_BREAK)

    assert spent(partner, Lane.ORDINARY) == AT_ONCE
    assert not RequestBudget.objects.exists()


def fail(partner: Partner, times: int) -> None:
    for _ in range(times):
        budget.note_failure(partner)


@pytest.mark.django_db
def test_demo_reads_uncounted_within_a_transaction(partner: Partner) -> None:
    with transaction.atomic(), budget.uncounted():
        leave = budget.take(partner, Lane.ORDINARY)

    assert leave.is_given
    assert not RequestBudget.objects.exists()


def test_uncounted_reading_is_refused_outside_a_demo(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(budget.OnlyInADemo), budget.uncounted():
        pass
