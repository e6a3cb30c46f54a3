"""The six steps against the emulator over HTTP: each answer, each loss, each race."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from customers.models import Customer
from partners.models import AuditEntry, Connection, PartnerSettings, User
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
from vianet.emulator.process import EmulatorHandle

pytestmark = pytest.mark.django_db
PATCH = {"method": "PATCH"}


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


def _hold(subscription: Subscription, by: User, reason: HoldReason = HoldReason.FRAUD) -> Hold:
    source = services.Source.person(by)
    return services.place_hold(
        subscription, reason=reason, source=source, note="n", by=by, because="test"
    )


def _deliver(change: StatusChange) -> StatusChange:
    """One attempt, now."""
    StatusChange.objects.filter(pk=change.pk).update(
        next_attempt_at=timezone.now() - timedelta(seconds=1)
    )
    with Connections() as centers:
        sending.deliver(change.pk, worker=uuid4(), centers=centers)
    change.refresh_from_db()
    return change


def _held(subscription: Subscription) -> Hold:
    return Hold.objects.are_open().get(subscription=subscription)


def _open(subscription: Subscription) -> StatusChange:
    return StatusChange.objects.unfinished().get(subscription=subscription)


def _at_21vianet(emulator: EmulatorHandle, subscription: Subscription) -> str:
    for partner in emulator.state()["partners"]:  # type: ignore[attr-defined]
        for customer in partner["customers"]:
            for each in customer["subscriptions"]:
                if each["id"].lower() == subscription.pc_id:
                    return str(each["status"])
    raise AssertionError(subscription.pc_id)


@pytest.fixture
def suspension(subscription: Subscription, clerk: User) -> StatusChange:
    """A suspension for fraud that waits to be sent."""
    _hold(subscription, clerk)
    return _open(subscription)


def test_deliver_suspends_and_confirms(suspension: StatusChange, emulator: EmulatorHandle) -> None:
    assert _deliver(suspension).status == ChangeStatus.CONFIRMED
    assert _at_21vianet(emulator, suspension.subscription) == "suspended"
    assert len(emulator.requests(method="PATCH")) == 1


def test_suspension_starts_the_deletion_clock(suspension: StatusChange) -> None:
    _deliver(suspension)
    subscription = Subscription.objects.get(pk=suspension.subscription_id)
    assert subscription.deletion_clock == "known"
    assert subscription.suspended_not_before is not None
    assert subscription.data_deletion_on == (
        subscription.suspended_not_before.date() + timedelta(days=60)
    )


def test_unblock_reactivates_and_stops_the_clock(
    suspension: StatusChange, emulator: EmulatorHandle, clerk: User
) -> None:
    _deliver(suspension)
    services.lift_hold(_held(suspension.subscription), by=clerk, reason="harmless")
    unblock = _open(suspension.subscription)
    assert _deliver(unblock).status == ChangeStatus.CONFIRMED
    subscription = Subscription.objects.get(pk=suspension.subscription_id)
    assert (subscription.seen_status, subscription.deletion_clock) == ("active", "stopped")
    assert unblock.rereads_left == 3


def test_only_the_status_is_changed(suspension: StatusChange, emulator: EmulatorHandle) -> None:
    _deliver(suspension)
    [patch] = emulator.requests(method="PATCH")
    body = json.loads(str(patch["body"]))
    assert body["quantity"] == suspension.subscription.quantity
    assert body["status"] == "suspended"


def test_lost_answer_is_resolved_by_reading(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "drop_response_after_effect"})
    assert _deliver(suspension).status == ChangeStatus.CONFIRMED
    assert len(emulator.requests(method="PATCH")) == 1


def test_lost_request_is_sent_again_with_the_same_request_id(
    suspension: StatusChange, emulator: EmulatorHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SETTLING", timedelta(0))
    emulator.plan_faults({"match": PATCH, "do": "drop_request"})
    assert _deliver(suspension).status == ChangeStatus.UNKNOWN
    assert _deliver(suspension).status == ChangeStatus.CONFIRMED
    first, second = emulator.requests(method="PATCH")
    assert _request_id(first) == _request_id(second)


def _request_id(request: dict[str, object]) -> object:
    return request.get("request_id") or request.get("MS-RequestId")


def test_accepted_but_not_visible_is_not_confirmed(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "accepted", "seconds": 60})
    assert _deliver(suspension).status == ChangeStatus.UNKNOWN


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, ChangeStatus.REFUSED),
        (403, ChangeStatus.NEEDS_PERSON),
        (404, ChangeStatus.NEEDS_PERSON),
        (409, ChangeStatus.PENDING),
        (412, ChangeStatus.PENDING),
        (429, ChangeStatus.PENDING),
        (500, ChangeStatus.UNKNOWN),
        (503, ChangeStatus.UNKNOWN),
    ],
)
def test_each_refusal_has_its_meaning(
    suspension: StatusChange, emulator: EmulatorHandle, status: int, expected: ChangeStatus
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "status", "status": status, "times": 5})
    assert _deliver(suspension).status == expected
    assert suspension.last_error


def test_throttled_change_waits_as_long_as_it_is_told(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults(
        {"match": PATCH, "do": "status", "status": 429, "headers": {"Retry-After": "57"}}
    )
    before = timezone.now()
    change = _deliver(suspension)
    assert change.next_attempt_at >= before + timedelta(seconds=57)


def test_unreadable_read_sends_nothing(suspension: StatusChange, emulator: EmulatorHandle) -> None:
    emulator.plan_faults(
        {"match": {"method": "GET", "path_regex": "/subscriptions/"}, "do": "html", "times": 9}
    )
    assert _deliver(suspension).status == ChangeStatus.PENDING
    assert not emulator.requests(method="PATCH")


def test_stale_each_time_ends_with_a_person(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "stale_etag", "times": 9})
    for _ in range(4):
        _deliver(suspension)
    assert suspension.status == ChangeStatus.NEEDS_PERSON


def test_second_worker_does_nothing_while_the_first_has_the_lease(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    StatusChange.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert _deliver(suspension).status == ChangeStatus.PENDING
    assert not emulator.requests()


def test_worker_that_died_while_sending_is_resolved_by_reading(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.change_subscription(suspension.subscription.pc_id, status="suspended")
    StatusChange.objects.update(status=ChangeStatus.SENDING, request_id=uuid4())
    _deliver(suspension)
    assert _deliver(suspension).status == ChangeStatus.CONFIRMED
    assert not emulator.requests(method="PATCH")


def test_nothing_is_sent_while_writes_are_switched_off(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    Connection.objects.update(writes_enabled=False)
    assert _deliver(suspension).status == ChangeStatus.PENDING
    assert not emulator.requests(method="PATCH")


def test_suspension_of_what_21vianet_deleted_goes_to_a_person(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.change_subscription(suspension.subscription.pc_id, status="deleted")
    assert _deliver(suspension).status == ChangeStatus.NEEDS_PERSON
    assert not emulator.requests(method="PATCH")


def _hold_for_debt(subscription: Subscription, by: User) -> StatusChange:
    services.place_hold(
        subscription,
        reason=HoldReason.NON_PAYMENT,
        source=services.Source(HoldSource.CASE, "1"),
        note="",
        by=by,
        because="overdue",
    )
    return _open(subscription)


def test_suspension_for_debt_waits_until_newer_facts_are_judged(
    subscription: Subscription, clerk: User, emulator: EmulatorHandle
) -> None:
    change = _hold_for_debt(subscription, clerk)
    Customer.objects.filter(pk=subscription.customer_id).update(facts_version=1)
    assert _deliver(change).status == ChangeStatus.PENDING
    assert not emulator.requests(method="PATCH")
    Customer.objects.filter(pk=subscription.customer_id).update(judged_version=1)
    assert _deliver(change).status == ChangeStatus.CONFIRMED


def test_suspension_for_fraud_does_not_wait_for_billing(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    Customer.objects.update(facts_version=1)
    assert _deliver(suspension).status == ChangeStatus.CONFIRMED


def test_kill_switch_stops_suspensions_for_debt_only(
    subscription: Subscription, clerk: User
) -> None:
    subscription.partner.settings.suspensions_stopped = True
    subscription.partner.settings.save()
    change = _hold_for_debt(subscription, clerk)
    assert _deliver(change).status == ChangeStatus.PENDING
    _hold(subscription, clerk)
    assert _deliver(change).status == ChangeStatus.CONFIRMED


@pytest.mark.parametrize(("newer_facts", "is_stopped"), [(1, False), (0, True)])
def test_suspension_for_debt_waits_also_beside_a_suspension_by_21vianet(
    subscription: Subscription,
    clerk: User,
    emulator: EmulatorHandle,
    newer_facts: int,
    is_stopped: bool,
) -> None:
    """21Vianet has reactivated it since; its old hold asks for nothing by itself."""
    services.hold_found_suspension(subscription, note="seen suspended")
    Customer.objects.filter(pk=subscription.customer_id).update(facts_version=newer_facts)
    PartnerSettings.objects.update(suspensions_stopped=is_stopped)
    change = _hold_for_debt(subscription, clerk)
    assert _deliver(change).status == ChangeStatus.PENDING
    assert not emulator.requests(method="PATCH")


@pytest.fixture
def paid_while_sending(monkeypatch: pytest.MonkeyPatch, clerk: User) -> Callable[[], None]:
    """The hold is lifted between the worker's last check and its PATCH."""
    send = sending._send

    def pay_then_send(*args: object) -> object:
        services.lift_hold(
            Hold.objects.are_open().get(reason=HoldReason.FRAUD), by=clerk, reason="paid"
        )
        return send(*args)  # type: ignore[arg-type]

    def arm() -> None:
        monkeypatch.setattr(sending, "_send", pay_then_send)

    return arm


