"""Recording that 21Vianet released a suspension of its own."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission
from subscriptions.models import Hold, HoldReason, Subscription
from subscriptions.services import lift_hold
from tests.factories.holds import held, released, suspended_by_21vianet
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent

SignIn = Callable[[User], Client]
ANSWER = {"reference": "SR-7", "reason": "they wrote"}


@pytest.fixture
def boss(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def agent(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


@pytest.fixture
def hold(subscription: Subscription) -> Hold:
    return suspended_by_21vianet(subscription)


def form_of(hold: Hold) -> str:
    return reverse("subscriptions:release", args=[hold.pk])


def test_release_records_who_and_by_which_reference(boss: User, agent: Client, hold: Hold) -> None:
    response = agent.post(form_of(hold), ANSWER)

    hold.refresh_from_db()
    assert (hold.released_by, hold.released_reference) == (boss, "SR-7")
    assert hold.is_open
    assert AuditEntry.objects.filter(kind="hold.released_by_21vianet", by_id=boss.pk).exists()
    assert response.headers["Location"] == reverse("subscription", args=[hold.subscription_id])


@pytest.mark.parametrize("missing", ["reference", "reason"])
def test_release_needs_reference_and_reason(agent: Client, hold: Hold, missing: str) -> None:
    response = agent.post(form_of(hold), {**ANSWER, missing: ""})

    hold.refresh_from_db()
    assert response.status_code == 422
    assert hold.released_at is None


def test_second_click_keeps_the_first_release(boss: User, agent: Client, hold: Hold) -> None:
    agent.post(form_of(hold), ANSWER)

    again = agent.post(form_of(hold), {**ANSWER, "reference": "SR-8"}, follow=True)

    hold.refresh_from_db()
    assert hold.released_reference == "SR-7"
    assert "The release is recorded already." in again.content.decode()
    assert AuditEntry.objects.filter(kind="hold.released_by_21vianet").count() == 1


def test_release_of_a_hold_of_ours_is_not_found(
    boss: User, agent: Client, subscription: Subscription
) -> None:
    ours = held(subscription, HoldReason.FRAUD, by=boss)

    assert agent.post(form_of(ours), ANSWER).status_code == 404


def test_release_of_a_lifted_hold_is_not_found(boss: User, agent: Client, hold: Hold) -> None:
    lift_hold(released(hold, by=boss), by=boss, reason="they wrote")

    assert agent.get(form_of(hold)).status_code == 404


def test_release_asks_anonymous_to_sign_in(client: Client, hold: Hold) -> None:
    response = client.post(form_of(hold), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={form_of(hold)}"


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_release_names_the_missing_right(
    partner: Partner, hold: Hold, signed_in: SignIn, make: Callable[[Partner], User]
) -> None:
    response = signed_in(make(partner)).post(form_of(hold), ANSWER)

    assert response.status_code == 403
    assert Permission.SUSPEND.label in response.content.decode()


def test_release_for_another_partner_is_not_found(agent: Client, theirs: Subscription) -> None:
    foreign = suspended_by_21vianet(theirs)

    assert agent.post(form_of(foreign), ANSWER).status_code == 404


def test_release_takes_no_other_method(agent: Client, hold: Hold) -> None:
    assert agent.put(form_of(hold)).status_code == 405
