"""The page of one subscription: why it is suspended, and what lifts it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import (
    SEEN_DELETED,
    SEEN_SUSPENDED,
    DeletionClock,
    HoldReason,
    Subscription,
)
from tests.factories.holds import held, held_for_debt, released, suspended_by_21vianet
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    help_desk_agent,
    member,
    sales_agent,
)
from tests.factories.subscriptions import SubscriptionFactory
from tests.queries import queries_of

SignIn = Callable[[User], Client]


def page_of(subscription: Subscription) -> str:
    return reverse("subscription", args=[subscription.pk])


def read(client: Client, subscription: Subscription) -> str:
    """What the page says."""
    return client.get(page_of(subscription)).content.decode()


def test_page_says_that_nothing_withholds_it(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "Nothing withholds this subscription" in page
    assert subscription.pc_id in page


@pytest.mark.parametrize("reason", [HoldReason.FRAUD, HoldReason.MISUSE])
def test_page_tells_the_phone_of_a_security_review(
    partner: Partner, subscription: Subscription, signed_in: SignIn, reason: HoldReason
) -> None:
    held(subscription, reason, by=admin_agent(partner))

    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "Your subscription is under a security review." in page
    assert "Do not say fraud or misuse" in page


def test_page_explains_the_customers_own_request(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    agent = admin_agent(partner)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=agent, note="ended for the summer")

    page = read(signed_in(sales_agent(partner)), subscription)

    assert "The customer asks us to resume service." in page
    assert "ended for the summer" in page
    assert agent.name in page


def test_page_offers_to_record_what_21vianet_released(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    hold = suspended_by_21vianet(subscription)

    page = read(signed_in(sales_agent(partner)), subscription)

    assert "The operator, 21Vianet, has suspended this subscription." in page
    assert reverse("subscriptions:release", args=[hold.pk]) in page


def test_page_names_the_reference_of_a_release(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    released(suspended_by_21vianet(subscription), by=admin_agent(partner))

    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "SR-7" in page
    assert "Record the release" not in page


@pytest.mark.parametrize(
    ("make", "sees"),
    [(admin_agent, True), (billing_admin, True), (sales_agent, False), (help_desk_agent, False)],
)
def test_page_names_the_debt_only_to_those_who_may(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    sees: bool,
) -> None:
    held_for_debt(subscription, by=admin_agent(partner), note="owes 8113.24")

    page = read(signed_in(make(partner)), subscription)

    assert ("¥8,113.24" in page) is sees
    assert ("owes 8113.24" in page) is sees
    assert "There is a question about an invoice." in page


def test_page_names_whom_to_ask_about_a_debt(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    held_for_debt(subscription, by=admin_agent(partner, name="Zhang Wei"))

    page = read(signed_in(sales_agent(partner)), subscription)

    assert "Billing confirms the payment. Ask Zhang Wei." in page


def test_page_of_an_add_on_shows_what_holds_its_base(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    add_on = SubscriptionFactory.create(customer=subscription.customer, base=subscription)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=admin_agent(partner))

    page = read(signed_in(help_desk_agent(partner)), add_on)

    assert "The customer asks us to resume service." in page
    assert page_of(subscription) in page


def test_page_says_whose_sign_in_is_affected(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    suspended_by_21vianet(subscription)

    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "25 people cannot sign in. Administrators still can." in page


def test_page_says_that_the_deletion_date_is_not_known(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    subscription.seen_status = SEEN_SUSPENDED
    subscription.suspended_not_after = subscription.seen_at
    subscription.deletion_clock = DeletionClock.AT_RISK
    subscription.save()

    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "At risk: the start is not known" in page


def test_page_of_a_deleted_subscription_says_so(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    subscription.seen_status = SEEN_DELETED
    subscription.save()

    page = read(signed_in(help_desk_agent(partner)), subscription)

    assert "Deleted" in page


@pytest.mark.parametrize(
    ("make", "may"), [(sales_agent, True), (help_desk_agent, False), (billing_admin, False)]
)
def test_page_offers_to_suspend_only_to_those_who_may(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    may: bool,
) -> None:
    page = read(signed_in(make(partner)), subscription)

    assert (reverse("suspend", args=[subscription.pk]) in page) is may


def test_page_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.get(page_of(subscription))

    assert response.headers["Location"] == f"/accounts/login/?next={page_of(subscription)}"


def test_page_names_the_missing_right(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(page_of(subscription))

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_page_of_another_partners_subscription_is_not_found(
    partner: Partner, theirs: Subscription, signed_in: SignIn
) -> None:
    assert signed_in(admin_agent(partner)).get(page_of(theirs)).status_code == 404


def test_page_refuses_to_be_posted(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    assert signed_in(admin_agent(partner)).post(page_of(subscription)).status_code == 405


def test_page_asks_the_same_queries_for_one_add_on_and_for_thirty(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))
    customer = subscription.customer
    SubscriptionFactory.create(customer=customer, base=subscription)
    few = queries_of(client, page_of(subscription))
    SubscriptionFactory.create_batch(29, customer=customer, base=subscription)

    assert queries_of(client, page_of(subscription)) == few
