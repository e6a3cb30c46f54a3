"""An add-on stands under its base: what is held, sent and believed of the two together."""

import pytest

from partners.models import Partner, User
from subscriptions import sending, services
from subscriptions.models import ChangeStatus, Hold, HoldReason, StatusChange, Subscription
from subscriptions.reading import read_partner
from tests.factories.partners import admin_agent
from tests.factories.subscriptions import SubscriptionFactory
from tests.subscriptions import steps
from vianet.emulator.process import EmulatorHandle

pytestmark = pytest.mark.django_db


@pytest.fixture
def add_on(connected: Partner, emulator: EmulatorHandle) -> Subscription:
    """An add-on that 21Vianet shows active, under an active base."""
    read_partner(connected, lambda _: None)
    emulator.forget_requests()
    return (
        Subscription.objects.filter(base__seen_status="active", seen_status="active")
        .select_related("base__customer", "customer", "partner")
        .order_by("pk")[0]
    )


@pytest.fixture
def base(add_on: Subscription) -> Subscription:
    assert add_on.base is not None
    return add_on.base


@pytest.fixture
def clerk(add_on: Subscription) -> User:
    return admin_agent(add_on.partner)


def test_suspension_of_the_base_in_flight_ends_with_both_unblocked(
    base: Subscription,
    add_on: Subscription,
    clerk: User,
    emulator: EmulatorHandle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lifted while the base's PATCH is on its way, which takes the add-on with it."""
    held = steps.hold(base, clerk)
    send = sending._send

    def lift_then_send(*args: object) -> object:
        monkeypatch.undo()
        steps.lift(held, clerk)
        steps.deliver(steps.open_change(add_on))
        return send(*args)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(sending, "_send", lift_then_send)
    steps.deliver(steps.open_change(base))
    steps.deliver_all()
    assert (steps.shown(emulator, base), steps.shown(emulator, add_on)) == ("active", "active")
    assert not Hold.objects.are_open().filter(subscription__in=[base, add_on]).exists()


def test_hold_on_an_add_on_outlives_one_on_its_base(
    base: Subscription, add_on: Subscription, clerk: User, emulator: EmulatorHandle
) -> None:
    of_base = steps.hold(base, clerk)
    steps.hold(add_on, clerk, HoldReason.MISUSE)
    steps.lift(of_base, clerk)
    steps.deliver_all()
    assert (steps.shown(emulator, base), steps.shown(emulator, add_on)) == ("active", "suspended")


def test_base_held_again_takes_back_the_add_ons_unblock(
    base: Subscription, add_on: Subscription, clerk: User
) -> None:
    steps.lift(steps.hold(base, clerk), clerk)
    unblock = steps.open_change(add_on)
    steps.hold(base, clerk)
    unblock.refresh_from_db()
    assert unblock.status == ChangeStatus.SUPERSEDED
    assert not StatusChange.objects.unfinished().filter(subscription=add_on).exists()


def test_base_found_suspended_takes_back_the_add_ons_unblock() -> None:
    base = SubscriptionFactory.create()
    add_on = SubscriptionFactory.create(customer=base.customer, base=base)
    clerk = admin_agent(base.partner)
    steps.lift(steps.hold(base, clerk), clerk)
    services.hold_found_suspension(base, note="")
    add_on.refresh_from_db()
    assert add_on.desired_status == "suspended"
    assert not StatusChange.objects.unfinished().filter(subscription=add_on).exists()


def test_add_on_of_a_base_found_suspended_has_no_hold_of_its_own(
    connected: Partner, emulator: EmulatorHandle
) -> None:
    read_partner(connected, lambda _: None)
    under = Subscription.objects.filter(base__isnull=False).select_related("base").order_by("pk")[0]
    assert under.base is not None
    for each in (under.base, under):
        emulator.change_subscription(each.pc_id, status="suspended")
    StatusChange.objects.all().delete()
    Hold.objects.all().delete()
    Subscription.objects.filter(base__isnull=False).delete()
    Subscription.objects.all().delete()
    read_partner(connected, lambda _: None)
    fresh = Subscription.objects.get(pc_id=under.pc_id)
    assert fresh.desired_status == "suspended"
    assert not Hold.objects.filter(subscription=fresh).exists()
    assert Hold.objects.on(fresh).count() == 1
