"""The page of one customer, and what each role reads on it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from customers import services
from customers.models import Customer
from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import Subscription
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.holds import owing_customer
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


@pytest.fixture
def customer(subscription: Subscription) -> Customer:
    return subscription.customer


def page_of(customer: Customer) -> str:
    return reverse("customer", args=[customer.pk])


def test_page_shows_the_customer_with_its_subscriptions(
    partner: Partner, customer: Customer, subscription: Subscription, signed_in: SignIn
) -> None:
    page = signed_in(help_desk_agent(partner)).get(page_of(customer)).content.decode()

    assert customer.company in page
    assert customer.tenant_id in page
    assert reverse("subscription", args=[subscription.pk]) in page


@pytest.mark.parametrize(
    ("contact", "is_warned"),
    [
        ({"email": "wang@outside.example"}, False),
        ({"email": "wang@TEST.partner.onmschina.cn"}, True),
        ({"email": "", "mobile": "13800000000"}, False),
    ],
)
def test_page_warns_when_nobody_is_outside_the_tenant(
    partner: Partner, signed_in: SignIn, contact: dict[str, str], is_warned: bool
) -> None:
    customer = CustomerFactory.create(partner=partner, domain="test.partner.onmschina.cn")
    ContactFactory.create(customer=customer, **contact)

    page = signed_in(admin_agent(partner)).get(page_of(customer)).content.decode()

    assert ("No contact can be reached outside" in page) is is_warned


@pytest.mark.parametrize(
    ("make", "sees"),
    [(admin_agent, True), (billing_admin, True), (sales_agent, False), (help_desk_agent, False)],
)
def test_page_names_amounts_only_to_those_who_may(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    sees: bool,
) -> None:
    owing_customer(subscription)

    page = signed_in(make(partner)).get(page_of(subscription.customer)).content.decode()

    assert ("8,113.24" in page) is sees
    assert (str(Invoice.objects.get().number) in page) is sees


@pytest.mark.parametrize(("make", "sees"), [(billing_admin, True), (sales_agent, False)])
def test_page_shows_credit_decisions_only_to_those_who_may(
    partner: Partner,
    customer: Customer,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    sees: bool,
) -> None:
    services.decide_credit(
        customer,
        terms_days=45,
        limit=None,
        prepayment=False,
        review_on=None,
        by=admin_agent(partner),
        reason="new customer",
    )

    page = signed_in(make(partner)).get(page_of(customer)).content.decode()

    assert ("45 days after the invoice date" in page) is sees


def test_page_says_what_was_done(partner: Partner, customer: Customer, signed_in: SignIn) -> None:
    agent = admin_agent(partner)
    services.edit_customer(
        customer, short_name="云启", language="it", by=agent, reason="they asked"
    )

    page = signed_in(agent).get(page_of(customer)).content.decode()

    assert "Customer edited" in page
    assert "they asked" in page
    assert "Italiano" in page


def test_page_asks_anonymous_to_sign_in(client: Client, customer: Customer) -> None:
    response = client.get(page_of(customer))

    assert response.headers["Location"] == f"/accounts/login/?next={page_of(customer)}"


def test_page_names_the_missing_right(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(page_of(customer))

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_page_of_another_partners_customer_is_not_found(
    partner: Partner, signed_in: SignIn
) -> None:
    theirs = CustomerFactory.create()

    response = signed_in(admin_agent(partner)).get(page_of(theirs))

    assert response.status_code == 404
    assert theirs.company not in response.content.decode()


def test_page_refuses_to_be_posted(partner: Partner, customer: Customer, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(page_of(customer)).status_code == 405


def test_page_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))
    ContactFactory.create(customer=customer)
    few = queries_of(client, page_of(customer))
    SubscriptionFactory.create_batch(29, customer=customer)
    ContactFactory.create_batch(29, customer=customer)

    assert queries_of(client, page_of(customer)) == few
