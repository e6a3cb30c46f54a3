"""/collections/cases/<id>/suspend/: a person approves what the sweep proposed."""

from collections.abc import Callable

import pytest
from django.test import Client

from collections_policy.models import Case
from partners.models import AuditEntry
from subscriptions.models import Hold, Subscription
from tests.factories.billing import receipt_from
from tests.factories.collections import case_at
from tests.factories.partners import PartnerFactory
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


def url(case: Case) -> str:
    return f"/collections/cases/{case.pk}/suspend/"


@pytest.fixture
def subscription(case: Case) -> Subscription:
    return SubscriptionFactory.create(customer=case.customer)


def chosen(*subscriptions: Subscription) -> dict[str, object]:
    return {"subscriptions": [each.pk for each in subscriptions], "note": "three letters"}


def test_suspend_says_what_it_does(agent: Client, case: Case, subscription: Subscription) -> None:
    content = agent.get(url(case)).content.decode()

    assert str(subscription) in content
    assert "Administrators of the customer can still sign in" in content


def test_suspend_holds_what_is_chosen(
    agent: Client, case: Case, subscription: Subscription
) -> None:
    other = SubscriptionFactory.create(customer=case.customer)

    response = agent.post(url(case), chosen(subscription))

    assert response.status_code == 302
    assert Hold.objects.get().subscription == subscription
    assert not Hold.objects.filter(subscription=other).exists()


def test_suspend_clicked_twice_is_once(
    agent: Client, case: Case, subscription: Subscription
) -> None:
    agent.post(url(case), chosen(subscription))

    agent.post(url(case), chosen(subscription))

    assert Hold.objects.count() == 1
    assert AuditEntry.objects.filter(kind="hold.placed").count() == 1


def test_suspend_without_a_choice_is_refused(agent: Client, case: Case) -> None:
    response = agent.post(url(case), {"note": "three letters"})

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_suspend_after_payment_is_refused_by_name(
    agent: Client, case: Case, subscription: Subscription
) -> None:
    receipt_from(case.customer, "1060.00")

    response = agent.post(url(case), chosen(subscription))

    assert response.status_code == 422
    assert "nothing is overdue" in response.content.decode()
    assert not Hold.objects.exists()


def test_suspend_takes_only_the_customers_own(agent: Client, case: Case) -> None:
    theirs = SubscriptionFactory.create()

    response = agent.post(url(case), chosen(theirs))

    assert response.status_code == 422
    assert not Hold.objects.exists()


@pytest.mark.parametrize("role", ["billing_admin", "sales_agent", "help_desk"])
def test_suspend_is_refused_to_who_may_not(
    as_role: Callable[[str], Client], case: Case, subscription: Subscription, role: str
) -> None:
    response = as_role(role).post(url(case), chosen(subscription))

    assert response.status_code == 403
    assert not Hold.objects.exists()


def test_suspend_asks_visitors_to_sign_in(client: Client, case: Case) -> None:
    assert client.post(url(case)).status_code == 302


def test_suspend_of_another_partner_is_not_found(agent: Client) -> None:
    assert agent.post(url(case_at(PartnerFactory.create(), 25))).status_code == 404
