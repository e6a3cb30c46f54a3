"""The list of invoices: what it shows, filters and exports, and to whom."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from billing import disputes
from billing.models import DisputeCode, Invoice, InvoiceKind
from partners.models import Partner, User
from tests.factories.billing import draft_of, issued_to, overdue_for
from tests.factories.customers import CustomerFactory
from tests.factories.partners import admin_agent, billing_admin, help_desk_agent, sales_agent

SignIn = Callable[[User], Client]
URL = reverse("billing:invoices")


def test_list_shows_the_partners_invoices(partner: Partner, signed_in: SignIn) -> None:
    invoice = issued_to(CustomerFactory.create(partner=partner))
    other = issued_to(CustomerFactory.create())

    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    assert reverse("billing:invoice", args=[invoice.pk]) in page
    assert reverse("billing:invoice", args=[other.pk]) not in page


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", {"draft"}),
        ("owed", {"open", "late", "disputed"}),
        ("overdue", {"late", "disputed"}),
        ("disputed", {"disputed"}),
        ("void", set()),
        ("", {"draft", "open", "late", "disputed"}),
    ],
)
def test_list_filters_by_status(
    partner: Partner, signed_in: SignIn, state: str, expected: set[str]
) -> None:
    customer = CustomerFactory.create(partner=partner)
    disputed = overdue_for(customer, days=2)
    disputes.dispute(disputed, DisputeCode.PRICE, "too dear", by=None, reason="phone")
    made = {
        draft_of(customer).pk: "draft",
        issued_to(customer).pk: "open",
        overdue_for(customer, days=1).pk: "late",
        disputed.pk: "disputed",
    }

    rows = signed_in(billing_admin(partner)).get(URL, {"state": state}).context["rows"]

    assert {made[invoice.pk] for invoice, _label in rows} == expected


def test_list_finds_by_number_and_by_customer(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner, company="北京云帆科技有限公司")
    invoice = issued_to(customer)
    issued_to(CustomerFactory.create(partner=partner))
    client = signed_in(billing_admin(partner))

    by_number = client.get(URL, {"q": str(invoice.number).lower()}).context["rows"]
    by_customer = client.get(URL, {"q": "云帆"}).context["rows"]

    assert [row.pk for row, _label in by_number] == [invoice.pk]
    assert [row.pk for row, _label in by_customer] == [invoice.pk]


def test_export_holds_what_is_filtered_and_no_formula(partner: Partner, signed_in: SignIn) -> None:
    issued_to(CustomerFactory.create(partner=partner, company="=HYPERLINK(1)"))
    draft_of(CustomerFactory.create(partner=partner))

    response = signed_in(billing_admin(partner)).get(URL, {"state": "owed", "format": "csv"})

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]


def test_list_marks_and_finds_late_charges(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    services, charges = issued_to(customer), issued_to(customer)
    Invoice.objects.filter(pk=charges.pk).update(kind=InvoiceKind.LATE_CHARGES)
    client = signed_in(billing_admin(partner))

    marked = client.get(URL).content.decode()
    found = client.get(URL, {"state": "late_charges"}).content.decode()

    assert marked.count('status-info">Late charges') == 1
    assert (str(charges.number) in found, str(services.number) in found) == (True, False)


def test_list_finds_opening_balances_that_nobody_confirmed(
    partner: Partner, signed_in: SignIn
) -> None:
    customer = CustomerFactory.create(partner=partner)
    issued_to(customer)
    waiting = issued_to(customer)
    Invoice.objects.filter(pk=waiting.pk).update(is_history=True, original_total=waiting.total)

    rows = signed_in(billing_admin(partner)).get(URL, {"state": "unconfirmed"}).context["rows"]

    assert [invoice.pk for invoice, _label in rows] == [waiting.pk]


def test_workbook_holds_amounts_as_numbers_and_no_formula(
    partner: Partner, signed_in: SignIn
) -> None:
    issued_to(CustomerFactory.create(partner=partner, company="=HYPERLINK(1)"))

    response = signed_in(billing_admin(partner)).get(URL, {"format": "xlsx"})

    sheet = load_workbook(BytesIO(b"".join(response))).worksheets[0]
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert (cells["=HYPERLINK(1)"], cells[1060]) == ("s", "n")
    assert 'filename="invoices.xlsx"' in response["Content-Disposition"]


def test_workbook_that_would_be_too_long_is_refused_in_words(
    partner: Partner, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued_to(CustomerFactory.create(partner=partner))
    monkeypatch.setattr("billing.views.tables.LONGEST_WORKBOOK", 0)

    response = signed_in(billing_admin(partner)).get(
        URL, {"format": "xlsx", "state": "owed"}, follow=True
    )

    assert response.redirect_chain == [(f"{URL}?state=owed", 302)]
    assert "A workbook holds at most 0 rows." in response.content.decode()


def test_list_takes_a_constant_number_of_queries(
    partner: Partner, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(billing_admin(partner))
    for _ in range(5):
        issued_to(CustomerFactory.create(partner=partner))

    with django_assert_max_num_queries(16):
        client.get(URL)


def test_list_answers_htmx_with_the_table_only(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(partner))

    fragment = client.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert fragment.strip().startswith('<div class="section" id="table">')


def test_list_sends_strangers_to_sign_in(client: Client, db: None) -> None:
    response = client.get(URL)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_list_is_closed_to_people_without_amounts(
    partner: Partner, signed_in: SignIn, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(URL).status_code == 403


def test_list_opens_to_sales_agents_where_the_partner_says_so(
    partner: Partner, signed_in: SignIn
) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()

    page = signed_in(sales_agent(partner)).get(URL)

    assert page.status_code == 200
    assert not page.context["may_record"]


def test_list_refuses_post(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(URL).status_code == 405
