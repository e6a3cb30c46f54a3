"""/billing/reconciliation/<id>/ and what is done to one file."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from billing.files import services
from billing.models import FileStatus, ReconciliationFile, ReconciliationLine
from billing.tasks import drain_imports
from partners.models import Partner, User
from tests.billing.files import make
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


def url(file: ReconciliationFile, action: str = "") -> str:
    return f"/billing/reconciliation/{file.pk}/{action}"


@pytest.fixture
def checked(partner: Partner) -> ReconciliationFile:
    return make.checked(make.partner_invoice(partner, Decimal(3180)), make.licence_bytes(3))


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def test_import_from_the_page(clerk: Client, checked: ReconciliationFile) -> None:
    response = clerk.post(url(checked, "import/"))
    assert response.headers["Location"] == url(checked)
    assert "Importing the file" in clerk.get(url(checked)).content.decode()
    drain_imports()

    page = clerk.get(url(checked)).content.decode()
    assert "What the import did" in page
    assert "Draft invoices" in page
    assert "Cycle fee" in page


def test_second_click_imports_once_and_says_who(
    partner: Partner, signed_in: SignIn, checked: ReconciliationFile
) -> None:
    first = billing_admin(partner)
    signed_in(first).post(url(checked, "import/"))
    drain_imports()
    response = signed_in(billing_admin(partner)).post(url(checked, "import/"), follow=True)

    assert f"was already imported by {first}" in response.content.decode()
    assert ReconciliationLine.objects.count() == 3


def test_progress_is_a_fragment_until_the_end(clerk: Client, checked: ReconciliationFile) -> None:
    services.confirm(checked, by=None)
    waiting = clerk.get(url(checked, "progress/"), headers={"HX-Request": "true"})
    drain_imports()
    finished = clerk.get(url(checked, "progress/"), headers={"HX-Request": "true"})

    assert b"Waiting for a worker" in waiting.content
    assert finished.headers["HX-Refresh"] == "true"
    assert clerk.get(url(checked, "progress/")).headers["Location"] == url(checked)


def test_refused_file_names_row_and_column(partner: Partner, clerk: Client) -> None:
    content = make.changed(make.licence_bytes(3), {"Amount": "NaN"}, row=3)
    file = make.checked(make.partner_invoice(partner), content)
    page = clerk.get(url(file)).content.decode()

    assert "Row 3, Amount: “NaN” is not a number" in page
    assert (
        "Import" not in page.split("<main", 1)[1].split("Reconciliation files")[0].split("</h1>")[1]
    )


def test_problems_download_defuses_formulas(partner: Partner, clerk: Client) -> None:
    content = make.changed(make.licence_bytes(1), {"Amount": "=1+1"})
    file = make.checked(make.partner_invoice(partner), content)
    response = clerk.get(url(file, "problems.csv"))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streams

    assert text.splitlines()[1].startswith("Error,2,Amount,'=1+1,")


def test_correction_checks_again(clerk: Client, partner: Partner) -> None:
    file = make.checked(make.partner_invoice(partner, Decimal(9)), make.licence_bytes(3))
    assert file.status == FileStatus.REFUSED
    typed = {"issued_on": "2026-10-01", "currency": "CNY", "total": "3180"}
    response = clerk.post(url(file, "check/"), typed)
    drain_imports()

    file.refresh_from_db()
    assert response.status_code == 302
    assert file.status == FileStatus.CHECKED


def test_wrong_correction_is_422(clerk: Client, checked: ReconciliationFile) -> None:
    response = clerk.post(url(checked, "check/"), {"total": "x"})

    assert response.status_code == 422
    assert "Enter a number" in response.content.decode()


def test_discard_asks_first(clerk: Client, checked: ReconciliationFile) -> None:
    assert "can be uploaded again" in clerk.get(url(checked, "discard/")).content.decode()
    response = clerk.post(url(checked, "discard/"), {"reason": "wrong month"})

    checked.refresh_from_db()
    assert response.headers["Location"] == "/billing/reconciliation/"
    assert checked.status == FileStatus.DISCARDED


def test_discard_needs_a_reason(clerk: Client, checked: ReconciliationFile) -> None:
    assert clerk.post(url(checked, "discard/"), {"reason": ""}).status_code == 422


def test_original_is_a_harmless_download(clerk: Client, checked: ReconciliationFile) -> None:
    response = clerk.get(url(checked, "original/"))

    assert b"".join(response.streaming_content) == make.licence_bytes(3)  # type: ignore[attr-defined]  # streams
    assert response.headers["Content-Disposition"] == 'attachment; filename="October.csv"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("action", ["", "progress/", "problems.csv", "original/", "discard/"])
def test_someone_elses_file_is_404(
    signed_in: SignIn, checked: ReconciliationFile, action: str
) -> None:
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert stranger.get(url(checked, action)).status_code == 404


@pytest.mark.parametrize("action", ["import/", "check/", "discard/"])
def test_someone_else_changes_nothing(
    signed_in: SignIn, checked: ReconciliationFile, action: str
) -> None:
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert stranger.post(url(checked, action), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("action", ["", "progress/", "problems.csv", "original/"])
def test_sales_agent_sees_no_cost(
    partner: Partner, signed_in: SignIn, checked: ReconciliationFile, action: str
) -> None:
    assert signed_in(sales_agent(partner)).get(url(checked, action)).status_code == 403


@pytest.mark.parametrize("action", ["import/", "check/"])
def test_get_changes_nothing(clerk: Client, checked: ReconciliationFile, action: str) -> None:
    assert clerk.get(url(checked, action)).status_code == 405


@pytest.mark.parametrize("action", ["import/", "check/", "original/"])
def test_anonymous_signs_in_first(client: Client, checked: ReconciliationFile, action: str) -> None:
    response = client.post(url(checked, action))

    assert response.status_code in {302, 405}
    checked.refresh_from_db()
    assert checked.status == FileStatus.CHECKED


def test_lines_answer_htmx_with_the_fragment(clerk: Client, partner: Partner) -> None:
    file = make.imported(make.partner_invoice(partner), make.licence_bytes(3))
    response = clerk.get(url(file), {"q": "测试1"}, headers={"HX-Request": "true"})

    assert "上海测试1有限公司" in response.content.decode()
    assert "上海测试0有限公司" not in response.content.decode()
    assert b"<html" not in response.content


def test_statement_shows_what_is_due(clerk: Client, partner: Partner) -> None:
    file = make.imported(make.partner_invoice(partner, Decimal(3180)), make.licence_bytes(3))
    page = clerk.get("/billing/statement/").content.decode()
    record = clerk.get(f"/billing/statement/{file.invoice_id}/").content.decode()

    assert "31 Oct 2026" in page
    assert "3,180.00" in page
    assert "October.csv" in record


def test_someone_elses_statement_is_404(signed_in: SignIn, checked: ReconciliationFile) -> None:
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert stranger.get(f"/billing/statement/{checked.invoice_id}/").status_code == 404


def test_export_of_lines_is_what_is_filtered(clerk: Client, partner: Partner) -> None:
    file = make.imported(make.partner_invoice(partner), make.licence_bytes(3))
    response = clerk.get(url(file), {"q": "sub-1-0", "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streams

    assert len(text.splitlines()) == 2
    assert "上海测试1有限公司" in text


def test_export_of_files(clerk: Client, partner: Partner) -> None:
    make.imported(make.partner_invoice(partner), make.licence_bytes(3))
    response = clerk.get("/billing/reconciliation/", {"format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streams

    assert "October.csv,Licence-based,D020001IVK,Imported,3,3180.000000,CNY" in text
