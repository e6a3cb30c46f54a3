"""The dialog that lifts reasons, so that service resumes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from collections_policy.models import Pause
from partners import clock
from partners.models import Partner, User
from partners.permissions import Permission
from subscriptions.models import (
    DesiredStatus,
    Hold,
    HoldReason,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.holds import held, held_for_debt, released, suspended_by_21vianet
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent
from tests.factories.subscriptions import SubscriptionFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def boss(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def agent(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


@pytest.fixture
def seller(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(sales_agent(partner))


def dialog_of(subscription: Subscription) -> str:
    return reverse("unblock", args=[subscription.pk])


def lift(*holds: Hold, **fields: str) -> dict[str, object]:
    """What a person fills in."""
    return {"holds": [hold.pk for hold in holds], "reason": "they paid", **fields}


def test_unblock_lifts_and_asks_21vianet(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    hold = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(dialog_of(subscription), lift(hold), follow=True)

    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lifted_reason) == (boss, "they paid")
    assert StatusChange.objects.unfinished().get().target == Target.ACTIVE
    assert "21Vianet is being asked to reactivate it." in response.content.decode()


def test_unblock_lifts_only_the_chosen_reasons(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    asked = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    held(subscription, HoldReason.FRAUD, by=boss)

    response = agent.post(dialog_of(subscription), lift(asked), follow=True)

    subscription.refresh_from_db()
    assert [hold.reason for hold in Hold.objects.are_open()] == [HoldReason.FRAUD]
    assert subscription.desired_status == DesiredStatus.SUSPENDED
    assert "It stays suspended, since there is still: Fraud." in response.content.decode()


def test_unblock_of_an_add_on_lifts_what_holds_its_base(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    add_on = SubscriptionFactory.create(customer=subscription.customer, base=subscription)
    hold = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    agent.post(dialog_of(add_on), lift(hold))

    assert not Hold.objects.are_open().exists()


@pytest.mark.parametrize("reason", [HoldReason.FRAUD, HoldReason.MISUSE])
def test_a_security_review_is_not_lifted_by_a_sales_agent(
    seller: Client, boss: User, subscription: Subscription, reason: HoldReason
) -> None:
    hold = held(subscription, reason, by=boss)

    response = seller.post(dialog_of(subscription), lift(hold))

    assert response.status_code == 422
    assert "A security review is closed by an admin agent" in response.content.decode()
    assert Hold.objects.are_open().exists()


def test_what_21vianet_suspended_is_lifted_after_its_release(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    hold = suspended_by_21vianet(subscription)

    refused = agent.post(dialog_of(subscription), lift(hold))
    released(hold, by=boss)
    lifted = agent.post(dialog_of(subscription), lift(hold))

    assert (refused.status_code, lifted.status_code) == (422, 302)
    assert "Record first that 21Vianet released it." in refused.content.decode()
    assert not Hold.objects.are_open().exists()


def test_dialog_shows_the_debt_to_those_who_may(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    held_for_debt(subscription, by=boss)

    page = agent.get(dialog_of(subscription)).content.decode()

    assert "Still overdue: ¥8,113.24." in page


def test_dialog_names_no_amount_to_a_sales_agent(
    seller: Client, boss: User, subscription: Subscription
) -> None:
    held_for_debt(subscription, by=boss)

    page = seller.get(dialog_of(subscription)).content.decode()

    assert "8,113" not in page
    assert "A payment is outstanding. Ask Billing before you unblock." in page


def test_unblock_with_a_debt_pauses_chasing_until_the_day(
    seller: Client, boss: User, subscription: Subscription
) -> None:
    hold = held_for_debt(subscription, by=boss)
    day = clock.business_date(subscription.partner) + timedelta(days=9)

    seller.post(dialog_of(subscription), lift(hold, not_before=day.isoformat()))

    assert Pause.objects.get().until == day
    assert not Hold.objects.are_open().exists()


@pytest.mark.parametrize("days", [0, -1])
def test_unblock_refuses_a_day_that_is_not_ahead(
    agent: Client, boss: User, subscription: Subscription, days: int
) -> None:
    hold = held_for_debt(subscription, by=boss)
    day = clock.business_date(subscription.partner) + timedelta(days=days)

    response = agent.post(dialog_of(subscription), lift(hold, not_before=day.isoformat()))

    assert response.status_code == 422
    assert "Choose a day after today." in response.content.decode()
    assert Hold.objects.are_open().exists()


def test_dialog_asks_for_a_day_only_while_money_is_owed(
    agent: Client, boss: User, subscription: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    assert "not_before" not in agent.get(dialog_of(subscription)).context["form"].fields


def test_unblock_needs_a_reason(agent: Client, boss: User, subscription: Subscription) -> None:
    hold = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(dialog_of(subscription), lift(hold, reason=" "))

    assert response.status_code == 422
    assert Hold.objects.are_open().exists()


@pytest.mark.parametrize("data", [{}, {"reason": "they paid"}])
def test_unblock_needs_a_choice(
    agent: Client, boss: User, subscription: Subscription, data: dict[str, str]
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = agent.post(dialog_of(subscription), data)

    assert response.status_code == 422
    assert "Choose at least one reason to lift." in response.content.decode()


def test_unblock_does_not_lift_the_hold_of_another_subscription(
    agent: Client, boss: User, subscription: Subscription, theirs: Subscription
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    foreign = held(theirs, HoldReason.CUSTOMER_REQUEST, by=admin_agent(theirs.partner))

    response = agent.post(dialog_of(subscription), lift(foreign))

    assert response.status_code == 422
    assert Hold.objects.are_open().count() == 2


def test_second_click_lifts_once(agent: Client, boss: User, subscription: Subscription) -> None:
    hold = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    agent.post(dialog_of(subscription), lift(hold))
    again = agent.post(dialog_of(subscription), lift(hold))

    assert again.status_code == 422
    assert StatusChange.objects.filter(target=Target.ACTIVE).count() == 1


def test_dialog_without_a_hold_says_so(agent: Client, subscription: Subscription) -> None:
    page = agent.get(dialog_of(subscription)).content.decode()

    assert "No reason is open: there is nothing to lift." in page


def test_dialog_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.post(dialog_of(subscription))

    assert response.headers["Location"] == f"/accounts/login/?next={dialog_of(subscription)}"


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_unblock_names_the_missing_right(
    partner: Partner,
    boss: User,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
) -> None:
    hold = held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)

    response = signed_in(make(partner)).post(dialog_of(subscription), lift(hold))

    assert response.status_code == 403
    assert Permission.SUSPEND.label in response.content.decode()
    assert Hold.objects.are_open().exists()


def test_unblock_of_another_partners_subscription_is_not_found(
    agent: Client, theirs: Subscription
) -> None:
    hold = held(theirs, HoldReason.CUSTOMER_REQUEST, by=admin_agent(theirs.partner))

    response = agent.post(dialog_of(theirs), lift(hold))

    assert response.status_code == 404
    assert Hold.objects.are_open().exists()


def test_unblock_takes_no_other_method(agent: Client, subscription: Subscription) -> None:
    assert agent.delete(dialog_of(subscription)).status_code == 405
