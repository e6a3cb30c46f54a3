"""“Why can't I sign in?”, answered without amounts."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from collections_policy.services import suspend_for_non_payment
from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import HoldReason, Subscription
from tests.factories.customers import CustomerFactory
from tests.factories.holds import held, held_for_debt
from tests.factories.partners import admin_agent, help_desk_agent, member, sales_agent
from tests.factories.subscriptions import SubscriptionFactory
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = reverse("helpdesk")


@pytest.fixture
def phone(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(help_desk_agent(partner))


def test_helpdesk_answers_a_sign_in_name(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=admin_agent(partner))

    page = phone.get(URL, {"q": f"wang@{subscription.customer.domain}"}).content.decode()

    assert "Your company asked us to suspend this subscription." in page


def test_helpdesk_answers_a_subscription_id(subscription: Subscription, phone: Client) -> None:
    page = phone.get(URL, {"q": subscription.pc_id}).content.decode()

    assert reverse("subscription", args=[subscription.pk]) in page


def test_helpdesk_says_security_review_and_never_fraud_to_the_caller(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    held(subscription, HoldReason.FRAUD, by=admin_agent(partner))

    [answer] = phone.get(URL, {"q": subscription.customer.domain}).context["answers"]

    assert "security review" in answer.explanations[0].say
    assert "fraud" not in answer.explanations[0].say.lower()


@pytest.mark.parametrize("make", [help_desk_agent, sales_agent])
def test_helpdesk_names_no_amount(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
) -> None:
    held_for_debt(subscription, by=admin_agent(partner), note="owes 8113.24")

    page = signed_in(make(partner)).get(URL, {"q": subscription.customer.domain}).content.decode()

    assert "There is a question about an invoice." in page
    assert "8113" not in page
    assert "8,113" not in page


def test_helpdesk_explains_an_add_on_by_its_base(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    add_on = SubscriptionFactory.create(customer=subscription.customer, base=subscription)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=admin_agent(partner))

    answers = phone.get(URL, {"q": subscription.customer.domain}).context["answers"]

    assert [len(each.explanations) for each in answers if each.subscription == add_on] == [1]


@pytest.mark.parametrize("text", ["nobody@nowhere.example", "a\x00b@c"])
def test_helpdesk_without_a_match_says_what_to_ask_for(phone: Client, text: str) -> None:
    page = phone.get(URL, {"q": text}).content.decode()

    assert "Ask for the whole sign-in name" in page


def test_helpdesk_names_customers_without_a_subscription(partner: Partner, phone: Client) -> None:
    customer = CustomerFactory.create(partner=partner)

    page = phone.get(URL, {"q": customer.domain}).content.decode()

    assert customer.company in page
    assert "Nothing found" not in page


@pytest.mark.parametrize(("count", "is_told"), [(5, False), (6, True)])
def test_helpdesk_says_when_more_customers_match(
    partner: Partner, phone: Client, count: int, is_told: bool
) -> None:
    CustomerFactory.create_batch(count, partner=partner, company="云启")

    page = phone.get(URL, {"q": "yunqi"}).content.decode()

    assert ("More customers match." in page) is is_told


def test_helpdesk_finds_nothing_of_another_partner(theirs: Subscription, phone: Client) -> None:
    page = phone.get(URL, {"q": theirs.pc_id}).content.decode()

    assert theirs.customer.company not in page


def test_helpdesk_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_helpdesk_names_the_missing_right(partner: Partner, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(URL)

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_helpdesk_refuses_to_be_posted(phone: Client) -> None:
    assert phone.post(URL).status_code == 405


def test_helpdesk_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    agent = admin_agent(partner)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=agent)
    url = f"{URL}?q={subscription.customer.domain}"
    few = queries_of(phone, url)
    SubscriptionFactory.create_batch(29, customer=subscription.customer, base=subscription)

    assert queries_of(phone, url) == few


@pytest.mark.parametrize("role", [help_desk_agent, admin_agent])
def test_helpdesk_asks_the_same_queries_for_one_debt_hold_and_for_ten(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    role: Callable[[Partner], User],
) -> None:
    boss, reader = admin_agent(partner), signed_in(role(partner))
    held_for_debt(subscription, by=boss)
    url = f"{URL}?q={subscription.customer.domain}"
    others = SubscriptionFactory.create_batch(9, customer=subscription.customer)
    few = queries_of(reader, url)

    suspend_for_non_payment(others, by=boss, note="unpaid")

    assert queries_of(reader, url) == few
