"""GET /requests/"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from partners.models import Partner, User
from service_requests.models import Kind, ServiceRequest, Status, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    help_desk_agent,
    member,
    sales_agent,
)
from tests.factories.service_requests import ServiceRequestFactory, request_at

pytestmark = pytest.mark.django_db
URL = "/requests/"
SignIn = Callable[[User], Client]


def _request(partner: Partner, status: Status = Status.DRAFT, **fields: Any) -> ServiceRequest:
    return request_at(status, customer=CustomerFactory.create(partner=partner), **fields)


def test_list_shows_the_partners_open_requests(partner: Partner, signed_in: SignIn) -> None:
    _request(partner, title="Nobody receives mail")
    _request(partner, Status.CLOSED, title="Long done")
    _request(PartnerFactory.create(), title="Somebody else's")

    page = signed_in(help_desk_agent(partner)).get(URL).content.decode()

    assert "Nobody receives mail" in page
    assert "Long done" not in page
    assert "Somebody else" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=customer_request", True),
        ("kind=partner_center_request", False),
        ("status=submitted", True),
        ("status=draft", False),
        ("status=all", True),
        ("topic=technical", True),
        ("topic=fraud_concern", False),
        ("check=due", True),
        ("check=overdue", True),
        ("q=SR-1", True),
        ("q=SR-2", False),
        ("kind=nonsense", False),
    ],
)
def test_filters_are_in_the_address(
    partner: Partner, signed_in: SignIn, query: str, expected: bool
) -> None:
    found = _request(partner, Status.SUBMITTED, title="Nobody receives mail")
    assert found.filed_at is not None
    missed = found.filed_at.date() - timedelta(days=3)
    ServiceRequest.objects.filter(pk=found.pk).update(next_check_on=missed)

    page = signed_in(help_desk_agent(partner)).get(f"{URL}?{query}").content.decode()

    assert ("Nobody receives mail" in page) is expected


def test_search_finds_the_company(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner)
    assert found.customer is not None

    page = signed_in(help_desk_agent(partner)).get(URL, {"q": found.customer.company})

    assert found.title in page.content.decode()


def test_words_about_a_bill_are_hidden_from_those_who_see_no_bill(
    partner: Partner, signed_in: SignIn
) -> None:
    _request(partner, topic=Topic.BILLING_DISPUTE, title="Disputes ¥ 88,410.50")
    client = signed_in(sales_agent(partner))

    page = client.get(URL).content.decode()
    export = b"".join(client.get(f"{URL}?format=csv"))

    assert "Billing dispute" in page
    assert "88,410" not in page + export.decode()


def test_export_holds_what_the_filters_show(partner: Partner, signed_in: SignIn) -> None:
    _request(partner, title="=cmd()")
    _request(partner, Status.SUBMITTED, title="Filed one")

    response = signed_in(admin_agent(partner)).get(f"{URL}?format=csv&status=draft")

    text = b"".join(response).decode()
    assert "'=cmd()" in text
    assert "Filed one" not in text


def test_second_page_continues_after_the_first(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    ServiceRequestFactory.create_batch(51, customer=customer, kind=Kind.CUSTOMER)
    client = signed_in(admin_agent(partner))

    first = client.get(URL).context["page"]
    second = client.get(first.next_url).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 1)


def test_htmx_gets_the_table_alone(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(admin_agent(partner)).get(URL, headers={"HX-Request": "true"})

    assert b'id="table"' in page.content
    assert b"<html" not in page.content


@pytest.mark.parametrize("rows", [1, 20])
def test_list_needs_a_constant_number_of_queries(
    partner: Partner,
    signed_in: SignIn,
    rows: int,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    customer = CustomerFactory.create(partner=partner)
    ServiceRequestFactory.create_batch(rows, customer=customer)
    client = signed_in(admin_agent(partner))

    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]  # a context manager
        client.get(URL)


def test_anonymous_is_sent_to_sign_in(client: Client) -> None:
    response = client.get(URL)

    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


def test_person_without_role_is_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(member(partner)).get(URL).status_code == 403


def test_post_is_not_allowed(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(URL).status_code == 405
