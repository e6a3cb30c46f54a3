"""Deciding what credit a customer gets."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import CreditDecision, Customer
from partners.models import Partner, User
from partners.permissions import Permission
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    help_desk_agent,
    sales_agent,
)

SignIn = Callable[[User], Client]
ANSWER = {
    "terms_kind": "end_of_month",
    "terms_days": "45",
    "terms_from": "fapiao",
    "limit": "50000.00",
    "reason": "pays well",
}


@pytest.fixture
def agent(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(admin_agent(partner))


def form_of(customer: Customer) -> str:
    return reverse("customers:decide_credit", args=[customer.pk])


def test_decide_adds_a_decision_in_the_partners_currency(agent: Client, customer: Customer) -> None:
    agent.post(form_of(customer), ANSWER)

    decision = CreditDecision.objects.get()
    assert (decision.terms_days, decision.limit, decision.currency) == (45, Decimal(50000), "CNY")
    assert (decision.terms_kind, decision.terms_from) == ("end_of_month", "fapiao")
    assert decision.reason == "pays well"


def test_form_begins_with_the_partners_terms(agent: Client, customer: Customer) -> None:
    assert agent.get(form_of(customer)).context["form"]["terms_days"].value() == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"terms_days": "-1"},
        {"terms_kind": "whenever"},
        {"terms_from": ""},
        {"limit": "-0.01"},
        {"limit": "NaN"},
        {"limit": "1.234"},
        {"limit": "1e20"},
        {"terms_days": "99999999"},
        {"review_on": "31.02.2027"},
    ],
)
def test_decide_refuses_what_is_wrong(
    agent: Client, customer: Customer, wrong: dict[str, str]
) -> None:
    response = agent.post(form_of(customer), ANSWER | wrong)

    assert response.status_code == 422
    assert not CreditDecision.objects.exists()


def test_decide_ignores_fields_that_it_does_not_ask_for(
    partner: Partner, agent: Client, customer: Customer, theirs: Customer
) -> None:
    extras = {"customer": theirs.pk, "partner": theirs.partner_id, "currency": "EUR"}

    agent.post(form_of(customer), {**ANSWER, **extras})

    decision = CreditDecision.objects.get()
    assert (decision.customer, decision.partner) == (customer, partner)
    assert decision.currency == "CNY"


def test_decide_asks_anonymous_to_sign_in(client: Client, customer: Customer) -> None:
    response = client.post(form_of(customer), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={form_of(customer)}"


@pytest.mark.parametrize(
    ("make", "right"),
    [
        (sales_agent, Permission.SEE_RECEIVABLES),
        (help_desk_agent, Permission.EDIT_CUSTOMERS),
        (billing_admin, Permission.EDIT_CUSTOMERS),
    ],
)
def test_decide_names_the_missing_right(
    partner: Partner,
    customer: Customer,
    signed_in: SignIn,
    make: Callable[[Partner], User],
    right: Permission,
) -> None:
    response = signed_in(make(partner)).post(form_of(customer), ANSWER)

    assert response.status_code == 403
    assert right.label in response.content.decode()
    assert not CreditDecision.objects.exists()


def test_decide_for_another_partners_customer_is_not_found(agent: Client, theirs: Customer) -> None:
    assert agent.post(form_of(theirs), ANSWER).status_code == 404


def test_decide_takes_no_other_method(agent: Client, customer: Customer) -> None:
    assert agent.put(form_of(customer)).status_code == 405
