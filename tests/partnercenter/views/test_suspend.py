"""The dialog that suspends one subscription."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collections_policy.gate import Requirement
from customers.models import Customer
from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission
from subscriptions.models import SEEN_DELETED, Hold, HoldReason, HoldSource, Subscription
from tests.factories.billing import overdue_for
from tests.factories.holds import held, owing_customer
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent
from tests.factories.subscriptions import SubscriptionFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def agent(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(admin_agent(partner))


@pytest.fixture
def seller(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(sales_agent(partner))


def dialog_of(subscription: Subscription) -> str:
    return reverse("suspend", args=[subscription.pk])


def answer(reason: HoldReason, **fields: str) -> dict[str, str]:
    """What a person fills in."""
    return {"reason": reason.value, "note": "they called", **fields}


@pytest.mark.parametrize(
    "reason", [HoldReason.FRAUD, HoldReason.MISUSE, HoldReason.CUSTOMER_REQUEST]
)
def test_suspend_places_a_hold_with_its_reason(
    agent: Client, subscription: Subscription, reason: HoldReason
) -> None:
    agent.post(dialog_of(subscription), answer(reason))

    hold = Hold.objects.get()
    assert (hold.reason, hold.note, hold.source_kind) == (reason, "they called", HoldSource.PERSON)
    assert AuditEntry.objects.filter(kind="hold.placed", reason="they called").count() == 1


@pytest.mark.parametrize(
    ("reason", "query"),
    [(HoldReason.FRAUD, "?next=request"), (HoldReason.CUSTOMER_REQUEST, "")],
)
def test_suspend_goes_on_to_the_page_of_the_subscription(
    agent: Client, subscription: Subscription, reason: HoldReason, query: str
) -> None:
    response = agent.post(dialog_of(subscription), answer(reason))

    page = reverse("subscription", args=[subscription.pk])
    assert response.headers["Location"] == f"{page}{query}"


def test_suspend_for_non_payment_places_a_hold_of_the_case(
    seller: Client, subscription: Subscription
) -> None:
    owing_customer(subscription)

    response = seller.post(dialog_of(subscription), answer(HoldReason.NON_PAYMENT))

    assert response.status_code == 302
    assert Hold.objects.get().source_kind == HoldSource.CASE


def test_suspend_for_non_payment_is_refused_with_words(
    agent: Client, subscription: Subscription
) -> None:
    response = agent.post(dialog_of(subscription), answer(HoldReason.NON_PAYMENT))

    assert response.status_code == 422
    assert Requirement.OVERDUE.lacking in response.content.decode()
    assert not Hold.objects.exists()


def test_suspend_for_non_payment_waits_until_new_facts_are_judged(
    agent: Client, subscription: Subscription
) -> None:
    overdue_for(subscription.customer, days=25)

    response = agent.post(dialog_of(subscription), answer(HoldReason.NON_PAYMENT))

    assert response.status_code == 422
    assert "new payment data is being checked" in response.content.decode()


def test_dialog_names_the_earliest_day_of_deletion(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 21, tzinfo=UTC), tick=False):
        client = signed_in(admin_agent(partner))
        page = client.get(dialog_of(subscription)).content.decode()

    assert "21 Jan 2027" in page


def test_dialog_names_no_amount_to_a_sales_agent(
    seller: Client, subscription: Subscription
) -> None:
    owing_customer(subscription)

    page = seller.get(dialog_of(subscription)).content.decode()

    assert "8,113" not in page
    assert 'value="non_payment"' in page


@pytest.mark.parametrize("reason", [HoldReason.FRAUD, HoldReason.MISUSE])
def test_suspend_for_security_needs_the_right(
    seller: Client, subscription: Subscription, reason: HoldReason
) -> None:
    response = seller.post(dialog_of(subscription), answer(reason))

    assert response.status_code == 422
    assert "needs an admin agent or global admin" in response.content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        answer(HoldReason.CUSTOMER_REQUEST, note=""),
        answer(HoldReason.CUSTOMER_REQUEST, note="   "),
        answer(HoldReason.OPERATOR),
        {"reason": "nonsense", "note": "they called"},
        {"note": "they called"},
    ],
    ids=["empty", "no note", "blank note", "not by hand", "unknown", "no reason"],
)
def test_suspend_refuses_an_incomplete_answer(
    agent: Client, subscription: Subscription, data: dict[str, str]
) -> None:
    response = agent.post(dialog_of(subscription), data)

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_suspend_refuses_what_21vianet_deleted(agent: Client, subscription: Subscription) -> None:
    subscription.seen_status = SEEN_DELETED
    subscription.save()

    response = agent.post(dialog_of(subscription), answer(HoldReason.CUSTOMER_REQUEST))

    assert response.status_code == 422
    assert "21Vianet has deleted this subscription." in response.content.decode()


def test_suspend_from_a_stale_page_is_told_and_places_nothing(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    shown = agent.get(dialog_of(subscription)).context["form"]["state"].value()
    held(subscription, HoldReason.FRAUD, by=admin_agent(partner))

    response = agent.post(dialog_of(subscription), answer(HoldReason.CUSTOMER_REQUEST, state=shown))

    assert response.status_code == 422
    assert "has changed since this page was opened" in response.content.decode()
    assert Hold.objects.count() == 1


def test_suspend_again_after_a_stale_page_works(
    partner: Partner, agent: Client, subscription: Subscription
) -> None:
    held(subscription, HoldReason.FRAUD, by=admin_agent(partner))
    told = agent.post(dialog_of(subscription), answer(HoldReason.CUSTOMER_REQUEST, state="older"))
    now = told.context["form"]["state"].value()

    agent.post(dialog_of(subscription), answer(HoldReason.CUSTOMER_REQUEST, state=now))

    assert Hold.objects.count() == 2


def test_second_click_places_one_hold(agent: Client, subscription: Subscription) -> None:
    data = answer(HoldReason.CUSTOMER_REQUEST)
    agent.post(dialog_of(subscription), data)
    agent.post(dialog_of(subscription), data)

    assert Hold.objects.count() == 1
    assert subscription.status_changes.count() == 1


def test_dialog_says_what_will_happen(agent: Client, subscription: Subscription) -> None:
    SubscriptionFactory.create(
        customer=subscription.customer, base=subscription, friendly_name="Audio conferencing"
    )

    page = agent.get(dialog_of(subscription)).content.decode()

    assert "25 people can no longer sign in" in page
    assert "Administrators of the customer can still sign in" in page
    assert "Suspended with it: Audio conferencing." in page
    assert "Suspend 25 seats" in page


def test_dialog_is_the_same_part_of_page_and_fragment(
    agent: Client, subscription: Subscription
) -> None:
    page = agent.get(dialog_of(subscription)).content.decode()
    fragment = agent.get(dialog_of(subscription), headers={"HX-Request": "true"})

    assert '<section class="confirm" id="confirm"' in page
    assert '<section class="confirm" id="confirm"' in fragment.content.decode()


def test_dialog_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.post(dialog_of(subscription), answer(HoldReason.FRAUD))

    assert response.headers["Location"] == f"/accounts/login/?next={dialog_of(subscription)}"
    assert not Hold.objects.exists()


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_suspend_names_the_missing_right(
    partner: Partner,
    subscription: Subscription,
    signed_in: SignIn,
    make: Callable[[Partner], User],
) -> None:
    response = signed_in(make(partner)).post(dialog_of(subscription), answer(HoldReason.FRAUD))

    assert response.status_code == 403
    assert Permission.SUSPEND.label in response.content.decode()
    assert not Hold.objects.exists()


def test_suspend_needs_the_right_at_the_subscriptions_own_partner(
    partner: Partner, theirs: Subscription, signed_in: SignIn
) -> None:
    person = admin_agent(partner)
    person.memberships.create(partner=theirs.partner, agent_role="help_desk_agent")

    response = signed_in(person).post(dialog_of(theirs), answer(HoldReason.FRAUD))

    assert response.status_code == 403
    assert not Hold.objects.exists()


def test_suspend_of_another_partners_subscription_is_not_found(
    agent: Client, theirs: Subscription
) -> None:
    response = agent.post(dialog_of(theirs), answer(HoldReason.CUSTOMER_REQUEST))

    assert response.status_code == 404
    assert not Hold.objects.exists()


def test_suspend_takes_no_other_method(agent: Client, subscription: Subscription) -> None:
    assert agent.put(dialog_of(subscription)).status_code == 405


def test_suspend_ignores_fields_that_it_does_not_ask_for(
    agent: Client, subscription: Subscription, theirs: Subscription
) -> None:
    extras = {"partner": str(theirs.partner_id), "subscription": str(theirs.pk), "source_id": "1"}

    agent.post(dialog_of(subscription), answer(HoldReason.CUSTOMER_REQUEST, **extras))

    hold = Hold.objects.get()
    assert (hold.subscription, hold.partner) == (subscription, subscription.partner)
    assert not Customer.objects.filter(facts_version__gt=0).exists()
