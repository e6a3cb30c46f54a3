"""Recording a receipt: first what it settles, then the receipt, and never the same one twice."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Receipt
from customers.models import Customer
from partners import clock
from partners.models import Partner, User
from tests.factories.billing import overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]
URL = reverse("billing:receipt_new")


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="北京云帆科技有限公司")


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def filled(partner: Partner, **facts: object) -> dict[str, object]:
    """The form as a clerk fills it in."""
    return {
        "received_on": clock.business_date(partner).isoformat(),
        "amount": "1060.00",
        "currency": "cny",
        "payer": "北京云帆科技有限公司",
        "entry_token": str(uuid.uuid4()),
        **facts,
    }


def digest_in(page: str) -> str:
    found = re.search(r'name="previewed" value="([^"]*)"', page)
    return found[1] if found else ""


def preview_and_confirm(clerk: Client, facts: dict[str, object], **more: str) -> Client:
    """Two clicks, as a person makes them."""
    digest = digest_in(clerk.post(URL, facts).content.decode())
    clerk.post(URL, {**facts, "previewed": digest, **more})
    return clerk


def test_first_click_shows_what_it_settles_and_records_nothing(
    clerk: Client, partner: Partner, customer: Customer
) -> None:
    invoice = overdue_for(customer, days=1)

    page = clerk.post(URL, filled(partner, customer="云帆")).content.decode()

    assert f"→ {invoice.number}" in page
    assert not Receipt.objects.exists()


def test_second_click_records_and_settles(
    clerk: Client, partner: Partner, customer: Customer
) -> None:
    invoice = overdue_for(customer, days=1)

    preview_and_confirm(clerk, filled(partner, customer="云帆"))

    invoice.refresh_from_db()
    receipt = Receipt.objects.get()
    assert (receipt.customer, receipt.currency, invoice.open_amount) == (customer, "CNY", 0)


def test_second_click_shows_again_what_has_changed_meanwhile(
    clerk: Client, partner: Partner, customer: Customer
) -> None:
    facts = filled(partner, customer="云帆")
    digest = digest_in(clerk.post(URL, facts).content.decode())
    invoice = overdue_for(customer, days=1)

    page = clerk.post(URL, {**facts, "previewed": digest}).content.decode()

    assert f"→ {invoice.number}" in page
    assert not Receipt.objects.exists()


def test_double_click_records_once(clerk: Client, partner: Partner, customer: Customer) -> None:
    facts = filled(partner, customer="云帆")
    digest = digest_in(clerk.post(URL, facts).content.decode())

    answers = [clerk.post(URL, {**facts, "previewed": digest}) for _ in range(2)]

    page = reverse("billing:receipt", args=[Receipt.objects.get().pk])
    assert [answer["Location"] for answer in answers] == [page, page]


def test_without_customer_it_waits_as_unidentified(clerk: Client, partner: Partner) -> None:
    preview_and_confirm(clerk, filled(partner))

    assert Receipt.objects.unidentified().count() == 1


def test_same_bank_serial_is_refused_with_a_link(
    clerk: Client, partner: Partner, customer: Customer
) -> None:
    first = receipt_from(customer, bank_account="6222", bank_serial="A1")

    response = clerk.post(URL, filled(partner, bank_account="6222", bank_serial="A1"))

    assert response.status_code == 422
    assert reverse("billing:receipt", args=[first.pk]) in response.content.decode()


def test_lookalike_asks_before_it_is_recorded(
    clerk: Client, partner: Partner, customer: Customer
) -> None:
    facts = filled(partner, payer="同名付款人")
    preview_and_confirm(clerk, facts)
    again = {**facts, "entry_token": str(uuid.uuid4())}

    preview_and_confirm(clerk, again)
    assert Receipt.objects.count() == 1

    preview_and_confirm(clerk, again, not_the_same="yes")
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"),
        ("amount", "-5"),
        ("amount", "NaN"),
        ("amount", "1.001"),
        ("amount", "1e30"),
        ("currency", "RENMINBI"),
        ("received_on", "soon"),
        ("customer", "nobody of this name"),
        ("entry_token", "not a token"),
        ("payer", ""),
    ],
)
def test_bad_input_is_refused(clerk: Client, partner: Partner, field: str, value: str) -> None:
    response = clerk.post(URL, filled(partner, **{field: value}))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Receipt.objects.exists()


def test_tomorrow_is_refused(clerk: Client, partner: Partner) -> None:
    tomorrow = clock.business_date(partner) + timedelta(days=1)

    response = clerk.post(URL, filled(partner, received_on=tomorrow.isoformat()))

    assert response.status_code == 422


def test_ambiguous_customer_names_the_candidates(clerk: Client, partner: Partner) -> None:
    CustomerFactory.create(partner=partner, company="上海明日一号有限公司")
    CustomerFactory.create(partner=partner, company="上海明日二号有限公司")

    response = clerk.post(URL, filled(partner, customer="明日"))

    assert response.status_code == 422
    assert "上海明日二号有限公司" in response.context["form"].errors["customer"][0]


def test_another_partners_customer_is_not_found(clerk: Client, partner: Partner) -> None:
    CustomerFactory.create(company="别家有限公司")

    assert clerk.post(URL, filled(partner, customer="别家有限公司")).status_code == 422


def test_form_knows_the_customer_one_came_from(clerk: Client, customer: Customer) -> None:
    page = clerk.get(URL, {"customer": customer.pk}).content.decode()

    assert f'value="{customer.company}"' in page


def test_recording_is_closed_to_sales_agents(partner: Partner, signed_in: SignIn) -> None:
    response = signed_in(sales_agent(partner)).post(URL, filled(partner))

    assert (response.status_code, Receipt.objects.count()) == (403, 0)


def test_recording_sends_strangers_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 302


def test_recording_refuses_delete(clerk: Client) -> None:
    assert clerk.delete(URL).status_code == 405
