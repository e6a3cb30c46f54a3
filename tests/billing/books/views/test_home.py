"""Billing's Home: what waits, block by block, and what each person may see of it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from billing import claims, disputes, receipts
from billing.claims import Slip
from billing.models import DisputeCode
from customers.models import Customer
from partners import clock
from partners.models import Partner, User
from tests.billing.files import make
from tests.billing.imports import make as statements
from tests.factories.billing import draft_of, overdue_for, payment
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, help_desk_agent, sales_agent
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = reverse("billing:home")


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="上海云帆")


def busy(customer: Customer) -> None:
    """Something for every block."""
    draft_of(customer)
    invoice = overdue_for(customer, days=10)
    disputes.dispute(invoice, DisputeCode.PRICE, "dear", by=None, reason="test")
    overdue_for(customer, days=3)
    for _ in range(4):
        facts = payment("70.00", payer=customer.company)
        receipts.record(customer.partner, None, facts, by=None, reason="test")


def entries(client: Client, url: str) -> list[str]:
    """What the menu names on a page."""
    groups = client.get(url).context["navigation"]
    return [item.label for group in groups for item in group.items]


def test_home_says_that_nothing_waits(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    assert "Nothing is owed." in page
    assert "No draft waits." in page
    assert "Every receipt has its customer." in page
    assert "No dispute is open." in page
    assert "No customer says that money is on its way." in page
    assert "Nothing is to be paid." in page
    assert "No file was uploaded yet." in page


def test_home_names_what_waits(partner: Partner, customer: Customer, signed_in: SignIn) -> None:
    busy(customer)

    page = signed_in(billing_admin(partner)).get(URL)

    assert [line["name"] for line in page.context["ageing"]] == ["CNY"]
    assert page.context["drafts"] == {"count": 1, "sums": ["¥1,060.00"]}
    assert page.context["unidentified"] == {"count": 4, "sums": ["¥280.00"]}
    assert page.context["dispute_count"] == 1
    assert "Perhaps 上海云帆" in page.content.decode()


def test_home_shows_the_money_at_risk(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    overdue_for(customer, days=10)
    overdue_for(customer, days=-10)
    overdue_for(CustomerFactory.create(partner=partner), days=-10)

    [row] = signed_in(billing_admin(partner)).get(URL).context["at_risk"]

    assert (row["customers"], row["owed"], row["overdue"]) == (1, "¥2,120.00", "¥1,060.00")


def test_home_names_payments_on_their_way(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    slip = Slip(
        amount=Decimal("88.00"),
        currency="CNY",
        paid_on=clock.business_date(partner),
        bank_serial="S-1",
    )
    claim = claims.open_claim(customer, slip, by=None, reason="phone")

    page = signed_in(billing_admin(partner)).get(URL)

    assert page.context["claims"] == [claim]
    assert "¥88.00" in page.content.decode()


def test_home_shows_the_last_bank_statements(
    partner: Partner, signed_in: SignIn, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    table = statements.uploaded(partner, statements.statement(statements.paid()))

    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    assert reverse("billing:import", args=[table.pk]) in page


def test_home_leads_to_every_list(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    lists = ["invoices", "disputes", "credit_notes", "fapiao_list", "receipts", "claims"]
    lists += ["payers", "imports", "ageing", "journal", "statement", "reconciliation"]
    assert {name for name in lists if f'"{reverse(f"billing:{name}")}"' not in page} == set()


def test_menu_names_disputes_from_the_first_one_on(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    client = signed_in(billing_admin(partner))
    before = entries(client, reverse("billing:invoices"))
    busy(customer)

    after = entries(client, reverse("billing:invoices"))

    assert [label for label in after if label not in before] == ["Disputes"]
    assert after.index("Disputes") == after.index("Invoices") + 1
    assert "Disputes" not in entries(client, reverse("customers"))


def test_home_shows_21vianets_next_bill(partner: Partner, signed_in: SignIn) -> None:
    bill = make.partner_invoice(partner, Decimal("7654.00"), number="E0001")

    page = signed_in(billing_admin(partner)).get(URL)

    assert page.context["bills"] == [bill]
    assert "¥7,654.00" in page.content.decode()


def test_home_hides_the_bill_from_people_who_see_only_receivables(
    partner: Partner, signed_in: SignIn
) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()

    page = signed_in(sales_agent(partner)).get(URL).content.decode()

    assert "What customers owe" in page
    assert "Our bill from 21Vianet" not in page
    assert reverse("billing:receipt_new") not in page


def test_home_takes_a_constant_number_of_queries(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    client = signed_in(billing_admin(partner))
    busy(customer)
    before = queries_of(client, URL)
    busy(CustomerFactory.create(partner=partner))

    assert queries_of(client, URL) == before


def test_home_never_shows_another_partners_ledger(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    busy(CustomerFactory.create(company="另一家公司"))

    assert "另一家公司" not in signed_in(billing_admin(partner)).get(URL).content.decode()


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_home_is_closed_to_people_without_amounts(
    partner: Partner, signed_in: SignIn, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(URL).status_code == 403


def test_home_sends_strangers_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith("/accounts/login/")


def test_home_refuses_post(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).post(URL).status_code == 405
