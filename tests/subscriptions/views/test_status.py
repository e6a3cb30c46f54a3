"""The status label by itself, which asks again until 21Vianet has confirmed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from subscriptions.models import (
    SEEN_SUSPENDED,
    ChangeStatus,
    HoldReason,
    StatusChange,
    Subscription,
)
from tests.factories.holds import held
from tests.factories.partners import admin_agent, help_desk_agent, member

SignIn = Callable[[User], Client]


@pytest.fixture
def phone(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(help_desk_agent(partner))


def label_of(subscription: Subscription) -> str:
    return reverse("subscriptions:status", args=[subscription.pk])


def test_status_is_a_fragment_that_says_since_when(
    subscription: Subscription, phone: Client
) -> None:
    label = phone.get(label_of(subscription)).content.decode()

    assert label.startswith("<span")
    assert "Active" in label
    assert "(Asia/Shanghai)" in label
    assert "hx-get" not in label


def test_status_asks_again_while_it_is_being_changed(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=admin_agent(partner))

    label = phone.get(label_of(subscription)).content.decode()

    assert "Suspending…" in label
    assert f'hx-get="{label_of(subscription)}"' in label


def test_status_that_needs_a_person_asks_no_more(
    partner: Partner, subscription: Subscription, phone: Client
) -> None:
    held(subscription, HoldReason.CUSTOMER_REQUEST, by=admin_agent(partner))
    StatusChange.objects.update(status=ChangeStatus.NEEDS_PERSON, last_error="access denied")

    label = phone.get(label_of(subscription)).content.decode()

    assert "Needs a person" in label
    assert "access denied" in label
    assert "hx-get" not in label


def test_status_says_when_21vianet_disagrees(subscription: Subscription, phone: Client) -> None:
    subscription.seen_status = SEEN_SUSPENDED
    subscription.save()

    label = phone.get(label_of(subscription)).content.decode()

    assert "21Vianet disagrees" in label


def test_status_never_read_says_so(subscription: Subscription, phone: Client) -> None:
    subscription.seen_at = None
    subscription.save()

    assert "Not read yet" in phone.get(label_of(subscription)).content.decode()


def test_status_that_nobody_knows_is_shown_as_it_came(
    subscription: Subscription, phone: Client
) -> None:
    subscription.seen_status = "<b>odd</b>"
    subscription.save()

    assert "&lt;b&gt;odd&lt;/b&gt;" in phone.get(label_of(subscription)).content.decode()


def test_status_asks_anonymous_to_sign_in(client: Client, subscription: Subscription) -> None:
    response = client.get(label_of(subscription))

    assert response.headers["Location"] == f"/accounts/login/?next={label_of(subscription)}"


def test_status_names_the_missing_right(
    partner: Partner, subscription: Subscription, signed_in: SignIn
) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(label_of(subscription))

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_status_of_another_partner_is_not_found(theirs: Subscription, phone: Client) -> None:
    assert phone.get(label_of(theirs)).status_code == 404


def test_status_refuses_to_be_posted(subscription: Subscription, phone: Client) -> None:
    assert phone.post(label_of(subscription)).status_code == 405
