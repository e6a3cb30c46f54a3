"""Where a change must not be believed, sent, or given up too early."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from partners import clock
from partners.models import Connection, User
from subscriptions import rules, sending, services
from subscriptions.connection import Connections
from subscriptions.models import (
    ChangeStatus,
    Hold,
    HoldReason,
    HoldSource,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.partners import admin_agent
from tests.subscriptions import steps
from tests.subscriptions.steps import PATCH
from vianet.emulator.process import EmulatorHandle

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


@pytest.fixture
def suspension(subscription: Subscription, clerk: User) -> StatusChange:
    """A suspension that waits to be sent."""
    steps.hold(subscription, clerk)
    return steps.open_change(subscription)


@pytest.fixture
def overtaking(suspension: StatusChange, clerk: User, emulator: EmulatorHandle) -> StatusChange:
    """An unblock that overtook a suspension 21Vianet may still carry out."""
    emulator.plan_faults({"match": PATCH, "do": "late_apply"})
    steps.deliver(suspension)
    steps.lift(suspension.subscription.holds.get(), clerk)
    return steps.open_change(suspension.subscription)


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
        {"do": "status", "status": 409},
        {"do": "status", "status": 503},
        {"do": "drop_request"},
        {"do": "accepted", "seconds": 600},
    ],
    ids=lambda fault: str(fault.get("status", fault["do"])),
)
def test_overtaking_unblock_is_not_over_before_21vianet_has_dealt_with_it(
    overtaking: StatusChange,
    emulator: EmulatorHandle,
    fault: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "SETTLING", timedelta())
    emulator.plan_faults({"match": PATCH, **fault})
    assert steps.deliver(overtaking).is_unfinished
    steps.deliver_all()
    overtaking.refresh_from_db()
    assert overtaking.status == ChangeStatus.CONFIRMED
    emulator.release()
    assert steps.shown(emulator, overtaking.subscription) == "active"


def test_overtaking_unblock_whose_answer_was_lost_is_over_when_the_etag_moved(
    overtaking: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "drop_response_after_effect"})
    assert steps.deliver(overtaking).status == ChangeStatus.CONFIRMED


def test_sight_overtaken_by_a_later_one_confirms_nothing(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.change_subscription(suspension.subscription.pc_id, status="suspended")
    later = clock.now() + timedelta(milliseconds=400)
    Subscription.objects.filter(pk=suspension.subscription_id).update(seen_at=later)
    emulator.plan_faults({"match": {"method": "GET"}, "do": "delay", "seconds": 0.5})
    assert steps.deliver(suspension).status == ChangeStatus.PENDING
    assert steps.deliver(suspension).status == ChangeStatus.CONFIRMED


def test_unblock_does_not_trust_an_older_copy(
    suspension: StatusChange, clerk: User, emulator: EmulatorHandle
) -> None:
    steps.deliver(suspension)
    steps.lift(suspension.subscription.holds.get(), clerk)
    emulator.plan_faults({"match": {"method": "GET"}, "do": "stale_read"})
    steps.deliver_all()
    assert steps.shown(emulator, suspension.subscription) == "active"


def test_sight_from_the_future_is_overwritten(suspension: StatusChange) -> None:
    future = clock.now() + timedelta(hours=2)
    Subscription.objects.filter(pk=suspension.subscription_id).update(seen_at=future)
    assert steps.deliver(suspension).status == ChangeStatus.CONFIRMED


def test_suspension_not_sent_within_a_day_goes_to_a_person(
    suspension: StatusChange, clerk: User, emulator: EmulatorHandle
) -> None:
    StatusChange.objects.update(give_up_at=timezone.now() - timedelta(seconds=1))
    assert steps.deliver(suspension).status == ChangeStatus.NEEDS_PERSON
    assert not emulator.requests(method="PATCH")
    services.reapply(suspension.subscription, by=clerk, reason="still wanted")
    assert steps.deliver(suspension).status == ChangeStatus.CONFIRMED


def test_unblock_is_never_given_up(suspension: StatusChange, clerk: User) -> None:
    steps.deliver(suspension)
    steps.lift(suspension.subscription.holds.get(), clerk)
    unblock = steps.open_change(suspension.subscription)
    assert unblock.give_up_at is None


def test_unblock_that_is_stale_each_time_is_tried_on(
    suspension: StatusChange, clerk: User, emulator: EmulatorHandle
) -> None:
    steps.deliver(suspension)
    steps.lift(suspension.subscription.holds.get(), clerk)
    unblock = steps.open_change(suspension.subscription)
    emulator.plan_faults({"match": PATCH, "do": "stale_etag", "times": 6})
    statuses = [steps.deliver(unblock).status for _ in range(7)]
    assert statuses == [ChangeStatus.PENDING] * 6 + [ChangeStatus.CONFIRMED]


def test_waiting_for_permission_uses_up_no_attempt(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    Connection.objects.update(writes_enabled=False)
    for _ in range(4):
        steps.deliver(suspension)
    Connection.objects.update(writes_enabled=True)
    emulator.plan_faults({"match": PATCH, "do": "stale_etag"})
    assert steps.deliver(suspension).status == ChangeStatus.PENDING


def test_unblock_whose_request_was_lost_is_sent_again_within_seconds(
    suspension: StatusChange, clerk: User, emulator: EmulatorHandle
) -> None:
    steps.deliver(suspension)
    steps.lift(suspension.subscription.holds.get(), clerk)
    unblock = steps.open_change(suspension.subscription)
    emulator.plan_faults({"match": PATCH, "do": "drop_request"})
    steps.deliver(unblock)
    StatusChange.objects.update(sent_at=clock.now() - timedelta(seconds=21))
    assert steps.deliver(unblock).status == ChangeStatus.CONFIRMED


def test_nothing_is_sent_after_the_lease_ran_out(
    suspension: StatusChange, emulator: EmulatorHandle, settings: pytest.FixtureRequest
) -> None:
    settings.STATUS_CHANGE_LEASE = timedelta(microseconds=1)  # type: ignore[attr-defined]
    assert steps.deliver(suspension).status == ChangeStatus.PENDING
    assert not emulator.requests(method="PATCH")


def test_worker_that_comes_back_after_its_lease_changes_nothing(
    suspension: StatusChange, clerk: User, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    send = sending._send
    monkeypatch.setattr(sending, "_send", _while_another_takes_over(suspension, send))
    steps.deliver(suspension)
    monkeypatch.undo()
    assert suspension.status == ChangeStatus.CONFIRMED
    assert suspension.leased_by is None


def _while_another_takes_over(change: StatusChange, send: object) -> object:
    def slow_send(*args: object) -> object:
        StatusChange.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        with Connections() as centers:
            sending.deliver(change.pk, worker=uuid4(), centers=centers)  # admits not knowing
        answer = send(*args)  # type: ignore[operator]
        with Connections() as centers:
            sending.deliver(change.pk, worker=uuid4(), centers=centers)  # reads it
        return answer

    return slow_send


def test_one_change_that_breaks_does_not_stop_the_others(
    transactional_db: None, subscription: Subscription, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (
        Subscription.objects.filter(seen_status="active", base=None)
        .exclude(customer=subscription.customer)
        .first()
    )
    assert other is not None
    steps.hold(subscription, clerk)
    steps.hold(other, clerk)
    broken = steps.open_change(subscription)
    monkeypatch.setattr(sending, "_carry", _breaking_for(broken, sending._carry))
    sending.deliver_due(Target.SUSPENDED)
    last = StatusChange.objects.get(subscription=other)
    assert last.status == ChangeStatus.CONFIRMED


def _breaking_for(broken: StatusChange, carry: object) -> object:
    def carry_or_break(change: StatusChange, *args: object) -> None:
        if change.pk == broken.pk:
            raise KeyError(change.pk)
        carry(change, *args)  # type: ignore[operator]

    return carry_or_break


def test_broken_seal_of_one_partner_is_a_wait(suspension: StatusChange) -> None:
    Connection.objects.update(sealed_secret=b"not ours")
    assert steps.deliver(suspension).status == ChangeStatus.PENDING
    assert "can't be used" in suspension.last_error or "not connected" in suspension.last_error


def test_threads_leave_no_connection_open(
    transactional_db: None, subscription: Subscription, clerk: User
) -> None:
    steps.hold(subscription, clerk)
    before = _connections()
    assert sending.deliver_due(Target.SUSPENDED) == 1
    assert _connections() == before


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_hold_confirmed_meanwhile_does_not_lapse(subscription: Subscription, clerk: User) -> None:
    soon = clock.now() + timedelta(hours=1)
    held = services.place_hold(
        subscription,
        reason=HoldReason.FRAUD,
        source=services.Source(HoldSource.INVESTIGATION, "1"),
        note="",
        by=clerk,
        because="signal",
        expires_at=soon,
    )
    stale = Hold.objects.select_related("subscription").get(pk=held.pk)
    Hold.objects.update(expires_at=None, confirmed_by=clerk, confirmed_at=clock.now())
    assert not services._lift_if_expired(stale, soon + timedelta(hours=1))
    held.refresh_from_db()
    assert held.is_open
