"""The list of receipts, the date up to which it is complete, and one receipt with its dialogs."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from billing import freshness, receipts
from billing.models import Receipt
from customers.models import Customer
from partners import clock
from partners.models import Partner, User
from tests.factories.billing import issued_to, overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, help_desk_agent, sales_agent

SignIn = Callable[[User], Client]
LIST = reverse("billing:receipts")
UP_TO = reverse("billing:receipts_confirm")
D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="北京云帆科技有限公司")


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def waiting(partner: Partner) -> Receipt:
    return receipts.record(partner, None, payment(), by=None, reason="test")


def at(name: str, record: object) -> str:
    return reverse(f"billing:{name}", args=[record.pk])  # type: ignore[attr-defined]  # any model


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("", {"waiting", "credit", "used", "reversed"}),
        ("unidentified", {"waiting"}),
        ("credit", {"credit"}),
        ("settled", {"used"}),
        ("reversed", {"reversed"}),
    ],
)
def test_list_filters_by_status(
    clerk: Client, customer: Customer, waiting: Receipt, state: str, expected: set[str]
) -> None:
    overdue_for(customer, days=1)
    used = receipt_from(customer)
    undone = receipts.reverse_receipt(receipt_from(customer, "3.00"), by=None, reason="test")
    made = {
        waiting.pk: "waiting",
        used.pk: "used",
        undone.pk: "reversed",
        receipt_from(customer, "5.00").pk: "credit",
    }

    rows = clerk.get(LIST, {"state": state}).context["rows"]

    assert {made[receipt.pk] for receipt, _label in rows} == expected


def test_list_finds_remarks_payers_serials_and_customers(clerk: Client, customer: Customer) -> None:
    wanted = receipt_from(customer, bank_serial="Z9", remark="三月货款", payer="李四")
    receipt_from(CustomerFactory.create(partner=customer.partner), "7.00")

    found = [clerk.get(LIST, {"q": text}) for text in ("z9", "三月", "李四", "云帆")]

    assert [[row.pk for row, _ in page.context["rows"]] for page in found] == [[wanted.pk]] * 4


def test_list_filters_by_day(clerk: Client, customer: Customer) -> None:
    today = clock.business_date(customer.partner)
    old = receipt_from(customer, received_on=today - timedelta(days=40))
    receipt_from(customer, "9.00", received_on=today)

    page = clerk.get(LIST, {"until": (today - timedelta(days=1)).isoformat()})

    assert [row.pk for row, _ in page.context["rows"]] == [old.pk]


def test_export_is_safe_to_open(clerk: Client, customer: Customer) -> None:
    receipt_from(customer, remark="@SUM(A1)", payer="+86")

    text = b"".join(clerk.get(LIST, {"format": "csv"})).decode("utf-8-sig")

    assert "'@SUM(A1)" in text
    assert "'+86" in text


def test_workbook_holds_amounts_as_numbers(clerk: Client, customer: Customer) -> None:
    receipt_from(customer, payer="=1+1")

    sheet = load_workbook(BytesIO(b"".join(clerk.get(LIST, {"format": "xlsx"})))).worksheets[0]

    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert (cells["=1+1"], cells[1060]) == ("s", "n")


def test_pages_follow_each_other_without_gaps(clerk: Client, customer: Customer) -> None:
    for number in range(60):
        receipt_from(customer, f"{number + 1}.00")

    first = clerk.get(LIST)
    second = clerk.get(first.context["page"].next_url)

    pks = [row.pk for page in (first, second) for row, _ in page.context["rows"]]
    assert (len(pks), len(set(pks))) == (60, 60)
    assert "60" in first.context["page"].count_text


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_receipts_are_closed_to_people_without_amounts(
    partner: Partner, signed_in: SignIn, waiting: Receipt, role: Callable[[Partner], User]
) -> None:
    client = signed_in(role(partner))

    assert [client.get(url).status_code for url in (LIST, at("receipt", waiting))] == [403, 403]


def test_confirming_the_date_is_recorded(clerk: Client, partner: Partner) -> None:
    today = clock.business_date(partner)

    clerk.post(UP_TO, {"partner": partner.pk, "up_to": today.isoformat()})

    assert freshness.receipts_recorded_up_to(partner) == today


def test_confirming_tomorrow_is_refused(clerk: Client, partner: Partner) -> None:
    tomorrow = clock.business_date(partner) + timedelta(days=1)

    response = clerk.post(UP_TO, {"partner": partner.pk, "up_to": tomorrow.isoformat()})

    assert response.status_code == 422
    assert freshness.receipts_recorded_up_to(partner) is None


def test_confirming_for_another_partner_is_a_conflict(clerk: Client, partner: Partner) -> None:
    response = clerk.post(UP_TO, {"partner": partner.pk + 1, "up_to": "2026-01-01"})

    assert response.status_code == 409


def test_page_shows_whose_it_may_be(clerk: Client, partner: Partner, customer: Customer) -> None:
    invoice = issued_to(customer)
    named = payment("5.00", remark=f"付 {str(invoice.number).replace('-', '')}")
    receipt = receipts.record(partner, None, named, by=None, reason="test")

    page = clerk.get(at("receipt", receipt)).content.decode()

    assert f"the remark names {invoice.number}" in page


@pytest.mark.parametrize("name", ["receipt", "receipt_assign", "receipt_reverse", "receipt_split"])
def test_another_partners_receipt_is_not_found(clerk: Client, name: str) -> None:
    theirs = receipt_from(CustomerFactory.create())

    assert clerk.get(at(name, theirs)).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["receipt_assign", "receipt_allocate", "receipt_reverse", "receipt_split", "receipt_refund"],
)
def test_writing_is_closed_to_readers(
    partner: Partner, signed_in: SignIn, waiting: Receipt, name: str
) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()

    assert signed_in(sales_agent(partner)).get(at(name, waiting)).status_code == 403


def test_dialog_comes_as_a_page_and_as_a_fragment(clerk: Client, waiting: Receipt) -> None:
    page = clerk.get(at("receipt_reverse", waiting)).content.decode()

    assert 'id="confirm"' in page
    assert "<h1" in page
