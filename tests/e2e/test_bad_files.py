"""Files that are no reconciliation files are refused with a way out, and nothing is imported."""

from datetime import date

import pytest

from tests.e2e import reconciliation
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person
from tests.e2e.reconciliation import Bill
from tests.e2e.stack import Emulator

pytestmark = pytest.mark.e2e
PARTNER, OTHER_PARTNER = "4390934", "4390935"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
FIRST_OF_MONTH = date(2026, 10, 1)


def test_pdf_is_refused(arrive: Arrive, emulator: Emulator) -> None:
    clerk = arrive("clerk")
    bill = _bill(emulator, "B1", PARTNER)
    reconciliation.upload(clerk, bill, content=PDF, name="invoice.pdf")
    clerk.sees("the file can't be imported", within_seconds=30)
    clerk.sees("PDF")
    _assert_nothing_imported(clerk, bill)


def test_half_a_file_is_refused(arrive: Arrive, emulator: Emulator) -> None:
    clerk = arrive("clerk")
    bill = _bill(emulator, "B2", PARTNER)
    reconciliation.upload(clerk, bill, content=bill.content[: len(bill.content) // 2])
    clerk.sees("the file can't be imported", within_seconds=30)
    clerk.sees("Row ")
    _assert_nothing_imported(clerk, bill)


def test_another_partners_file_is_refused_by_row_and_column(
    arrive: Arrive, emulator: Emulator
) -> None:
    clerk = arrive("clerk")
    bill = _bill(emulator, "B3", OTHER_PARTNER)
    reconciliation.upload(clerk, bill)
    clerk.sees("the file can't be imported", within_seconds=30)
    clerk.sees("MPNID")
    clerk.sees(OTHER_PARTNER)
    clerk.sees("Row 2")
    _assert_nothing_imported(clerk, bill)


def _bill(emulator: Emulator, number: str, mpn_id: str) -> Bill:
    customers = emulator.customers(mpn_id)[:3]
    return reconciliation.bill_for(
        customers, number=number, issued_on=FIRST_OF_MONTH, mpn_id=mpn_id
    )


def _assert_nothing_imported(clerk: Person, bill: Bill) -> None:
    clerk.look()
    assert clerk.main.get_by_role("button", name="Import").count() == 0
    clerk.open(f"/billing/reconciliation/?q={bill.number}")
    clerk.sees("Refused")
    clerk.open("/billing/invoices/?state=draft")
    clerk.sees("No invoice found")
