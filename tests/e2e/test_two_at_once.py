"""Two people at the same subscription, and one who clicks twice."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import Person

pytestmark = pytest.mark.e2e


def test_dialog_left_open_is_told_that_things_changed(arrive: Arrive) -> None:
    first, second = arrive("clerk"), arrive("global")
    address = _active_subscription(first, 2)
    for person in (first, second):
        person.open(address)
        person.open_dialog("Suspend…")
        person.dialog.get_by_role("radio", name="Misuse").check()
        person.dialog.get_by_label("Note").fill("Sends thousands of messages")

    first.press("Suspend")
    second.press("Suspend")

    second.sees("The subscription has changed since this page was opened. Look again.")
    second.open(address)
    expect(second.main.get_by_role("heading", name="Misuse")).to_have_count(1)
    _unblock(first, address)


def test_double_click_places_one_hold(arrive: Arrive) -> None:
    clerk = arrive("clerk")
    address = _active_subscription(clerk, 3)
    clerk.open(address)
    clerk.open_dialog("Suspend…")
    clerk.dialog.get_by_role("radio", name="Misuse").check()
    clerk.dialog.get_by_label("Note").fill("Clicked twice")
    with clerk.page.expect_navigation():
        clerk.dialog.get_by_role("button", name="Suspend").dblclick()
    clerk.look()
    expect(clerk.main.get_by_role("heading", name="Misuse")).to_have_count(1)
    expect(
        clerk.main.get_by_role("region", name="Timeline").get_by_text("Hold placed")
    ).to_have_count(1)
    _unblock(clerk, address)


def _active_subscription(person: Person, number: int) -> str:
    person.open("/subscriptions/?status=active")
    link = person.main.get_by_role("rowheader").get_by_role("link").nth(number)
    return str(link.get_attribute("href"))


def _unblock(person: Person, address: str) -> None:
    person.open(address)
    person.open_dialog("Unblock…")
    person.dialog.get_by_label("Why").fill("The test is over")
    person.press("Unblock")
    person.sees_status("Active")
