"""The pages of imports: upload, columns, import, findings, discarding."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import ImportKind, ImportStatus, Invoice, Receipt, TableImport
from billing.tasks import drain_imports
from partners.models import Partner, User
from tests.billing.imports import make
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


@pytest.fixture
def user(partner: Partner) -> User:
    return billing_admin(partner)


@pytest.fixture
def clerk(user: User, signed_in: SignIn) -> Client:
    return signed_in(user)


def to(name: str, table: TableImport) -> str:
    return reverse(f"billing:{name}", args=[table.pk])


def answers(partner: Partner, content: bytes, **changes: object) -> dict[str, object]:
    file = SimpleUploadedFile("November.csv", content)
    return {"partner": partner.pk, "kind": "bank_statement", "file": file, **changes}


COLUMNS = {
    "header_row": "1", "column_received_on": "0", "column_credit": "1", "column_debit": "2",
    "column_currency": "3", "column_payer": "4", "column_payer_account": "5",
    "column_bank_serial": "6", "column_remark": "7", "bank_account": make.ACCOUNT,
    "currency": "CNY", "remember_as": "招商银行",
}  # fmt: skip


def test_a_statement_goes_the_whole_way(clerk: Client, partner: Partner) -> None:
    content = make.statement(make.paid(on="20260102"))
    asked = clerk.post(reverse("billing:imports"), answers(partner, content))
    table = TableImport.objects.get()
    shown = clerk.get(asked["Location"]).content.decode()
    clerk.post(to("import_columns", table), COLUMNS)
    drain_imports()
    page = clerk.get(to("import", table)).content.decode()
    clerk.post(to("import_confirm", table))
    drain_imports()

    assert asked["Location"] == to("import_columns", table)
    assert "交易流水号" in shown
    assert "1 row is ready" in page
    assert Receipt.objects.get().bank_serial == "S1"
    assert reverse("billing:receipt", args=[Receipt.objects.get().pk]) in (
        clerk.get(to("import", table)).content.decode()
    )


def test_list_shows_imports_and_their_fragment(clerk: Client, partner: Partner) -> None:
    make.uploaded(partner, make.statement(make.paid()))
    page = clerk.get(reverse("billing:imports"))
    fragment = clerk.get(reverse("billing:imports"), HTTP_HX_REQUEST="true")

    assert "November.csv" in page.content.decode()
    assert "<h1" not in fragment.content.decode()


def test_same_bytes_lead_to_the_first_import(clerk: Client, partner: Partner) -> None:
    table = make.uploaded(partner, make.statement(make.paid()))
    content = make.statement(make.paid())
    response = clerk.post(reverse("billing:imports"), answers(partner, content), follow=True)

    assert response.redirect_chain[0][0] == to("import", table)
    assert "exactly this file before" in response.content.decode()


def test_upload_for_another_partner_is_409(clerk: Client) -> None:
    other = PartnerFactory.create()

    assert clerk.post(reverse("billing:imports"), answers(other, b"x")).status_code == 409


@pytest.mark.parametrize("changes", [{"file": ""}, {"kind": "gold"}])
def test_upload_without_its_answers_is_422(
    clerk: Client, partner: Partner, changes: dict[str, object]
) -> None:
    response = clerk.post(reverse("billing:imports"), answers(partner, b"x", **changes))

    assert (response.status_code, TableImport.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column_received_on": ""}, "This field is required"),
        ({"column_credit": ""}, "money that came in"),
        ({"column_credit": "0"}, "only one of these"),
        ({"column_credit": "99"}, "not one of the available choices"),
        ({"bank_account": ""}, "This field is required"),
        ({"currency": "GOLD"}, "such as CNY"),
    ],
)
def test_wrong_columns_are_422(
    clerk: Client, partner: Partner, changes: dict[str, str], words: str
) -> None:
    table = make.uploaded(partner, make.statement(make.paid()))
    response = clerk.post(to("import_columns", table), {**COLUMNS, **changes})

    assert response.status_code == 422
    assert words in response.content.decode()


def test_header_may_be_moved(clerk: Client, partner: Partner) -> None:
    table = make.uploaded(partner, make.csv_of([["日期", "金额"], make.STATEMENT_HEADER]))
    page = clerk.get(to("import_columns", table) + "?header=2").content.decode()

    assert "Columns of row 2" in page


def test_findings_are_named_and_exported(clerk: Client, partner: Partner, user: User) -> None:
    table = make.checked(partner, make.statement(make.paid(credit="NaN")), by=user)
    page = clerk.get(to("import", table)).content.decode()
    rows = b"".join(clerk.get(to("import_findings", table)).streaming_content).decode()  # type: ignore[attr-defined]  # streams

    assert "Row 2, 贷方发生额: “NaN”" in page
    assert "Row 2, 贷方发生额: “NaN”" in rows


def test_original_is_a_download(clerk: Client, partner: Partner) -> None:
    table = make.uploaded(partner, b"<script>,1\n2,3", name="../x.csv")
    response = clerk.get(to("import_original", table))
    response.close()

    assert response["Content-Disposition"] == 'attachment; filename="x.csv"'
    assert response["Content-Security-Policy"] == "sandbox"


def test_second_click_is_told(clerk: Client, partner: Partner, user: User) -> None:
    table = make.imported(partner, make.statement(make.paid(on="20260102")), by=user)
    page = clerk.post(to("import_confirm", table), follow=True).content.decode()

    assert "was already imported by" in page


def test_discard_needs_a_reason(clerk: Client, partner: Partner) -> None:
    table = make.uploaded(partner, make.statement(make.paid()))
    refused = clerk.post(to("import_discard", table), {"reason": ""})
    clerk.post(to("import_discard", table), {"reason": "wrong bank"})

    table.refresh_from_db()
    assert (refused.status_code, table.status) == (422, ImportStatus.DISCARDED)


def test_balances_are_confirmed_by_a_person(clerk: Client, partner: Partner, user: User) -> None:
    CustomerFactory.create(partner=partner, company="上海测试有限公司")
    content = make.balances(make.balance(issued="2026-01-01", due="2026-02-01"))
    table = make.imported(partner, content, ImportKind.OPENING_BALANCES, by=user)
    page = clerk.get(to("import", table)).content.decode()
    clerk.post(to("import_balances", table), {"reason": "agreed with the books"})

    assert "1 opening balance is not confirmed" in page
    assert not Invoice.objects.get().is_unconfirmed


def test_one_balance_is_confirmed_on_its_own_page(
    clerk: Client, partner: Partner, user: User
) -> None:
    CustomerFactory.create(partner=partner, company="上海测试有限公司")
    content = make.balances(make.balance(issued="2026-01-01", due="2026-02-01"))
    make.imported(partner, content, ImportKind.OPENING_BALANCES, by=user)
    invoice = Invoice.objects.get()
    page = clerk.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    clerk.post(reverse("billing:invoice_confirm_balance", args=[invoice.pk]), {"reason": "right"})

    invoice.refresh_from_db()
    assert "Settled before it was taken over" in page
    assert invoice.history_confirmed_by == user


def test_sales_agent_sees_no_import(partner: Partner, signed_in: SignIn) -> None:
    table = make.uploaded(partner, make.statement(make.paid()))

    assert signed_in(sales_agent(partner)).get(to("import", table)).status_code == 403


def test_import_of_another_partner_is_404(clerk: Client) -> None:
    table = make.uploaded(PartnerFactory.create(), make.statement(make.paid()))

    assert clerk.get(to("import", table)).status_code == 404


def test_stranger_is_asked_to_sign_in(client: Client, partner: Partner) -> None:
    table = make.uploaded(partner, make.statement(make.paid()))

    assert client.get(to("import", table)).status_code == 302
