"""Everything by keyboard: jumping over the navigation, searching, opening and leaving a dialog."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive

pytestmark = pytest.mark.e2e


def test_skip_link_comes_first_and_leads_to_the_content(arrive: Arrive) -> None:
    person = arrive("clerk").open("/customers/")
    person.page.keyboard.press("Tab")
    skip = person.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    person.page.keyboard.press("Enter")
    expect(person.main).to_be_focused()


def test_slash_leads_to_the_search(arrive: Arrive) -> None:
    person = arrive("clerk").open("/collections/")
    person.page.keyboard.press("/")
    expect(person.page.locator("#search")).to_be_focused()
    person.page.keyboard.type("nobody-has-this-name")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    person.look()
    expect(person.page.locator("#search")).to_have_value("nobody-has-this-name")


def test_escape_closes_a_dialog_and_focus_returns(arrive: Arrive) -> None:
    person = arrive("clerk").open("/subscriptions/?status=active")
    person.main.get_by_role("rowheader").get_by_role("link").nth(4).click()
    opener = person.main.get_by_role("link", name="Suspend…")
    opener.focus()
    person.page.keyboard.press("Enter")
    expect(person.dialog).to_be_visible()
    person.look()
    assert person.page.evaluate("document.activeElement.closest('dialog') !== null")
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_be_hidden()
    expect(opener).to_be_focused()
