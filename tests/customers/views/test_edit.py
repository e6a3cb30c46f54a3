"""Changing what we call a customer, and the language we write in."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent

SignIn = Callable[[User], Client]
ANSWER = {"short_name": "云启", "language": "it", "reason": "their wish"}


@pytest.fixture
def seller(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(sales_agent(partner))


def form_of(customer: Customer) -> str:
    return reverse("customers:edit", args=[customer.pk])


def test_edit_saves_and_goes_back(seller: Client, customer: Customer) -> None:
    response = seller.post(form_of(customer), ANSWER)

    customer.refresh_from_db()
    assert (customer.short_name, customer.language) == ("云启", "it")
    assert response.headers["Location"] == reverse("customer", args=[customer.pk])


def test_form_shows_what_is_there(seller: Client, customer: Customer) -> None:
    page = seller.get(form_of(customer)).content.decode()

    assert f'value="{customer.short_name}"' in page


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"language": "fr"}, {"short_name": "x" * 101}, {"short_name": "\x00"}]
)
def test_edit_refuses_what_is_wrong(
    seller: Client, customer: Customer, wrong: dict[str, str]
) -> None:
    response = seller.post(form_of(customer), ANSWER | wrong)

    customer.refresh_from_db()
    assert response.status_code == 422
    assert customer.language == "zh-hans"


def test_edit_ignores_fields_that_it_does_not_ask_for(
    seller: Client, customer: Customer, theirs: Customer
) -> None:
    extras = {
        "partner": theirs.partner_id,
        "tenant_id": "taken",
        "company": "Other",
        "facts_version": 9,
        "judged_version": 9,
    }

    seller.post(form_of(customer), {**ANSWER, **extras})

    after = Customer.objects.get(pk=customer.pk)
    names = ["partner_id", "tenant_id", "company", "facts_version", "judged_version"]
    assert [getattr(after, name) for name in names] == [getattr(customer, name) for name in names]
    assert after.short_name == "云启"


def test_second_click_saves_the_same(seller: Client, customer: Customer) -> None:
    seller.post(form_of(customer), ANSWER)

    assert seller.post(form_of(customer), ANSWER).status_code == 302
    assert AuditEntry.objects.latest("id").before["short_name"] == "云启"


def test_edit_asks_anonymous_to_sign_in(client: Client, customer: Customer) -> None:
    response = client.post(form_of(customer), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={form_of(customer)}"


@pytest.mark.parametrize("make", [help_desk_agent, billing_admin])
def test_edit_names_the_missing_right(
    partner: Partner, customer: Customer, signed_in: SignIn, make: Callable[[Partner], User]
) -> None:
    response = signed_in(make(partner)).post(form_of(customer), ANSWER)

    assert response.status_code == 403
    assert Permission.EDIT_CUSTOMERS.label in response.content.decode()


def test_edit_needs_the_right_at_the_customers_own_partner(
    partner: Partner, theirs: Customer, signed_in: SignIn
) -> None:
    person = admin_agent(partner)
    person.memberships.create(partner=theirs.partner, agent_role="help_desk_agent")

    assert signed_in(person).post(form_of(theirs), ANSWER).status_code == 403


def test_edit_of_another_partners_customer_is_not_found(seller: Client, theirs: Customer) -> None:
    assert seller.post(form_of(theirs), ANSWER).status_code == 404


def test_edit_takes_no_other_method(seller: Client, customer: Customer) -> None:
    assert seller.put(form_of(customer)).status_code == 405
