"""Home: set-up steps, what needs me, whose data is deleted soonest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from partners import clock
from partners.models import AdminRole, Partner, User
from subscriptions.models import (
    SEEN_SUSPENDED,
    ChangeStatus,
    DeletionClock,
    HoldReason,
    StatusChange,
    Subscription,
)
from tests.factories.billing import draft_of
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.holds import held
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    global_admin,
    help_desk_agent,
    member,
    sales_agent,
)
from tests.factories.subscriptions import SubscriptionFactory
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = "/"


def test_home_begins_with_six_steps(partner: Partner, signed_in: SignIn) -> None:
    steps = signed_in(global_admin(partner)).get(URL).context["steps"]

    assert len(steps) == 6
    assert [step.is_done for step in steps] == [False] * 6
    assert [step.is_current for step in steps] == [True] + [False] * 5


def test_home_ticks_off_what_is_done(partner: Partner, signed_in: SignIn) -> None:
    customer = ContactFactory.create(customer__partner=partner).customer
    draft_of(customer)
    sales_agent(partner)

    steps = signed_in(global_admin(partner)).get(URL).context["steps"]

    assert [step.is_done for step in steps] == [False, True, False, True, True, False]


def test_home_tells_people_without_a_role_whom_to_ask(partner: Partner, signed_in: SignIn) -> None:
    boss = global_admin(partner)

    page = signed_in(member(partner)).get(URL).content.decode()

    assert "You have no role yet" in page
    assert boss.email in page


def test_home_of_a_person_without_any_partner(signed_in: SignIn, db: None) -> None:
    stranger = User.objects.create_user("new@partner.example", name="New")

    response = signed_in(stranger).get(URL)

    assert response.status_code == 200
    assert "You have no role yet" in response.content.decode()


def test_home_shows_people_managers_no_customer(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    page = signed_in(manager).get(URL).content.decode()

    assert "You have no role yet" in page
    assert subscription.customer.company not in page


def test_home_names_changes_that_need_a_person(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    agent = admin_agent(partner)
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=agent)
    StatusChange.objects.update(status=ChangeStatus.NEEDS_PERSON)

    todos = signed_in(agent).get(URL).context["todos"]

    assert (1, "/subscriptions/?status=person") in [(todo.count, todo.url) for todo in todos]


@pytest.mark.parametrize(
    ("make", "expected"), [(billing_admin, True), (sales_agent, False), (help_desk_agent, False)]
)
def test_home_asks_to_issue_drafts_only_who_may(
    partner: Partner, signed_in: SignIn, make: Callable[[Partner], User], expected: bool
) -> None:
    draft_of(CustomerFactory.create(partner=partner))

    todos = signed_in(make(partner)).get(URL).context["todos"]

    is_asked = f"{reverse('billing:invoices')}?status=draft" in [todo.url for todo in todos]
    assert is_asked or any(todo.url.startswith("/billing/invoices/") for todo in todos) == expected


def test_home_asks_in_november_for_the_next_years_working_days(
    partner: Partner, signed_in: SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 11, 2, 4, tzinfo=UTC), tick=False)

    page = signed_in(global_admin(partner)).get("/").content.decode()

    assert "years whose working days nobody has confirmed" in page
    assert "/settings/calendar/?year=2027" in page


def test_home_asks_people_who_may_not_confirm_for_no_year(
    partner: Partner, signed_in: SignIn, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 11, 2, 4, tzinfo=UTC), tick=False)

    page = signed_in(admin_agent(partner)).get("/").content.decode()

    assert "/settings/calendar/" not in page


@pytest.mark.parametrize(("days", "is_shown"), [(29, True), (30, True), (31, False)])
def test_home_shows_data_deleted_within_thirty_days(
    partner: Partner, subscription: Subscription, signed_in: SignIn, days: int, is_shown: bool
) -> None:
    subscription.seen_status = SEEN_SUSPENDED
    subscription.deletion_clock = DeletionClock.KNOWN
    subscription.data_deletion_on = clock.business_date(partner) + timedelta(days=days)
    subscription.save()

    deletions = signed_in(admin_agent(partner)).get(URL).context["deletions"]

    assert deletions == ([(subscription, days)] if is_shown else [])


def test_home_counts_only_the_chosen_partner(
    partner: Partner, theirs: Subscription, signed_in: SignIn
) -> None:
    stats = signed_in(admin_agent(partner)).get(URL).context["stats"]

    assert {stat["value"] for stat in stats} == {0}


def test_home_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    response = client.get(URL)

    assert response.headers["Location"].startswith("/accounts/login/")


def test_home_refuses_to_be_posted(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(URL).status_code == 405


def test_home_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))
    few = queries_of(client, URL)
    SubscriptionFactory.create_batch(29, customer__partner=partner)

    assert queries_of(client, URL) == few
