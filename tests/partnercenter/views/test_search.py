"""Search finds by whatever a caller reads out."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from tests.factories.billing import issued_to
from tests.factories.customers import CustomerFactory
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
URL = reverse("search")
TENANT = "6f1c0f38-0000-4000-8000-00000000abcd"


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(
        partner=partner,
        company="云启科技有限公司",
        domain="yunqi.partner.onmschina.cn",
        tenant_id=TENANT,
    )


@pytest.mark.parametrize(
    "text",
    [
        "云启科技有限公司",
        "云启科技",
        "启科",
        "yunqikeji",
        "yqkj",
        "YunQi",
        "ｙｕｎｑｉ",
        "yunqi.partner.onmschina.cn",
        "wang@yunqi.partner.onmschina.cn",
        "Wang@YUNQI.partner.onmschina.cn",
        TENANT,
        TENANT.upper(),
        f"  {TENANT} ",
    ],
)
def test_search_opens_the_only_customer(
    partner: Partner, customer: Customer, signed_in: SignIn, text: str
) -> None:
    CustomerFactory.create(partner=partner, company="天和", domain="tianhe.example")

    response = signed_in(help_desk_agent(partner)).get(URL, {"q": text})

    assert response.headers["Location"] == reverse("customer", args=[customer.pk])


def test_search_opens_a_subscription_by_its_id(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    subscription = SubscriptionFactory.create(customer=customer)

    response = signed_in(help_desk_agent(partner)).get(URL, {"q": subscription.pc_id.upper()})

    assert response.headers["Location"] == reverse("subscription", args=[subscription.pk])


@pytest.mark.parametrize(
    ("make", "finds"),
    [(billing_admin, True), (admin_agent, True), (sales_agent, False), (help_desk_agent, False)],
)
def test_search_finds_an_invoice_only_for_those_who_may(
    partner: Partner,
    customer: Customer,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    finds: bool,
) -> None:
    invoice = issued_to(customer)

    response = signed_in(make(partner)).get(URL, {"q": str(invoice.number).lower()})

    assert (response.status_code == 302) is finds
    assert reverse("billing:invoice", args=[invoice.pk]).encode() not in response.content


def test_search_lists_several(partner: Partner, customer: Customer, signed_in: SignIn) -> None:
    other = CustomerFactory.create(partner=partner, company="云帆")

    page = signed_in(sales_agent(partner)).get(URL, {"q": "云"})
    pages = signed_in(sales_agent(partner)).get(URL, {"q": "yun"}).content.decode()

    assert page.status_code == 200
    assert customer.company in pages
    assert other.company in pages


@pytest.mark.parametrize("text", ["", " ", "云", "nothing", "%", "__", "a\x00b", "\x00", "'; --"])
def test_search_without_a_match_says_so(
    partner: Partner, customer: Customer, signed_in: SignIn, text: str
) -> None:
    response = signed_in(sales_agent(partner)).get(URL, {"q": text})

    assert response.status_code == 200
    assert "Nothing found for" in response.content.decode()


def test_search_finds_nothing_of_another_partner(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    stranger = admin_agent(CustomerFactory.create().partner)

    page = signed_in(stranger).get(URL, {"q": "云启"}).content.decode()

    assert customer.company not in page


def test_search_finds_over_all_of_a_persons_partners(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    person = admin_agent(CustomerFactory.create().partner)
    person.memberships.create(partner=partner, agent_role="help_desk_agent")

    response = signed_in(person).get(URL, {"q": "云启"})

    assert response.headers["Location"] == reverse("customer", args=[customer.pk])


def test_search_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_search_names_the_missing_right(partner: Partner, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(URL, {"q": "yun"})

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_search_refuses_to_be_posted(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).post(URL).status_code == 405


def test_search_asks_the_same_queries_for_two_and_for_twenty(
    partner: Partner, signed_in: SignIn
) -> None:
    CustomerFactory.create_batch(2, partner=partner, company="云启")
    client = signed_in(admin_agent(partner))
    few = queries_of(client, f"{URL}?q=yunqi")
    CustomerFactory.create_batch(18, partner=partner, company="云启")

    assert queries_of(client, f"{URL}?q=yunqi") == few
