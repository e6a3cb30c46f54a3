"""The main job from end to end: a bill arrives, a customer doesn't pay, is suspended, and pays."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e import reconciliation
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person
from tests.e2e.stack import Emulator

pytestmark = pytest.mark.e2e
PARTNER = "4390934"
TERMS_AND_PROPOSAL_DAYS = 51
BETWEEN_LETTERS_DAYS = 3
TOLD = (
    "Invoice drafted",
    "Invoice issued",
    "Collections case opened",
    "Hold placed",
    "Payment recorded",
    "Payment allocated",
    "Hold lifted",
    "Collections case closed",
    "Service request drafted",
    "Service request filed",
    "Service request resolved",
    "Service request closed",
)


def test_clerk_bills_suspends_and_unblocks_a_customer(arrive: Arrive, emulator: Emulator) -> None:
    clerk = arrive("clerk")
    debtor = _good_payer(clerk, emulator)

    _import_bill(clerk, debtor)
    _issue_drafts(clerk)
    _let_sweeps_propose(clerk)
    _suspend_for_non_payment(clerk, debtor)
    assert _statuses(emulator, debtor) == {"suspended"}

    _record_payment(clerk, debtor)
    _watch_it_become_active(clerk, debtor)
    assert _statuses(emulator, debtor) == {"active"}

    _ask_21vianet_and_tell_the_customer(clerk, debtor)
    _open_customer(clerk, debtor)
    timeline = clerk.main.get_by_role("region", name="Timeline")
    for step in TOLD:
        expect(timeline.get_by_text(step).first).to_be_visible()


def _good_payer(clerk: Person, emulator: Emulator) -> dict[str, Any]:
    """A customer with one active subscription whom nobody chases, and who can be written to."""
    active = (
        customer
        for customer in emulator.customers(PARTNER)
        if [each["status"] for each in customer["subscriptions"]] == ["active"]
    )
    return next(customer for customer in active if _is_unchased(clerk, customer))


def _is_unchased(clerk: Person, customer: dict[str, Any]) -> bool:
    _open_customer(clerk, customer)
    is_unreachable = clerk.main.get_by_text("No contact can be reached").is_visible()
    is_chased = clerk.main.get_by_role("region", name="Collections").is_visible()
    return not is_unreachable and not is_chased


def _import_bill(clerk: Person, debtor: dict[str, Any]) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    bill = reconciliation.bill_for(
        [debtor], number=f"G{today:%y%m%d}0934", issued_on=today, mpn_id=PARTNER
    )
    reconciliation.upload(clerk, bill)
    clerk.sees("1 line is ready", within_seconds=30)
    clerk.press("Import 1 line")
    clerk.sees("What the import did", within_seconds=30)
    clerk.sees(debtor["company_name"])
    clerk.look()


def _issue_drafts(clerk: Person) -> None:
    clerk.open("/billing/invoices/?state=draft")
    clerk.open_dialog("Issue all drafts…")
    clerk.press("Issue 1 invoice")
    clerk.sees("1 invoice is issued.")


def _let_sweeps_propose(clerk: Person) -> None:
    """Reminder, warning, proposal: each takes a sweep of its own, days apart."""
    for days in (TERMS_AND_PROPOSAL_DAYS, BETWEEN_LETTERS_DAYS, BETWEEN_LETTERS_DAYS):
        clerk.open("/collections/sweeps/")
        clerk.move_clock(days)
        clerk.press("Run now")
        clerk.sees("Finished", within_seconds=30)
        clerk.look()


def _suspend_for_non_payment(clerk: Person, debtor: dict[str, Any]) -> None:
    clerk.open(f"/collections/?q={debtor['domain']}")
    clerk.sees("Suspension proposed")
    clerk.open_dialog("Suspend…")
    clerk.dialog.get_by_label("Note").fill("Two letters, no answer")
    clerk.press("Suspend what is chosen")
    clerk.sees_status("Suspended")
    clerk.look()


def _record_payment(clerk: Person, debtor: dict[str, Any]) -> None:
    overdue = (
        clerk.main.get_by_role("region", name="Case", exact=True).get_by_text(re.compile("¥")).first
    )
    amount = re.sub(r"[^\d.]", "", overdue.inner_text())
    _open_customer(clerk, debtor)
    clerk.follow("Record receipt")
    form = clerk.main
    form.get_by_label("Amount").fill(amount)
    form.get_by_label("Payer").fill(debtor["company_name"])
    form.get_by_label("Bank serial number").fill("20260110-000934")
    clerk.press("Show what it settles")
    clerk.press("Record receipt")
    clerk.sees("The receipt is recorded.")


def _watch_it_become_active(clerk: Person, debtor: dict[str, Any]) -> None:
    _open_subscription(clerk, debtor)
    clerk.sees_status("Active")
    clerk.page.reload()
    clerk.sees("Nothing withholds this subscription")
    clerk.look()


def _ask_21vianet_and_tell_the_customer(clerk: Person, debtor: dict[str, Any]) -> None:
    _open_subscription(clerk, debtor)
    clerk.follow("Create service request")
    clerk.main.get_by_label("Title").fill("Sign-in is slow after the unblocking")
    clerk.main.get_by_label("Text in English").fill("Users wait a minute before they are in.")
    clerk.main.get_by_label("Text in Chinese").fill("用户登录需要等待一分钟。")
    clerk.press("Save draft")
    clerk.open_dialog("Record as filed…")
    clerk.dialog.get_by_label("Service health was checked").check()
    clerk.dialog.get_by_label("21Vianet's reference").fill("SR-2026-0934")
    clerk.press("Record as filed")
    clerk.open_dialog("Record the answer…")
    clerk.dialog.get_by_label("What 21Vianet answered").fill("It is done within the hour.")
    clerk.press("Record as resolved")
    clerk.open_dialog("Close…")
    clerk.dialog.get_by_label("How the customer was told").select_option("Phone")
    clerk.press("Close")
    clerk.sees("Customer told by")


def _open_customer(clerk: Person, customer: dict[str, Any]) -> None:
    """By the search bar: a single match is opened at once."""
    clerk.search(customer["domain"])
    clerk.sees(customer["company_name"])


def _open_subscription(clerk: Person, customer: dict[str, Any]) -> None:
    [subscription] = customer["subscriptions"]
    clerk.search(subscription["id"])


def _statuses(emulator: Emulator, customer: dict[str, Any]) -> set[str]:
    return {emulator.status_of(PARTNER, each["id"]) for each in customer["subscriptions"]}
