"""GET and POST /requests/new/"""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from partners.models import Partner, User
from service_requests.models import Kind, ServiceRequest, Topic
from subscriptions.models import Subscription
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    billing_admin,
    global_admin,
    help_desk_agent,
    sales_agent,
)
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db
URL = "/requests/new/"
SignIn = Callable[[User], Client]


@pytest.fixture
def subscription(partner: Partner) -> Subscription:
    customer = CustomerFactory.create(partner=partner)
    found: Subscription = SubscriptionFactory.create(customer=customer)
    return found


def _words(partner: Partner, **changes: object) -> dict[str, object]:
    return {
        "key": str(uuid.uuid4()),
        "partner": partner.pk,
        "kind": Kind.CUSTOMER.value,
        "severity": "moderate",
        "title": "No mail",
        "text": "No mail arrives.",
        "text_zh": "",
        **changes,
    }


def test_page_is_prefilled_from_the_subscription(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    client = signed_in(help_desk_agent(partner))

    page = client.get(URL, {"subscription": str(subscription.pk), "topic": "wrongly_suspended"})

    form = page.context["form"]
    assert subscription.pc_id in form["text"].value()
    assert subscription.customer.tenant_id in form["text_zh"].value()
    assert form["severity"].value() == "critical"


def test_post_saves_the_draft_and_shows_it(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    person = help_desk_agent(partner)
    url = f"{URL}?subscription={subscription.pk}&topic=technical"

    response = signed_in(person).post(url, _words(partner))

    drafted = ServiceRequest.objects.get()
    assert response.headers["Location"] == f"/requests/{drafted.pk}/"
    assert (drafted.subscription, drafted.customer) == (subscription, subscription.customer)
    assert (drafted.topic, drafted.created_by) == (Topic.TECHNICAL, person)


def test_second_click_makes_no_second_draft(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    client, words = signed_in(help_desk_agent(partner)), _words(partner)
    url = f"{URL}?customer={subscription.customer_id}"

    first = client.post(url, words)
    second = client.post(url, words)

    assert first.headers["Location"] == second.headers["Location"]
    assert ServiceRequest.objects.count() == 1


def test_empty_text_is_refused(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    url = f"{URL}?customer={subscription.customer_id}"

    response = signed_in(help_desk_agent(partner)).post(url, _words(partner, text=""))

    assert response.status_code == 422
    assert not ServiceRequest.objects.exists()


def test_without_customer_it_is_a_partner_center_request(
    partner: Partner, signed_in: SignIn
) -> None:
    words = _words(partner, kind=Kind.PARTNER_CENTER.value)

    signed_in(global_admin(partner)).post(f"{URL}?topic=wrong_bill", words)

    drafted = ServiceRequest.objects.get()
    assert (drafted.customer, drafted.kind, drafted.topic) == (
        None,
        Kind.PARTNER_CENTER,
        Topic.WRONG_BILL,
    )


def test_customer_request_without_customer_is_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(global_admin(partner)).post(URL, _words(partner)).status_code == 422


def test_topics_about_bills_are_offered_only_to_those_who_see_them(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    query = {"customer": str(subscription.customer_id), "topic": "billing_dispute"}

    page = signed_in(help_desk_agent(partner)).get(URL, query)

    labels = {chip["label"] for chip in page.context["topics"]}
    assert "Billing dispute" not in labels
    assert "Technical problem" in labels
    assert "disputes a charge" not in page.content.decode()


def test_post_after_switching_the_partner_is_409(partner: Partner, signed_in: SignIn) -> None:
    other = PartnerFactory.create()
    words = _words(other, kind=Kind.PARTNER_CENTER.value)

    response = signed_in(global_admin(partner)).post(URL, words)

    assert response.status_code == 409
    assert not ServiceRequest.objects.exists()


def test_search_on_the_page_leads_to_the_customer(
    partner: Partner, signed_in: SignIn, subscription: Subscription
) -> None:
    company = subscription.customer.company

    page = signed_in(admin_agent(partner)).get(URL, {"find": company}).content.decode()

    assert f"?customer={subscription.customer_id}" in page


@pytest.mark.parametrize("query", ["customer=999999", "subscription=999999", "customer=x"])
def test_unknown_subject_is_404(partner: Partner, signed_in: SignIn, query: str) -> None:
    assert signed_in(admin_agent(partner)).get(f"{URL}?{query}").status_code == 404


def test_somebody_elses_customer_is_404(partner: Partner, signed_in: SignIn) -> None:
    query: dict[str, int] = {"customer": CustomerFactory.create().pk}

    assert signed_in(admin_agent(partner)).get(URL, query).status_code == 404


@pytest.mark.parametrize("person", [sales_agent, billing_admin])
def test_other_roles_are_refused(
    partner: Partner, signed_in: SignIn, person: Callable[[Partner], User]
) -> None:
    assert signed_in(person(partner)).get(URL).status_code == 403


def test_anonymous_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302


def test_delete_is_not_allowed(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).delete(URL).status_code == 405
