"""Reading Partner Center: what is found, what is answered, and what is never fought."""

import pytest
from django.utils import timezone

from partners import jobs
from partners.models import Job, Partner, User
from subscriptions import reading, services
from subscriptions.connection import Connections
from subscriptions.models import (
    ChangeStatus,
    Hold,
    HoldReason,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.partners import PartnerFactory, admin_agent
from vianet.emulator.process import EmulatorHandle

pytestmark = pytest.mark.django_db


def _read(partner: Partner) -> reading.Report:
    return reading.read_partner(partner, lambda _: None)


def test_read_creates_customers_and_subscriptions(connected: Partner) -> None:
    report = _read(connected)
    assert report.customers == 6
    assert report.subscriptions == Subscription.objects.count() > 6
    assert not Subscription.objects.filter(seen_at=None).exists()


def test_read_twice_equals_once(connected: Partner) -> None:
    _read(connected)
    before = list(Subscription.objects.values_list("pk", "seen_status", "desired_status"))
    _read(connected)
    after = list(Subscription.objects.values_list("pk", "seen_status", "desired_status"))
    assert sorted(before) == sorted(after)


def test_suspension_by_the_operator_becomes_a_hold(connected: Partner) -> None:
    _read(connected)
    hold = Hold.objects.filter(reason=HoldReason.OPERATOR).first()
    assert hold is not None
    assert hold.subscription.desired_status == "suspended"
    assert hold.subscription.deletion_clock == "at_risk"
    assert not StatusChange.objects.filter(subscription=hold.subscription).exists()


def test_suspension_after_it_was_seen_active_has_a_known_clock(
    subscription: Subscription, emulator: EmulatorHandle
) -> None:
    emulator.change_subscription(subscription.pc_id, status="suspended")
    _read(subscription.partner)
    subscription.refresh_from_db()
    assert subscription.deletion_clock == "known"
    assert Hold.objects.on(subscription).get().reason == HoldReason.OPERATOR


def test_reactivation_elsewhere_is_shown_and_not_fought(
    subscription: Subscription, emulator: EmulatorHandle
) -> None:
    clerk = admin_agent(subscription.partner)
    _place(subscription, clerk)
    _deliver_all()
    emulator.change_subscription(subscription.pc_id, status="active")
    _read(subscription.partner)
    assert Subscription.objects.disagreeing().filter(pk=subscription.pk).exists()
    assert not StatusChange.objects.unfinished().filter(subscription=subscription).exists()


def test_reapply_asks_again_after_a_disagreement(
    subscription: Subscription, emulator: EmulatorHandle
) -> None:
    clerk = admin_agent(subscription.partner)
    _place(subscription, clerk)
    _deliver_all()
    emulator.change_subscription(subscription.pc_id, status="active")
    _read(subscription.partner)
    services.reapply(subscription, by=clerk, reason="still owed")
    _deliver_all()
    subscription.refresh_from_db()
    assert subscription.seen_status == "suspended"


def test_reapply_without_a_difference_is_refused(subscription: Subscription) -> None:
    clerk = admin_agent(subscription.partner)
    with pytest.raises(services.NothingToReapply):
        services.reapply(subscription, by=clerk, reason="just because")


def test_late_suspension_of_ours_is_undone(
    subscription: Subscription, emulator: EmulatorHandle
) -> None:
    clerk = admin_agent(subscription.partner)
    hold = _place(subscription, clerk)
    emulator.plan_faults(
        {"match": {"method": "PATCH"}, "do": "late_apply", "ignore_if_match": True}
    )
    _deliver_all()
    services.lift_hold(hold, by=clerk, reason="paid")
    _deliver_all()
    emulator.release()
    StatusChange.objects.filter(target=Target.ACTIVE).update(reread_at=timezone.now())
    assert reading.reread_due() == 1
    _deliver_all()
    subscription.refresh_from_db()
    assert subscription.seen_status == "active"
    assert not Hold.objects.are_open().filter(subscription=subscription).exists()


def test_reread_comes_three_times_and_ends(subscription: Subscription) -> None:
    clerk = admin_agent(subscription.partner)
    hold = _place(subscription, clerk)
    _deliver_all()
    services.lift_hold(hold, by=clerk, reason="paid")
    _deliver_all()
    for _ in range(3):
        StatusChange.objects.filter(reread_at__isnull=False).update(reread_at=timezone.now())
        assert reading.reread_due() == 1
    assert reading.reread_due() == 0


def test_job_without_a_connection_fails_in_words(partner: Partner) -> None:
    job = reading.ask_for_reading(partner, by=None)
    assert jobs.drain(reading.JOB_KIND, reading.work) == 1
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "not connected" in job.error


def test_asking_twice_is_one_job(connected: Partner) -> None:
    first = reading.ask_for_reading(connected, by=None)
    assert reading.ask_for_reading(connected, by=None) == first


def test_connected_partners_are_read_every_hour(connected: Partner) -> None:
    PartnerFactory.create()
    reading.ask_for_due_readings()
    reading.ask_for_due_readings()
    assert [job.partner for job in Job.objects.all()] == [connected]


def _place(subscription: Subscription, by: User) -> Hold:
    return services.place_hold(
        subscription,
        reason=HoldReason.FRAUD,
        source=services.Source.person(by),
        note="",
        by=by,
        because="test",
    )


def _deliver_all() -> None:
    """Try every open change once, in this thread."""
    from uuid import uuid4

    from subscriptions import sending

    open_changes = StatusChange.objects.unfinished().exclude(status=ChangeStatus.NEEDS_PERSON)
    open_changes.update(next_attempt_at=timezone.now())
    with Connections() as centers:
        for change in open_changes:
            sending.deliver(change.pk, worker=uuid4(), centers=centers)
