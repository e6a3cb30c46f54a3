"""The ageing report: any evening, every number with its invoices, safe files, and for whom."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from billing import write_offs
from billing.models import Invoice, InvoiceKind
from partners import clock
from partners.models import Partner, User
from tests.factories.billing import issued_to, overdue_for
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, help_desk_agent, sales_agent
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = reverse("billing:ageing")
INVOICES = reverse("billing:ageing_invoices")


@pytest.fixture
def invoice(partner: Partner) -> Invoice:
    """1,060.00, overdue for 40 days."""
    return overdue_for(CustomerFactory.create(partner=partner, company="=云帆"), days=40)


def test_report_shows_totals_and_customers(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    page = signed_in(billing_admin(partner)).get(URL)

    assert [line.name for line in page.context["totals"]] == ["CNY"]
    assert [line.name for line in page.context["customers"]] == ["=云帆"]
    assert "¥1,060.00" in page.content.decode()


def test_every_number_leads_to_invoices_that_add_up_to_it(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    issued_to(invoice.customer)
    client = signed_in(billing_admin(partner))
    cells = client.get(URL).context["customers"][0].cells

    found = [client.get(cell.url).context["rows"] if cell.url else [] for cell in cells]

    assert [len(rows) for rows in found] == [1, 0, 1, 0, 0, 1, 2]


def test_report_of_yesterday_shows_what_was_known_then(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    yesterday = clock.business_date(partner) - timedelta(days=1)

    page = signed_in(billing_admin(partner)).get(f"{URL}?on={yesterday}")

    assert page.context["totals"] == []
    assert "as known on that day" in page.content.decode()


@pytest.mark.parametrize(
    ("on", "words"),
    [("2999-01-01", "Nobody knows yet"), ("yesterday", "Enter a valid date")],
)
@pytest.mark.parametrize("url", [URL, INVOICES])
def test_report_refuses_a_day_it_can_not_show(
    partner: Partner, signed_in: SignIn, url: str, on: str, words: str
) -> None:
    page = signed_in(billing_admin(partner)).get(url, {"on": on})

    assert page.status_code == 422
    assert words in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [{"page": "0"}, {"page": "9" * 9999}, {"page": "x"}, {"currency": "XXX"}, {"page": "²"}],
)
def test_report_survives_a_strange_address(
    partner: Partner, invoice: Invoice, signed_in: SignIn, query: dict[str, str]
) -> None:
    assert signed_in(billing_admin(partner)).get(URL, query).status_code == 200


@pytest.mark.parametrize(
    "query", [{"bucket": "older"}, {"customer": "1" * 30}, {"currency": "CNYX"}]
)
def test_invoices_refuse_what_does_not_exist(
    partner: Partner, invoice: Invoice, signed_in: SignIn, query: dict[str, str]
) -> None:
    assert signed_in(billing_admin(partner)).get(INVOICES, query).status_code == 422


def test_csv_holds_the_customers_and_no_formula(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    response = signed_in(billing_admin(partner)).get(URL, {"format": "csv"})

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert "'=云帆,CNY,0,0,1060.00,0,0,1060.00,1060.00" in lines[1]


@pytest.mark.parametrize("url", [URL, INVOICES])
def test_xlsx_holds_texts_as_texts(
    partner: Partner, invoice: Invoice, signed_in: SignIn, url: str
) -> None:
    response = signed_in(billing_admin(partner)).get(url, {"format": "xlsx"})

    sheet = load_workbook(BytesIO(b"".join(response))).worksheets[0]
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert cells["=云帆"] == "s"
    assert cells[1060] == "n"


def test_disputed_and_settled_invoices_are_told_apart(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    write_offs.write_off(invoice, amount=Decimal("1060.00"), by=None, reason="test")

    page = signed_in(billing_admin(partner)).get(INVOICES).content.decode()

    assert "No open invoice" in page


def test_late_charges_are_marked(partner: Partner, invoice: Invoice, signed_in: SignIn) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(kind=InvoiceKind.LATE_CHARGES)

    page = signed_in(billing_admin(partner)).get(INVOICES).content.decode()

    assert 'status-info">Late charges' in page


def test_report_takes_a_constant_number_of_queries(
    partner: Partner, invoice: Invoice, signed_in: SignIn
) -> None:
    client = signed_in(billing_admin(partner))
    before = queries_of(client, URL)
    for _ in range(3):
        overdue_for(CustomerFactory.create(partner=partner), days=3)

    assert queries_of(client, URL) == before


def test_invoices_answer_htmx_with_the_table_only(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(partner))

    fragment = client.get(INVOICES, headers={"HX-Request": "true"}).content.decode()

    assert fragment.strip().startswith('<div class="section" id="table">')


@pytest.mark.parametrize("url", [URL, INVOICES])
def test_report_never_shows_another_partners_debts(
    partner: Partner, signed_in: SignIn, url: str
) -> None:
    other = overdue_for(CustomerFactory.create(company="另一家公司"), days=3)

    page = signed_in(billing_admin(partner)).get(url, {"customer": other.customer_id})

    assert "另一家公司" not in page.content.decode()


@pytest.mark.parametrize("url", [URL, INVOICES])
def test_report_sends_strangers_to_sign_in(client: Client, db: None, url: str) -> None:
    assert client.get(url)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_report_is_closed_to_people_without_amounts(
    partner: Partner, signed_in: SignIn, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(URL).status_code == 403


def test_report_refuses_post(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).post(URL).status_code == 405
