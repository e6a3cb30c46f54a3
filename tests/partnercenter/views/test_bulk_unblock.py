"""Unblocking many subscriptions at once."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from collections_policy.models import Pause
from partners.models import Partner, User
from partners.permissions import Permission
from subscriptions.models import Hold, HoldReason, Subscription
from tests.factories.holds import held, held_for_debt, suspended_by_21vianet
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent
from tests.factories.subscriptions import SubscriptionFactory

SignIn = Callable[[User], Client]
URL = reverse("bulk_unblock")


@pytest.fixture
def boss(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def agent(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


def answer(*chosen: Subscription, partner: Partner, reason: str = "they paid") -> dict[str, object]:
    """What a person fills in for these."""
    ids = [subscription.pk for subscription in chosen]
    return {"partner": partner.pk, "ids": ids, "reason": reason}


def test_bulk_unblocks_each(partner: Partner, boss: User, agent: Client) -> None:
    chosen = SubscriptionFactory.create_batch(2, customer__partner=partner)
    held(chosen[0], HoldReason.CUSTOMER_REQUEST, by=boss)
    held(chosen[1], HoldReason.FRAUD, by=boss)

    response = agent.post(URL, answer(*chosen, partner=partner), follow=True)

    assert Hold.objects.filter(lifted_reason="they paid", lifted_by=boss).count() == 2
    assert "2 are being changed." in response.content.decode()


def test_bulk_names_what_it_may_not_lift(
    partner: Partner, boss: User, subscription: Subscription, signed_in: SignIn
) -> None:
    held(subscription, HoldReason.FRAUD, by=boss)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    name = f"{subscription.customer.company} · {subscription}"

    response = signed_in(sales_agent(partner)).post(
        URL, answer(subscription, partner=partner), follow=True
    )

    assert [hold.reason for hold in Hold.objects.are_open()] == [HoldReason.FRAUD]
    assert f"{name}: A security review is closed by" in response.content.decode()


def test_bulk_names_what_21vianet_has_not_released(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    suspended_by_21vianet(subscription)

    response = agent.post(URL, answer(subscription, partner=partner), follow=True)

    assert "Record first that 21Vianet released it." in response.content.decode()
    assert Hold.objects.are_open().exists()


def test_bulk_names_what_is_not_held(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    response = agent.post(URL, answer(subscription, partner=partner), follow=True)

    assert f"{subscription}: not held" in response.content.decode()


def test_bulk_unblock_with_a_debt_pauses_chasing(
    partner: Partner, boss: User, agent: Client, subscription: Subscription
) -> None:
    held_for_debt(subscription, by=boss)

    agent.post(URL, answer(subscription, partner=partner))

    assert not Hold.objects.are_open().exists()
    assert Pause.objects.get().customer == subscription.customer


def test_bulk_needs_a_reason(
    partner: Partner, boss: User, agent: Client, subscription: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(URL, answer(subscription, partner=partner, reason=""))

    assert response.status_code == 422
    assert Hold.objects.are_open().exists()


def test_second_click_lifts_once(
    partner: Partner, boss: User, agent: Client, subscription: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    agent.post(URL, answer(subscription, partner=partner))

    response = agent.post(URL, answer(subscription, partner=partner), follow=True)

    assert f"{subscription}: not held" in response.content.decode()
    assert subscription.status_changes.count() == 2


def test_bulk_with_nothing_chosen_says_so(partner: Partner, agent: Client) -> None:
    response = agent.post(URL, answer(partner=partner), follow=True)

    assert "Nothing was chosen. Tick the rows first." in response.content.decode()


def test_bulk_refuses_more_than_200(partner: Partner, agent: Client) -> None:
    ids = [("ids", str(pk)) for pk in range(201)]

    response = agent.get(URL, [("partner", str(partner.pk)), *ids], follow=True)

    assert "At most 200 subscriptions" in response.content.decode()


def test_bulk_from_another_partners_page_is_a_conflict(
    boss: User, agent: Client, subscription: Subscription, theirs: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(URL, answer(subscription, partner=theirs.partner))

    assert response.status_code == 409
    assert Hold.objects.are_open().exists()


def test_bulk_leaves_another_partners_subscription_alone(
    partner: Partner, agent: Client, theirs: Subscription
) -> None:
    held(theirs, HoldReason.CUSTOMER_REQUEST, by=admin_agent(theirs.partner))

    agent.post(URL, answer(theirs, partner=partner))

    assert Hold.objects.are_open().exists()


def test_bulk_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.post(URL, answer(subscription, partner=subscription.partner))

    assert response.headers["Location"] == f"/accounts/login/?next={URL}"


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_bulk_names_the_missing_right(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
) -> None:
    response = signed_in(make(partner)).post(URL, answer(subscription, partner=partner))

    assert response.status_code == 403
    assert Permission.SUSPEND.label in response.content.decode()


def test_bulk_takes_no_other_method(agent: Client) -> None:
    assert agent.delete(URL).status_code == 405


def test_bulk_does_not_resume_a_base_nobody_chose(
    partner: Partner, boss: User, agent: Client
) -> None:
    base = SubscriptionFactory.create(customer__partner=partner)
    add_on = SubscriptionFactory.create(customer=base.customer, base=base)
    held(base, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(URL, answer(add_on, partner=partner), follow=True)

    assert Hold.objects.are_open().count() == 1
    assert "held by its base subscription" in response.content.decode()
