"""Placing and lifting holds: reasons stack, and each lifts only its own."""

from datetime import timedelta
from uuid import uuid4

import pytest

from partners import audit, clock
from partners.models import AuditEntry, User
from subscriptions import services
from subscriptions.models import (
    SEEN_SUSPENDED,
    ChangeStatus,
    Hold,
    HoldReason,
    HoldSource,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.partners import admin_agent
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    return SubscriptionFactory.create()


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


def _hold(subscription: Subscription, by: User, reason: HoldReason = HoldReason.FRAUD) -> Hold:
    return services.place_hold(
        subscription,
        reason=reason,
        source=services.Source.person(by),
        note="odd sign-ins",
        by=by,
        because="odd sign-ins",
    )


def _open_change(subscription: Subscription) -> StatusChange:
    return StatusChange.objects.unfinished().get(subscription=subscription)


def test_place_hold_asks_for_suspension(subscription: Subscription, clerk: User) -> None:
    _hold(subscription, clerk)
    subscription.refresh_from_db()
    assert subscription.desired_status == "suspended"
    assert _open_change(subscription).target == Target.SUSPENDED


def test_place_hold_twice_is_one_hold_and_one_change(
    subscription: Subscription, clerk: User
) -> None:
    assert _hold(subscription, clerk) == _hold(subscription, clerk)
    assert StatusChange.objects.count() == 1


def test_second_reason_asks_for_nothing_more(subscription: Subscription, clerk: User) -> None:
    _hold(subscription, clerk)
    _hold(subscription, clerk, HoldReason.CUSTOMER_REQUEST)
    assert Hold.objects.are_open().count() == 2
    assert StatusChange.objects.count() == 1


def test_lifting_one_of_two_keeps_it_suspended(subscription: Subscription, clerk: User) -> None:
    fraud = _hold(subscription, clerk)
    _hold(subscription, clerk, HoldReason.CUSTOMER_REQUEST)
    services.lift_hold(fraud, by=clerk, reason="harmless")
    subscription.refresh_from_db()
    assert subscription.desired_status == "suspended"
    assert _open_change(subscription).target == Target.SUSPENDED


def test_lifting_the_last_supersedes_and_asks_to_unblock(
    subscription: Subscription, clerk: User
) -> None:
    hold = _hold(subscription, clerk)
    services.lift_hold(hold, by=clerk, reason="harmless")
    older = StatusChange.objects.get(target=Target.SUSPENDED)
    assert older.status == ChangeStatus.SUPERSEDED
    assert _open_change(subscription).target == Target.ACTIVE


def test_unblock_after_a_suspension_that_may_be_under_way_must_be_sent(
    subscription: Subscription, clerk: User
) -> None:
    hold = _hold(subscription, clerk)
    StatusChange.objects.update(status=ChangeStatus.SENDING, request_id=uuid4())
    services.lift_hold(hold, by=clerk, reason="harmless")
    assert _open_change(subscription).must_send


def test_lifting_twice_equals_lifting_once(subscription: Subscription, clerk: User) -> None:
    hold = _hold(subscription, clerk)
    services.lift_hold(hold, by=clerk, reason="harmless")
    changes = StatusChange.objects.count()
    services.lift_hold(hold, by=clerk, reason="again")
    assert StatusChange.objects.count() == changes


def test_hold_on_a_base_reaches_its_add_ons(subscription: Subscription, clerk: User) -> None:
    add_on = SubscriptionFactory.create(customer=subscription.customer, base=subscription)
    hold = _hold(subscription, clerk)
    add_on.refresh_from_db()
    assert add_on.desired_status == "suspended"
    assert not StatusChange.objects.filter(subscription=add_on).exists()
    services.lift_hold(hold, by=clerk, reason="harmless")
    assert _open_change(add_on).target == Target.ACTIVE


def test_deleted_subscription_cannot_be_held(subscription: Subscription, clerk: User) -> None:
    Subscription.objects.update(seen_status="deleted")
    with pytest.raises(services.SubscriptionDeleted):
        _hold(subscription, clerk)
    assert not Hold.objects.exists()


def test_found_suspension_needs_a_release_before_it_is_lifted(
    subscription: Subscription, clerk: User
) -> None:
    Subscription.objects.update(seen_status=SEEN_SUSPENDED)
    hold = services.hold_found_suspension(subscription, note="")
    with pytest.raises(services.NotReleased):
        services.lift_hold(hold, by=clerk, reason="please")
    services.record_release(hold, reference="SR-1", by=clerk, reason="they called")
    services.lift_hold(hold, by=clerk, reason="released")
    assert _open_change(subscription).target == Target.ACTIVE


def test_second_record_of_a_release_keeps_the_first(
    subscription: Subscription, clerk: User
) -> None:
    Subscription.objects.update(seen_status=SEEN_SUSPENDED)
    hold = services.hold_found_suspension(subscription, note="")
    services.record_release(hold, reference="SR-1", by=clerk, reason="they called")
    services.record_release(hold, reference="SR-2", by=clerk, reason="a second click")
    hold.refresh_from_db()
    assert hold.released_reference == "SR-1"


def test_found_suspension_asks_for_nothing(subscription: Subscription) -> None:
    services.hold_found_suspension(subscription, note="")
    assert not StatusChange.objects.exists()


def test_expired_hold_is_lifted_with_its_reason(subscription: Subscription, clerk: User) -> None:
    soon = clock.now() + timedelta(hours=24)
    hold = services.place_hold(
        subscription,
        reason=HoldReason.FRAUD,
        source=services.Source(HoldSource.INVESTIGATION, "1"),
        note="",
        by=clerk,
        because="signal",
        expires_at=soon,
    )
    assert services.lift_expired(soon - timedelta(seconds=1)) == 0
    assert services.lift_expired(soon) == 1
    hold.refresh_from_db()
    assert hold.lifted_reason == "expired"


def test_nothing_is_held_when_the_audit_fails(
    subscription: Subscription, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_entry", lambda *_: AuditEntry())
    with pytest.raises(Exception, match="null value"):
        _hold(subscription, clerk)


def test_hold_of_a_base_with_several_add_ons_counts_once(
    subscription: Subscription, clerk: User
) -> None:
    add_on, _other = SubscriptionFactory.create_batch(
        2, customer=subscription.customer, base=subscription
    )
    held = _hold(subscription, clerk)
    assert list(Hold.objects.on(subscription)) == [held]
    assert list(Hold.objects.on(add_on)) == [held]
