"""Suspending many subscriptions at once."""

from collections.abc import Callable, Iterable

import pytest
from django.test import Client
from django.urls import reverse

from collections_policy.gate import Requirement
from partners.models import Partner, User
from partners.permissions import Permission
from subscriptions.models import SEEN_DELETED, Hold, HoldReason, HoldSource, Subscription
from tests.factories.holds import owing_customer
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent
from tests.factories.subscriptions import SubscriptionFactory
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = reverse("bulk_suspend")


@pytest.fixture
def agent(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(admin_agent(partner))


def chosen(partner: Partner, ids: Iterable[object]) -> list[tuple[str, str]]:
    """What ticking rows puts into the address."""
    return [("partner", str(partner.pk)), *(("ids", str(pk)) for pk in ids)]


def answer(
    *rows: Subscription,
    partner: Partner,
    reason: HoldReason = HoldReason.CUSTOMER_REQUEST,
    note: str = "they called",
) -> dict[str, object]:
    """What a person fills in for these."""
    ids = [subscription.pk for subscription in rows]
    return {"partner": partner.pk, "ids": ids, "reason": reason.value, "note": note}


def test_bulk_suspends_each(partner: Partner, agent: Client) -> None:
    ticked = SubscriptionFactory.create_batch(3, customer__partner=partner)

    response = agent.post(URL, answer(*ticked, partner=partner), follow=True)

    assert Hold.objects.filter(note="they called").count() == 3
    assert "3 are being changed." in response.content.decode()


def test_bulk_names_each_failure_and_does_the_rest(partner: Partner, agent: Client) -> None:
    deleted, other = SubscriptionFactory.create_batch(2, customer__partner=partner)
    deleted.seen_status = SEEN_DELETED
    deleted.save()

    response = agent.post(URL, answer(deleted, other, partner=partner), follow=True)

    page = response.content.decode()
    assert f"{deleted.customer.company} · {deleted}: deleted at 21Vianet" in page
    assert "1 subscription is being changed." in page
    assert Hold.objects.get().subscription == other


def test_bulk_suspends_for_non_payment_only_who_is_ready(partner: Partner, agent: Client) -> None:
    ready, not_ready = SubscriptionFactory.create_batch(2, customer__partner=partner)
    owing_customer(ready)

    response = agent.post(
        URL, answer(ready, not_ready, partner=partner, reason=HoldReason.NON_PAYMENT), follow=True
    )

    hold = Hold.objects.get()
    assert (hold.subscription, hold.source_kind) == (ready, HoldSource.CASE)
    assert (
        f"{not_ready.customer.company} · {not_ready}: {Requirement.OVERDUE.lacking}"
        in response.content.decode()
    )


def test_bulk_for_security_needs_the_right(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    response = signed_in(sales_agent(partner)).post(
        URL, answer(subscription, partner=partner, reason=HoldReason.FRAUD)
    )

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_bulk_needs_a_note(partner: Partner, agent: Client, subscription: Subscription) -> None:
    response = agent.post(URL, answer(subscription, partner=partner, note=" "))

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_bulk_page_says_how_many_and_for_which_partner(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    page = agent.get(URL, chosen(partner, [subscription.pk])).content.decode()

    assert "Suspend 1 subscription?" in page
    assert partner.name in page
    assert subscription.customer.company in page


@pytest.mark.parametrize("ids", [[], ["x"], ["²"], ["9" * 5000], ["999999999999999999"]])
def test_bulk_with_nothing_chosen_says_so(partner: Partner, agent: Client, ids: list[str]) -> None:
    response = agent.get(URL, chosen(partner, ids), follow=True)

    assert "Nothing was chosen. Tick the rows first." in response.content.decode()


@pytest.mark.parametrize(("count", "is_refused"), [(200, False), (201, True)])
def test_bulk_refuses_more_than_200(
    partner: Partner, agent: Client, count: int, is_refused: bool
) -> None:
    ids = list(range(1, count + 1))

    response = agent.post(URL, {"partner": partner.pk, "ids": ids}, follow=True)

    assert ("At most 200 subscriptions" in response.content.decode()) is is_refused


def test_bulk_from_another_partners_page_is_a_conflict(
    agent: Client, subscription: Subscription, theirs: Subscription
) -> None:
    response = agent.post(URL, answer(subscription, partner=theirs.partner))

    assert response.status_code == 409
    assert "You have switched to another partner since." in response.content.decode()
    assert not Hold.objects.exists()


def test_bulk_leaves_out_another_partners_subscriptions(
    partner: Partner, agent: Client, subscription: Subscription, theirs: Subscription
) -> None:
    response = agent.post(URL, answer(subscription, theirs, partner=partner), follow=True)

    assert Hold.objects.get().subscription == subscription
    assert theirs.customer.company not in response.content.decode()


def test_second_click_places_one_hold_each(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    agent.post(URL, answer(subscription, partner=partner))
    agent.post(URL, answer(subscription, partner=partner))

    assert Hold.objects.count() == 1


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
    assert not Hold.objects.exists()


def test_bulk_takes_no_other_method(agent: Client) -> None:
    assert agent.put(URL).status_code == 405


def test_bulk_page_asks_the_same_queries_for_one_and_for_thirty(
    partner: Partner, agent: Client
) -> None:
    ticked = SubscriptionFactory.create_batch(30, customer__partner=partner)
    ids = "".join(f"&ids={subscription.pk}" for subscription in ticked)

    few = queries_of(agent, f"{URL}?partner={partner.pk}&ids={ticked[0].pk}")

    assert queries_of(agent, f"{URL}?partner={partner.pk}{ids}") == few
