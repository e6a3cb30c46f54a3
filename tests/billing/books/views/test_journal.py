"""The journal's page and files: they add up, hold texts as texts, and big ones become jobs."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from billing.books import exporting
from billing.books.journal import Period
from billing.models import Invoice
from partners import clock, jobs
from partners.models import Job, Partner, User
from tests.factories.billing import issued_to, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, help_desk_agent, sales_agent
from tests.queries import queries_of

SignIn = Callable[[User], Client]
URL = reverse("billing:journal")
EXPORT = reverse("billing:journal_export")


@pytest.fixture
def today(partner: Partner) -> date:
    return clock.business_date(partner)


@pytest.fixture
def paid(partner: Partner) -> Invoice:
    """An invoice of today whose payment has a hostile remark."""
    invoice = issued_to(CustomerFactory.create(partner=partner))
    receipt_from(invoice.customer, "1060.00", remark=f"=1+1 {invoice.number}", payer="@SUM(1)")
    return invoice


@pytest.fixture(autouse=True)
def _media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def asked(partner: Partner, today: date, **more: object) -> dict[str, object]:
    """The form of a period that holds only today."""
    return {"partner": partner.pk, "first": today, "last": today, "format": "csv", **more}


def lines_of(response: HttpResponseBase) -> list[str]:
    return b"".join(response).decode("utf-8-sig").splitlines()


def test_page_shows_that_it_adds_up(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    page = signed_in(billing_admin(partner)).get(f"{URL}?first={today}&last={today}")

    [table] = page.context["tables"]
    assert table["adds_up"]
    assert "not over yet" in page.content.decode()


def test_page_begins_with_last_month(partner: Partner, today: date, signed_in: SignIn) -> None:
    period = signed_in(billing_admin(partner)).get(URL).context["period"]

    assert period.last == today.replace(day=1) - timedelta(days=1)
    assert period.first == period.last.replace(day=1)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-02-01", "2026-01-31", "ends before it begins"),
        ("2026-02-01", "2999-01-31", "At most ten years"),
        ("2026-02-30", "2026-03-31", "Enter a valid date"),
        ("", "", "This field is required"),
    ],
)
def test_page_refuses_what_is_no_period(
    partner: Partner, signed_in: SignIn, first: str, last: str, words: str
) -> None:
    page = signed_in(billing_admin(partner)).get(URL, {"first": first, "last": last})

    assert page.status_code == 422
    assert words in page.content.decode()


def test_page_refuses_tomorrow(partner: Partner, today: date, signed_in: SignIn) -> None:
    tomorrow = today + timedelta(days=1)

    page = signed_in(billing_admin(partner)).get(f"{URL}?first={today}&last={tomorrow}")

    assert "has not come yet" in page.content.decode()


def test_csv_holds_every_booking_and_no_formula(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    response = signed_in(billing_admin(partner)).post(EXPORT, asked(partner, today))

    lines = lines_of(response)
    assert len(lines) == 1 + 4
    assert any("'@SUM(1)" in line and "'=1+1" in line for line in lines)


def test_xlsx_has_a_sheet_for_each_kind_and_no_formula(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    response = signed_in(billing_admin(partner)).post(EXPORT, asked(partner, today, format="xlsx"))

    book = load_workbook(BytesIO(b"".join(response)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert book.sheetnames == [title for title, _kinds in exporting.sheets()] + ["Totals"]
    assert [sheet.max_row for sheet in book][:4] == [3, 1, 2, 2]
    assert "f" not in {cell.data_type for cell in cells}
    assert "@SUM(1)" in {cell.value for cell in cells}


def test_same_period_twice_gives_the_same_rows(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    client = signed_in(billing_admin(partner))

    first, second = (lines_of(client.post(EXPORT, asked(partner, today))) for _ in range(2))

    assert first == second


@pytest.fixture
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a file, however small."""
    monkeypatch.setattr(exporting, "AT_ONCE", 0)


@pytest.mark.usefixtures("_all_are_large", "paid")
@pytest.mark.parametrize("suffix", exporting.FORMATS)
def test_large_period_is_written_by_a_job(
    partner: Partner, today: date, signed_in: SignIn, suffix: str
) -> None:
    client = signed_in(billing_admin(partner))
    response = client.post(EXPORT, asked(partner, today, format=suffix))
    job = Job.objects.get(kind=exporting.KIND)
    jobs.drain(exporting.KIND, exporting.run)

    page = client.get(response["Location"]).content.decode()
    file = client.get(reverse("billing:journal_file", args=[job.pk]))

    assert reverse("billing:journal_file", args=[job.pk]) in page
    assert f"journal-{today:%Y%m%d}" in file["Content-Disposition"]
    assert len(b"".join(file)) > 100


def test_old_file_is_thrown_away_with_the_next_one(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    boss = billing_admin(partner)
    period = Period(partner, today, today)
    old = exporting.ask_for(period, "csv", "en", by=boss)
    jobs.drain(exporting.KIND, exporting.run)
    Job.objects.filter(pk=old.pk).update(finished_at=clock.now() - timedelta(days=8))
    exporting.ask_for(period, "csv", "en", by=boss)
    jobs.drain(exporting.KIND, exporting.run)

    response = signed_in(boss).get(reverse("billing:journal_file", args=[old.pk]))

    assert response.status_code == 404


def test_file_of_another_partner_is_not_there(
    partner: Partner, today: date, signed_in: SignIn
) -> None:
    other = PartnerFactory.create()
    period = Period(other, today, today)
    job = exporting.ask_for(period, "csv", "en", by=billing_admin(other))
    jobs.drain(exporting.KIND, exporting.run)

    response = signed_in(billing_admin(partner)).get(reverse("billing:journal_file", args=[job.pk]))

    assert response.status_code == 404


def test_export_is_refused_after_switching_partners(
    partner: Partner, today: date, signed_in: SignIn
) -> None:
    other = PartnerFactory.create()

    response = signed_in(billing_admin(partner)).post(EXPORT, asked(other, today))

    assert response.status_code == 409


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"last": "soon"}])
def test_export_refuses_what_it_can_not_make(
    partner: Partner, today: date, signed_in: SignIn, wrong: dict[str, str]
) -> None:
    form = asked(partner, today, **wrong)

    assert signed_in(billing_admin(partner)).post(EXPORT, form).status_code == 422


def test_page_takes_a_constant_number_of_queries(
    partner: Partner, paid: Invoice, today: date, signed_in: SignIn
) -> None:
    client = signed_in(billing_admin(partner))
    url = f"{URL}?first={today}&last={today}"
    before = queries_of(client, url)
    receipt_from(issued_to(paid.customer).customer)

    assert queries_of(client, url) == before


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_journal_is_closed_to_people_without_amounts(
    partner: Partner, signed_in: SignIn, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(URL).status_code == 403


def test_journal_sends_strangers_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith("/accounts/login/")


def test_export_refuses_get(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).get(EXPORT).status_code == 405
