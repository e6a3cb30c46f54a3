"""A bank statement becomes receipts; what nobody recognises waits for a person."""

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e
HEADER = ["交易日期", "贷方发生额", "币种", "对方户名", "交易流水号", "摘要"]
NAMED, UNNAMED = "E2E-0001", "E2E-0002"


def test_statement_settles_what_it_names_and_asks_about_the_rest(arrive: Arrive) -> None:
    clerk = arrive("billing")
    number, company = _an_invoice_to_pay(clerk)

    _upload(clerk, _statement(number))
    clerk.sees("What do the columns hold?")
    clerk.main.get_by_label("Account of this statement").fill("31001550400050012345")
    clerk.press("Check the file")
    clerk.sees("The first rows, as they were understood", within_seconds=30)
    clerk.press("Import")
    clerk.sees("What the import did", within_seconds=30)
    _is_settled_in_part(clerk, number)

    _say_whose_it_is(clerk, company)
    clerk.open("/billing/")
    clerk.open("/billing/ageing/")
    clerk.open("/billing/journal/")


def test_same_statement_again_records_nothing(arrive: Arrive) -> None:
    clerk = arrive("billing")
    content = _statement("nothing that we know", serials=("E2E-0003", "E2E-0004"))
    _upload(clerk, content, "again.csv")
    clerk.main.get_by_label("Account of this statement").fill("31001550400050012345")
    clerk.press("Check the file")
    clerk.sees("The first rows, as they were understood", within_seconds=30)

    _upload(clerk, content, "again.csv")

    clerk.open("/billing/imports/?q=again.csv")
    expect(clerk.main.get_by_role("rowheader")).to_have_count(1)


def _an_invoice_to_pay(clerk: Person) -> tuple[str, str]:
    """The number of an invoice that is owed and not disputed, and whose it is."""
    clerk.open("/billing/invoices/?state=overdue")
    row = clerk.main.get_by_role("row").filter(has_text="INV-").first
    number = row.get_by_role("rowheader").get_by_role("link").first.inner_text().strip()
    row.get_by_role("rowheader").get_by_role("link").first.click()
    company = clerk.main.locator("a[href^='/customers/']").first.inner_text().strip()
    return number, company


def _statement(remark: str, serials: tuple[str, str] = (NAMED, UNNAMED)) -> bytes:
    """As a Chinese bank writes it: GB18030, days without separators, thousands in groups."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    text = io.StringIO(newline="")
    rows = [
        [f"{today:%Y%m%d}", "1.00", "人民币", "某某有限公司", serials[0], f"付款 {remark}"],
        [f"{today:%Y%m%d}", "1,234.50", "人民币", "无名有限公司", serials[1], "货款"],
    ]
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode("gb18030")


def _upload(clerk: Person, content: bytes, name: str = "bank.csv") -> None:
    clerk.open("/billing/imports/")
    form = clerk.main.get_by_role("region", name="Upload a bank statement")
    form.get_by_label("What is it?").select_option("Bank statement")
    form.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    clerk.press("Check the file")


def _is_settled_in_part(clerk: Person, number: str) -> None:
    rows = clerk.main.get_by_role("region", name="What became of the rows")
    rows.get_by_role("link", name=NAMED).click()
    expect(clerk.main.get_by_role("link", name=number).first).to_be_visible()
    clerk.look()


def _say_whose_it_is(clerk: Person, company: str) -> None:
    """Nothing is moved before the clerk has seen what it settles."""
    clerk.open(f"/billing/receipts/?state=unidentified&q={UNNAMED}")
    clerk.main.get_by_role("rowheader").get_by_role("link").first.click()
    clerk.open_dialog("Assign to a customer…")
    clerk.confirmation.get_by_role("textbox", name="Customer").fill(company)
    clerk.confirmation.get_by_label("Reason").fill("They told us on the phone")
    clerk.press("Show what happens")
    clerk.press("Assign")
    expect(clerk.main.get_by_role("link", name=company).first).to_be_visible()
