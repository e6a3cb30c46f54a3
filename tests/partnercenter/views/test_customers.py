"""The list of customers: what it shows, filters and exports, and to whom."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import SEEN_SUSPENDED, DeletionClock
from tests.factories.billing import overdue_for
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
URL = reverse("customers")


def companies(client: Client, **query: str) -> list[str]:
    """The companies that the list shows."""
    return [row.customer.company for row in client.get(URL, query).context["rows"]]


def test_list_is_sorted_by_pinyin(partner: Partner, signed_in: SignIn) -> None:
    for company in ["中兴", "安徽", "Bosch", "北京"]:
        CustomerFactory.create(partner=partner, company=company)

    assert companies(signed_in(sales_agent(partner))) == ["安徽", "北京", "Bosch", "中兴"]


def test_list_shows_only_the_chosen_partner(partner: Partner, signed_in: SignIn) -> None:
    theirs = CustomerFactory.create()

    page = signed_in(admin_agent(partner)).get(URL).content.decode()

    assert theirs.company not in page


@pytest.mark.parametrize(
    "text", ["云启", "云启科技有限公司", "yunqi", "YQKJ", "yunqi.partner", "ＹＵＮＱＩ", " yunqi "]
)
def test_list_finds_every_spelling(partner: Partner, signed_in: SignIn, text: str) -> None:
    domain = "yunqi.partner.onmschina.cn"
    CustomerFactory.create(partner=partner, company="云启科技有限公司", domain=domain)
    CustomerFactory.create(partner=partner, company="天和", domain="tianhe.example")

    assert companies(signed_in(admin_agent(partner)), q=text) == ["云启科技有限公司"]


@pytest.mark.parametrize(("state", "expected"), [("suspended", ["A"]), ("deletion", ["A", "B"])])
def test_list_filters_by_subscriptions(
    partner: Partner, signed_in: SignIn, state: str, expected: list[str]
) -> None:
    SubscriptionFactory.create(
        customer__partner=partner,
        customer__company="A",
        seen_status=SEEN_SUSPENDED,
        deletion_clock=DeletionClock.AT_RISK,
    )
    SubscriptionFactory.create(
        customer__partner=partner, customer__company="B", deletion_clock=DeletionClock.AT_RISK
    )
    SubscriptionFactory.create(customer__partner=partner, customer__company="C")

    assert companies(signed_in(admin_agent(partner)), state=state) == expected


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"q": "a\x00b"}])
def test_list_shows_nothing_for_a_filter_it_does_not_know(
    partner: Partner, signed_in: SignIn, query: dict[str, str]
) -> None:
    CustomerFactory.create(partner=partner)

    assert companies(signed_in(admin_agent(partner)), **query) == []


@pytest.mark.parametrize(
    ("make", "sees"), [(billing_admin, True), (sales_agent, False), (help_desk_agent, False)]
)
def test_list_shows_what_is_owed_only_to_those_who_may(
    partner: Partner, signed_in: SignIn, make: Callable[[Partner], User], sees: bool
) -> None:
    overdue_for(CustomerFactory.create(partner=partner), days=12, net="7654.00")

    page = signed_in(make(partner)).get(URL).content.decode()

    assert ("8,113.24" in page) is sees
    assert ("Days overdue" in page) is sees


def test_list_goes_on_beyond_one_page(partner: Partner, signed_in: SignIn) -> None:
    CustomerFactory.create_batch(51, partner=partner)
    client = signed_in(admin_agent(partner))

    first = client.get(URL).context["page"]
    second = client.get(first.next_url).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert first.count_text == "51 entries"
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert client.get(second.previous_url).context["page"].rows == first.rows


def test_export_holds_exactly_what_is_filtered(partner: Partner, signed_in: SignIn) -> None:
    CustomerFactory.create(partner=partner, company="=cmd()", domain="a.example")
    CustomerFactory.create(partner=partner, company="天和")
    CustomerFactory.create(company="=theirs()")

    response = signed_in(help_desk_agent(partner)).get(URL, {"q": "cmd", "format": "csv"})

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("'=cmd(),")


def test_htmx_gets_the_table_and_everybody_else_the_page(
    partner: Partner, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))

    fragment = client.get(URL, headers={"HX-Request": "true"})
    boosted = client.get(URL, headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert fragment.content.decode().lstrip().startswith('<div class="section" id="table">')
    assert "<html" in boosted.content.decode()
    assert "HX-Request" in fragment.headers["Vary"]


def test_list_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    response = client.get(URL)

    assert response.headers["Location"] == f"/accounts/login/?next={URL}"


def test_list_names_the_missing_right(partner: Partner, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(URL)

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_list_refuses_to_be_posted(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(URL).status_code == 405


def test_list_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))
    overdue_for(SubscriptionFactory.create(customer__partner=partner).customer, days=3)
    few = queries_of(client, URL)
    SubscriptionFactory.create_batch(29, customer__partner=partner)

    assert queries_of(client, URL) == few
