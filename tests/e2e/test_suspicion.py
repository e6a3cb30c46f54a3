"""Fraud is stopped at any hour, with scripts and without, and service given back."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e


def test_fraud_is_suspended_from_a_dialog_and_unblocked(arrive: Arrive) -> None:
    admin = arrive("clerk")
    _open_active_subscription(admin, 0)
    admin.open_dialog("Suspend…")
    expect(admin.dialog).to_be_visible()
    expect(admin.dialog).to_contain_text("Administrators")
    _suspend_for_fraud(admin)
    admin.sees("Next: create a service request")
    admin.sees_status("Suspended")
    admin.sees("people cannot sign in. Administrators still can.")

    admin.main.locator("#standing").get_by_role("link", name="Create service request").first.click()
    admin.look()
    expect(admin.main.get_by_role("link", name="Fraud concern")).to_have_attribute(
        "aria-current", "true"
    )
    admin.page.go_back()

    admin.open_dialog("Unblock…")
    admin.dialog.get_by_label("Why").fill("False alarm, the administrator called back")
    admin.press("Unblock")
    admin.sees_status("Active")


def test_fraud_is_suspended_and_unblocked_without_scripts(arrive: Arrive) -> None:
    admin = arrive("clerk", scripts=False)
    _open_active_subscription(admin, 1)
    subscription = admin.path
    admin.open_dialog("Suspend…")
    assert admin.path == subscription / "suspend"
    _suspend_for_fraud(admin)
    admin.sees("Next: create a service request")
    admin.reloads_until("Suspended")

    admin.open_dialog("Unblock…")
    assert admin.path == subscription / "unblock"
    admin.main.get_by_label("Why").fill("False alarm, the administrator called back")
    admin.press("Unblock")
    admin.reloads_until("Active")


def _open_active_subscription(admin: Person, number: int) -> None:
    admin.open("/subscriptions/?status=active")
    admin.main.get_by_role("rowheader").get_by_role("link").nth(number).click()
    admin.look()


def _suspend_for_fraud(admin: Person) -> None:
    admin.confirmation.get_by_role("radio", name="Fraud").check()
    admin.confirmation.get_by_label("Note").fill("Sign-ins from three countries within an hour")
    admin.press("Suspend")
