"""What the register says on the customer's, the subscription's and the home page."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from partners.models import Partner
from partners.panels import Panel
from service_requests.models import ServiceRequest, Status, Topic
from service_requests.panels import customer_panel, home_panel, subscription_panel
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    help_desk_agent,
    member,
    sales_agent,
)
from tests.factories.service_requests import request_at
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


def _shown(panel: Panel | None) -> str:
    assert panel is not None
    return render_to_string(panel.template, {"panel": panel})


def test_customer_panel_lists_open_requests_and_the_way_to_a_new_one(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    request_at(Status.SUBMITTED, customer=customer, title="No mail")
    request_at(Status.CLOSED, customer=customer, title="Long done")

    shown = _shown(customer_panel(customer, help_desk_agent(partner)))

    assert "No mail" in shown
    assert "Long done" not in shown
    assert f"/requests/new/?customer={customer.pk}" in shown


def test_customer_panel_offers_sales_agents_no_new_request(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)

    shown = _shown(customer_panel(customer, sales_agent(partner)))

    assert "/requests/new/" not in shown


def test_customer_panel_hides_words_about_bills(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    request_at(
        Status.DRAFT, customer=customer, topic=Topic.BILLING_DISPUTE, title="¥ 88,410.50 disputed"
    )

    assert "88,410" not in _shown(customer_panel(customer, sales_agent(partner)))
    assert "88,410" in _shown(customer_panel(customer, billing_admin(partner)))


def test_people_without_role_get_no_panel(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)

    assert customer_panel(customer, member(partner)) is None


def test_subscription_panel_names_its_own_requests(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    subscription = SubscriptionFactory.create(customer=customer)
    request_at(Status.DRAFT, customer=customer, subscription=subscription, title="This one")
    request_at(Status.DRAFT, customer=customer, title="Another")

    shown = _shown(subscription_panel(subscription, admin_agent(partner)))

    assert "This one" in shown
    assert "Another" not in shown


def test_home_panel_names_missed_checks_answers_to_tell_and_drafts(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    missed = request_at(Status.SUBMITTED, customer=customer, title="Ask again")
    assert missed.filed_at is not None
    past = missed.filed_at.date() - timedelta(days=3)
    ServiceRequest.objects.filter(pk=missed.pk).update(next_check_on=past)
    request_at(Status.SUBMITTED, customer=customer, title="Not yet")
    request_at(Status.RESOLVED, customer=customer, title="Tell them")
    request_at(Status.DRAFT, customer=customer, title="File me")

    shown = _shown(home_panel(partner, help_desk_agent(partner)))

    assert [title for title in ("Ask again", "Tell them", "File me") if title not in shown] == []
    assert "Not yet" not in shown


def test_home_panel_is_left_out_when_nothing_is_due(partner: Partner) -> None:
    assert home_panel(partner, help_desk_agent(partner)) is None


def test_home_panel_is_not_for_sales_agents(partner: Partner) -> None:
    request_at(Status.DRAFT, customer=CustomerFactory.create(partner=partner))

    assert home_panel(partner, sales_agent(partner)) is None
