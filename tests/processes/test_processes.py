"""What must survive: lost hints, dead workers, a dead broker, two of everything."""

from collections.abc import Iterator
from itertools import islice

import pytest
import redis

from collections_policy.models import RunKind, RunStatus, SweepRun
from collections_policy.services import ensure_default_policy
from partners import clock
from partners.models import Partner, User
from subscriptions.models import ChangeStatus, StatusChange, Subscription
from tests.processes.portal import WORK_QUEUES, Portal, eventually
from tests.subscriptions import steps

pytestmark = pytest.mark.processes
WAITING = 200
SOON = 60
LATER = 90


def _count(changes: list[StatusChange], status: ChangeStatus) -> int:
    return StatusChange.objects.filter(pk__in=[one.pk for one in changes], status=status).count()


def _are_confirmed(changes: list[StatusChange], within_seconds: float = SOON) -> bool:
    return eventually(
        lambda: _count(changes, ChangeStatus.CONFIRMED) == len(changes),
        within_seconds=within_seconds,
    )


def _held(subscriptions: Iterator[Subscription], number: int, by: User) -> list[StatusChange]:
    """Holds on the next subscriptions, and the changes that wait to be sent."""
    return [
        steps.open_change(steps.hold(subscription, by).subscription)
        for subscription in islice(subscriptions, number)
    ]


def test_hold_is_carried_out_and_an_unblock_overtakes_what_waits(
    portal: Portal, subscriptions: Iterator[Subscription], clerk: User
) -> None:
    portal.start()
    [first] = _held(subscriptions, 1, clerk)
    assert _are_confirmed([first])
    assert steps.shown(portal.emulator, first.subscription) == "suspended"

    portal.kill("work")
    waiting = _held(subscriptions, WAITING, clerk)
    assert len(waiting) == WAITING
    portal.emulator.set(latency_ms=400)
    portal.start_worker("work-again", WORK_QUEUES, children=2)
    assert eventually(lambda: _count(waiting, ChangeStatus.CONFIRMED) > 0, within_seconds=SOON)
    steps.lift(first.subscription.holds.get(), clerk)
    portal.send("subscriptions.tasks.drain_unblocks", queue="unblock")
    assert _are_confirmed([steps.open_change(first.subscription)])
    assert _count(waiting, ChangeStatus.CONFIRMED) < WAITING
    portal.emulator.set(latency_ms=0)
    assert _are_confirmed(waiting, LATER)
    assert len(steps.patches(portal.emulator, "suspended")) == WAITING + 1


def test_emptied_broker_loses_nothing(
    portal: Portal, subscriptions: Iterator[Subscription], clerk: User
) -> None:
    portal.start()
    changes = _held(subscriptions, 20, clerk)
    portal.send("subscriptions.tasks.drain_suspensions", queue="suspend", times=5)
    redis.Redis.from_url(portal.broker.url).flushall()
    assert _are_confirmed(changes, LATER)
    redis.Redis.from_url(portal.broker.url).flushall()
    assert _are_confirmed(_held(subscriptions, 1, clerk), LATER)
    assert len(steps.patches(portal.emulator)) == len(changes) + 1


def test_killed_workers_request_has_one_effect(
    portal: Portal, subscriptions: Iterator[Subscription], clerk: User
) -> None:
    late = {"do": "delay", "seconds": 8, "after_effect": True}
    portal.emulator.plan_faults({"match": {"method": "PATCH"}, **late})
    portal.start()
    [change] = _held(subscriptions, 1, clerk)
    assert eventually(
        lambda: steps.shown(portal.emulator, change.subscription) == "suspended",
        within_seconds=SOON,
    )
    portal.kill("work")
    change.refresh_from_db()
    assert change.status == ChangeStatus.SENDING
    portal.start_worker("work-again", WORK_QUEUES, children=2)
    assert _are_confirmed([change], LATER)
    assert eventually(lambda: len(steps.patches(portal.emulator)) == 1, within_seconds=SOON)
    change.refresh_from_db()
    assert steps.is_trail_exact(change)


def test_stopped_broker_stops_no_commit_and_loses_nothing(
    portal: Portal, subscriptions: Iterator[Subscription], clerk: User
) -> None:
    portal.start()
    assert _are_confirmed(_held(subscriptions, 1, clerk))
    portal.broker.stop()
    changes = _held(subscriptions, 3, clerk)
    nudging = portal.run_python(
        "from partners.nudges import nudge; nudge('subscriptions.tasks.drain_suspensions')"
    )
    portal.broker.start()
    assert nudging.returncode == 0, nudging.stderr
    assert "nudge_lost" in nudging.stdout + nudging.stderr
    assert _are_confirmed(changes, LATER)


def test_two_beats_and_many_ticks_sweep_once_a_day(portal: Portal, partner: Partner) -> None:
    ensure_default_policy(partner, None)
    portal.start(beats=2)
    portal.send("collections_policy.tasks.tick", queue="celery", times=6)
    todays = SweepRun.objects.filter(
        partner=partner, kind=RunKind.SCHEDULED, business_date=clock.business_date(partner)
    )
    assert eventually(lambda: todays.filter(status=RunStatus.DONE).exists(), within_seconds=SOON)
    assert todays.count() == 1
