"""The list of subscriptions: what it shows, filters and exports, and to whom."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import (
    SEEN_SUSPENDED,
    ChangeStatus,
    DeletionClock,
    HoldReason,
    StatusChange,
    Subscription,
)
from tests.factories.holds import held
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
URL = reverse("subscriptions:list")


@pytest.fixture
def agent(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(admin_agent(partner))


def shown(client: Client, **query: str) -> list[Subscription]:
    """The subscriptions that the list shows."""
    return [subscription for subscription, _label in client.get(URL, query).context["rows"]]


def test_list_shows_only_the_chosen_partner(
    agent: Client, subscription: Subscription, theirs: Subscription
) -> None:
    assert shown(agent) == [subscription]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Visio", True),
        ("visio plan", True),
        ("yunqi", True),
        ("云启", True),
        ("project", False),
        ("100%", False),
    ],
)
def test_list_finds_by_name_offer_and_customer(
    partner: Partner, agent: Client, text: str, is_found: bool
) -> None:
    SubscriptionFactory.create(
        customer__partner=partner, customer__company="云启科技", friendly_name="Visio Plan 2"
    )

    assert bool(shown(agent, q=text)) is is_found


def test_list_finds_by_id(agent: Client, subscription: Subscription) -> None:
    assert shown(agent, q=subscription.pc_id.upper()) == [subscription]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", ["active", "suspended", "moving", "person", "differing"]),
        ("active", ["active", "moving", "person", "differing"]),
        ("suspended", ["suspended"]),
        ("moving", ["moving"]),
        ("person", ["person"]),
        ("differing", ["moving", "person", "differing"]),
        ("deletion", ["suspended"]),
    ],
)
def test_list_filters_by_status(
    partner: Partner, agent: Client, status: str, expected: list[str]
) -> None:
    boss = admin_agent(partner)
    states = ["active", "suspended", "moving", "person", "differing"]
    made = {
        state: SubscriptionFactory.create(customer__partner=partner, friendly_name=state)
        for state in states
    }
    for state in ["moving", "person", "differing"]:
        held(made[state], HoldReason.CUSTOMER_REQUEST, by=boss)
    StatusChange.objects.filter(subscription=made["differing"]).delete()
    StatusChange.objects.filter(subscription=made["person"]).update(
        status=ChangeStatus.NEEDS_PERSON
    )
    Subscription.objects.filter(pk=made["suspended"].pk).update(
        seen_status=SEEN_SUSPENDED, desired_status="suspended", deletion_clock=DeletionClock.AT_RISK
    )

    assert [str(each) for each in shown(agent, status=status)] == expected


def test_list_shows_nothing_for_a_filter_it_does_not_know(
    agent: Client, subscription: Subscription
) -> None:
    assert shown(agent, status="nonsense") == []


def test_list_shows_when_data_is_deleted(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    subscription.deletion_clock = DeletionClock.KNOWN
    subscription.data_deletion_on = date(2027, 1, 9)
    subscription.save()

    assert "9 Jan 2027" in agent.get(URL).content.decode()


@pytest.mark.parametrize(
    ("make", "may"), [(sales_agent, True), (billing_admin, False), (help_desk_agent, False)]
)
def test_list_offers_bulk_actions_only_to_those_who_may(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    may: bool,
) -> None:
    page = signed_in(make(partner)).get(URL).content.decode()

    assert (reverse("bulk_suspend") in page) is may


def test_list_goes_on_beyond_one_page(partner: Partner, agent: Client) -> None:
    SubscriptionFactory.create_batch(51, customer__partner=partner, friendly_name="E3")
    SubscriptionFactory.create(
        customer__partner=partner, friendly_name="Visio", offer_name="Visio Plan 2"
    )

    first = agent.get(URL, {"q": "E3"}).context["page"]
    second = agent.get(first.next_url).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 1)
    assert "q=E3" in first.next_url
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


def test_export_holds_exactly_what_is_filtered(partner: Partner, agent: Client) -> None:
    SubscriptionFactory.create_batch(51, customer__partner=partner, friendly_name="E3")
    SubscriptionFactory.create(customer__partner=partner, friendly_name="=HYPERLINK(1)")
    SubscriptionFactory.create(friendly_name="E3 of somebody else")

    response = agent.get(URL, {"q": "HYPERLINK", "format": "csv"})
    everything = b"".join(agent.get(URL, {"format": "csv"}))

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",'=HYPERLINK(1)," in lines[1]
    assert len(everything.splitlines()) == 53


def test_htmx_gets_the_table_and_everybody_else_the_page(agent: Client) -> None:
    fragment = agent.get(URL, headers={"HX-Request": "true"})
    boosted = agent.get(URL, headers={"HX-Request": "true", "HX-Boosted": "true"})

    assert fragment.content.decode().lstrip().startswith('<div class="section" id="table">')
    assert "<html" in boosted.content.decode()
    assert "HX-Request" in fragment.headers["Vary"]


def test_list_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_list_names_the_missing_right(partner: Partner, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(URL)

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_list_refuses_to_be_posted(agent: Client) -> None:
    assert agent.post(URL).status_code == 405


def test_list_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    boss = admin_agent(partner)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=boss)
    few = queries_of(agent, URL)
    for each in SubscriptionFactory.create_batch(29, customer__partner=partner):
        held(each, HoldReason.CUSTOMER_REQUEST, by=boss)

    assert queries_of(agent, URL) == few
