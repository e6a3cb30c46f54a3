"""People's decisions: policy, suspending, pausing, unblocking with a debt."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from billing import disputes
from billing.models import DisputeCode
from collections_policy import judging, pauses, services
from collections_policy.gate import Requirement
from collections_policy.models import ActionStatus, Case, CaseStep, Pause, PolicyStep, RunStatus
from collections_policy.services import NotReady, PauseInThePast
from partners import audit, clock
from partners.models import AuditEntry, Partner, User
from subscriptions.models import DesiredStatus, Hold, HoldSource, Subscription
from tests.factories.billing import overdue_for
from tests.factories.collections import case_at, customer_of, swept
from tests.factories.partners import admin_agent
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def subscription(partner: Partner) -> Subscription:
    return SubscriptionFactory.create(customer=customer_of(partner))


def test_ensure_default_policy_publishes_once(partner: Partner) -> None:
    first = services.ensure_default_policy(partner, None)

    second = services.ensure_default_policy(partner, None)

    assert first == second
    steps = PolicyStep.objects.filter(version=first).values_list("days_after_due", "action")
    assert list(steps) == [(3, "remind"), (10, "warn"), (20, "propose_suspension")]


def test_suspend_places_a_hold_of_the_case(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    swept(subscription.partner)

    [hold] = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    case = Case.objects.get(customer=subscription.customer)
    assert (hold.source_kind, hold.source_id) == (HoldSource.CASE, str(case.pk))
    proposal = case.steps.get(step__action="propose_suspension")
    assert (proposal.status, proposal.decided_by) == (ActionStatus.DONE, clerk)


def test_suspend_without_a_sweep_opens_the_case(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 1)

    services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert Case.objects.get(customer=subscription.customer).is_open


def test_suspend_twice_is_once(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)

    first = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")
    second = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert first == second
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("days", [0, -1], ids=["due today", "due tomorrow"])
def test_suspend_refuses_before_anything_is_overdue(
    subscription: Subscription, clerk: User, days: int
) -> None:
    overdue_for(subscription.customer, days)

    with pytest.raises(NotReady) as refusal:
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert refusal.value.requirements == (Requirement.OVERDUE,)


def test_suspend_refuses_what_is_tolerated(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    settings = subscription.partner.settings
    settings.minimum_overdue_amount = 1060
    settings.save()

    with pytest.raises(NotReady) as refusal:
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert refusal.value.requirements == (Requirement.ABOVE_MINIMUM,)


def test_suspend_refuses_what_is_disputed(subscription: Subscription, clerk: User) -> None:
    invoice = overdue_for(subscription.customer, 25)
    disputes.dispute(invoice, code=DisputeCode.PRICE, text="too much", by=clerk, reason="phone")

    with pytest.raises(NotReady) as refusal:
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert refusal.value.requirements == (Requirement.UNDISPUTED,)


def test_suspend_refuses_while_stopped(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    settings = subscription.partner.settings
    settings.suspensions_stopped = True
    settings.save()

    with pytest.raises(NotReady) as refusal:
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert refusal.value.requirements == (Requirement.NOT_STOPPED,)
    assert not Hold.objects.exists()


def test_suspend_refuses_in_a_pause(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    swept(subscription.partner)
    case = Case.objects.get(customer=subscription.customer)
    until = clock.business_date(subscription.partner) + timedelta(days=1)
    services.not_until(case, until, by=clerk, reason="promised")

    with pytest.raises(NotReady) as refusal:
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid", case=case)

    assert refusal.value.requirements == (Requirement.NOT_PAUSED,)


def test_suspend_moves_nothing_when_the_audit_fails(
    subscription: Subscription, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    overdue_for(subscription.customer, 25)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(audit, "record_many", refuse)

    with pytest.raises(DatabaseError):
        services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    assert not Hold.objects.exists()
    assert not Case.objects.exists()


def test_not_until_takes_the_proposal_back_and_resumes(partner: Partner, clerk: User) -> None:
    case = case_at(partner, 30)
    today = clock.business_date(partner)
    for days in (3, 6):
        swept(partner, today + timedelta(days=days))
    proposal = case.steps.get(step__action="propose_suspension")
    assert proposal.status == ActionStatus.PROPOSED

    services.not_until(case, today + timedelta(days=20), by=clerk, reason="pays on the 20th")

    proposal.refresh_from_db()
    assert proposal.status == ActionStatus.PLANNED
    assert swept(partner, today + timedelta(days=19)).proposals == 0
    assert swept(partner, today + timedelta(days=20)).proposals == 1


@pytest.mark.parametrize("days", [0, -1])
def test_not_until_refuses_today_and_before(partner: Partner, clerk: User, days: int) -> None:
    case = case_at(partner, 5)
    until = clock.business_date(partner) + timedelta(days=days)

    with pytest.raises(PauseInThePast):
        services.not_until(case, until, by=clerk, reason="late")


def test_unblock_with_debt_lifts_and_pauses(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    [hold] = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")
    today = clock.business_date(subscription.partner)

    pause = services.unblock_with_debt(hold, by=clerk, reason="needs its mail today")

    subscription.refresh_from_db()
    assert subscription.desired_status == DesiredStatus.ACTIVE
    assert pause is not None
    assert pause.until == pauses.default_end(subscription.partner, today)
    assert AuditEntry.objects.filter(kind="pause.placed").count() == 1


def test_unblock_with_debt_is_proposed_again_after_the_pause(
    subscription: Subscription, clerk: User
) -> None:
    overdue_for(subscription.customer, 25)
    today = clock.business_date(subscription.partner)
    for days in (0, 3, 6):
        swept(subscription.partner, today + timedelta(days=days))
    [hold] = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")

    services.unblock_with_debt(hold, by=clerk, reason="x", not_before=today + timedelta(days=12))

    assert swept(subscription.partner, today + timedelta(days=11)).proposals == 0
    assert swept(subscription.partner, today + timedelta(days=12)).proposals == 1


def test_unblock_with_debt_survives_the_judge(subscription: Subscription, clerk: User) -> None:
    overdue_for(subscription.customer, 25)
    [hold] = services.suspend_for_non_payment([subscription], by=clerk, note="unpaid")
    services.unblock_with_debt(hold, by=clerk, reason="needs its mail today")

    judging.judge_pending()

    assert not Hold.objects.are_open().exists()
    assert Pause.objects.count() == 1


def test_request_sweep_twice_is_once(partner: Partner, clerk: User) -> None:
    first = services.request_sweep(partner, clerk)

    assert services.request_sweep(partner, clerk) == first
    assert first.status == RunStatus.WAITING


def test_case_step_is_skipped_when_the_case_closes(partner: Partner, clerk: User) -> None:
    from tests.factories.billing import receipt_from

    case = case_at(partner, 30)
    today = clock.business_date(partner)
    for days in (3, 6):
        swept(partner, today + timedelta(days=days))

    receipt_from(case.customer, "1060.00")
    judging.judge_pending()

    assert CaseStep.objects.get(case=case, step__action="propose_suspension").status == "skipped"


def test_a_pause_ends_after_five_working_days(partner: Partner) -> None:
    assert pauses.default_end(partner, date(2026, 9, 29)) == date(2026, 10, 12)
    assert pauses.doubt(partner, date(2026, 9, 29)) == ""


def test_a_pause_into_an_unconfirmed_year_says_how_it_was_counted(partner: Partner) -> None:
    assert pauses.default_end(partner, date(2026, 12, 29)) == date(2027, 1, 5)
    assert "the working days of 2027 are not confirmed" in pauses.doubt(partner, date(2026, 12, 29))
