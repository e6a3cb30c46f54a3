"""Asking 21Vianet again for what our holds say."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission
from subscriptions.models import (
    SEEN_ACTIVE,
    ChangeStatus,
    HoldReason,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.holds import held, suspended_by_21vianet
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent

SignIn = Callable[[User], Client]
ANSWER = {"reason": "they corrected the rights"}


@pytest.fixture
def boss(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def agent(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


def form_of(subscription: Subscription) -> str:
    return reverse("subscriptions:reapply", args=[subscription.pk])


def test_reapply_asks_again_where_21vianet_disagrees(
    boss: User, agent: Client, subscription: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    StatusChange.objects.all().delete()

    agent.post(form_of(subscription), ANSWER)

    change = StatusChange.objects.get()
    assert (change.target, change.created_by) == (Target.SUSPENDED, boss)
    assert AuditEntry.objects.filter(reason=ANSWER["reason"]).exists()


def test_reapply_retries_what_waits_for_a_person(
    boss: User, agent: Client, subscription: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    StatusChange.objects.update(status=ChangeStatus.NEEDS_PERSON)

    response = agent.post(form_of(subscription), ANSWER, follow=True)

    assert StatusChange.objects.get().status == ChangeStatus.PENDING
    assert "21Vianet is being asked again." in response.content.decode()


def test_second_click_asks_once(boss: User, agent: Client, subscription: Subscription) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    StatusChange.objects.all().delete()
    agent.post(form_of(subscription), ANSWER)

    response = agent.post(form_of(subscription), ANSWER, follow=True)

    assert StatusChange.objects.count() == 1
    assert "Nothing to ask for" in response.content.decode()


def test_reapply_where_21vianet_agrees_says_so(agent: Client, subscription: Subscription) -> None:
    response = agent.post(form_of(subscription), ANSWER, follow=True)

    assert not StatusChange.objects.exists()
    assert "Nothing to ask for" in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"reason": "  "}])
def test_reapply_needs_a_reason(
    agent: Client, subscription: Subscription, data: dict[str, str]
) -> None:
    assert agent.post(form_of(subscription), data).status_code == 422


def test_form_shows_the_status(agent: Client, subscription: Subscription) -> None:
    response = agent.get(form_of(subscription))

    assert response.status_code == 200
    assert "Active" in response.content.decode()


def test_reapply_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.post(form_of(subscription), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={form_of(subscription)}"


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_reapply_names_the_missing_right(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
) -> None:
    response = signed_in(make(partner)).post(form_of(subscription), ANSWER)

    assert response.status_code == 403
    assert Permission.SUSPEND.label in response.content.decode()


def test_reapply_needs_the_right_at_the_subscriptions_own_partner(
    boss: User, agent: Client, theirs: Subscription
) -> None:
    boss.memberships.create(partner=theirs.partner, agent_role="help_desk_agent")

    assert agent.post(form_of(theirs), ANSWER).status_code == 403


def test_reapply_for_another_partner_is_not_found(agent: Client, theirs: Subscription) -> None:
    assert agent.post(form_of(theirs), ANSWER).status_code == 404


def test_reapply_takes_no_other_method(agent: Client, subscription: Subscription) -> None:
    assert agent.put(form_of(subscription)).status_code == 405


def test_reapply_never_repeats_a_suspension_of_21vianet(
    agent: Client, subscription: Subscription
) -> None:
    """Seen suspended, then active again: 21Vianet let go, and nobody here asked for anything."""
    suspended_by_21vianet(subscription)
    Subscription.objects.update(seen_status=SEEN_ACTIVE)

    response = agent.post(form_of(subscription), ANSWER, follow=True)

    assert "Record first that 21Vianet released it." in response.text
    assert not StatusChange.objects.exists()