def test_payment_while_the_request_is_under_way_ends_unblocked(
    suspension: StatusChange,
    emulator: EmulatorHandle,
    paid_while_sending: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paid_while_sending()
    assert _deliver(suspension).status == ChangeStatus.SUPERSEDED
    monkeypatch.undo()
    unblock = _open(suspension.subscription)
    assert (unblock.target, unblock.must_send) == (Target.ACTIVE, True)
    with Connections() as centers:
        sending.deliver(unblock.pk, worker=uuid4(), centers=centers)
    unblock.refresh_from_db()
    assert unblock.status == ChangeStatus.CONFIRMED
    assert _at_21vianet(emulator, suspension.subscription) == "active"


def test_unblock_after_an_unknown_suspension_patches_even_if_active(
    suspension: StatusChange, emulator: EmulatorHandle, clerk: User
) -> None:
    emulator.plan_faults({"match": PATCH, "do": "late_apply"})
    assert _deliver(suspension).status == ChangeStatus.UNKNOWN
    services.lift_hold(_held(suspension.subscription), by=clerk, reason="paid")
    assert _deliver(_open(suspension.subscription)).status == ChangeStatus.CONFIRMED
    emulator.release()
    assert _at_21vianet(emulator, suspension.subscription) == "active"


def test_each_step_is_in_the_trail_once(suspension: StatusChange) -> None:
    _deliver(suspension)
    kinds = AuditEntry.objects.filter(
        subject_kind="subscriptions.statuschange", subject_id=str(suspension.pk)
    ).values_list("kind", flat=True)
    assert sorted(kinds) == [
        "status_change.asked",
        "status_change.confirmed",
        "status_change.sending",
    ]


def test_drain_carries_everything_that_is_due_in_threads(
    transactional_db: None, subscription: Subscription, clerk: User
) -> None:
    _hold(subscription, clerk)
    assert sending.deliver_due(Target.SUSPENDED) == 1
    assert StatusChange.objects.get().status == ChangeStatus.CONFIRMED


def test_refused_unblock_is_tried_again(
    suspension: StatusChange, emulator: EmulatorHandle, clerk: User
) -> None:
    _deliver(suspension)
    services.lift_hold(_held(suspension.subscription), by=clerk, reason="paid")
    emulator.plan_faults({"match": PATCH, "do": "status", "status": 400})
    unblock = _open(suspension.subscription)
    assert _deliver(unblock).status == ChangeStatus.PENDING
    assert _deliver(unblock).status == ChangeStatus.CONFIRMED
