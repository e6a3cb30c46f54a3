"""The main pages in three languages, light and dark, on a desk and on a phone."""

from pathlib import PurePosixPath

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import PHONE

pytestmark = pytest.mark.e2e
MAIN_PAGES = (
    "/",
    "/customers/",
    "/subscriptions/",
    "/billing/",
    "/billing/ageing/",
    "/billing/claims/",
    "/billing/credit-notes/",
    "/billing/disputes/",
    "/billing/fapiao/",
    "/billing/imports/",
    "/billing/journal/",
    "/billing/payers/",
    "/billing/reconciliation/",
    "/billing/invoices/",
    "/billing/invoices/review/",
    "/billing/receipts/",
    "/billing/statement/",
    "/billing/statement/outlook/",
    "/collections/",
    "/collections/sweeps/",
    "/policies/",
    "/requests/",
    "/activity/",
    "/settings/",
    "/settings/bank-accounts/",
    "/settings/calendar/",
    "/helpdesk/",
    "/profile/",
)
LANGUAGES = [
    ("简体中文", "zh-hans", {"scheme": "dark"}),
    ("Italiano", "it", {"size": PHONE}),
]
"""The longest words on the narrowest screen; English in the light is what the journeys see."""


@pytest.mark.parametrize(("language", "code", "options"), LANGUAGES)
def test_main_pages_work_in(
    language: str, code: str, options: dict[str, object], arrive: Arrive
) -> None:
    person = arrive("global", **options)
    person.choose_language(language)
    for address in MAIN_PAGES:
        person.open(address)
        expect(person.page.locator("html")).to_have_attribute("lang", code)
    person.choose_language("English")


def test_records_fit_a_phone(arrive: Arrive) -> None:
    person = arrive("clerk", size=PHONE, scheme="dark")
    for address in ("/customers/", "/subscriptions/", "/billing/invoices/", "/collections/"):
        person.open(address)
        person.main.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()
        person.look()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_visitors_find_the_way_in_on_a_phone(scheme: str, arrive: Arrive) -> None:
    visitor = arrive("", size=PHONE, scheme=scheme).open("/customers/")
    expect(visitor.main.get_by_label("Email")).to_be_visible()
    assert visitor.path == PurePosixPath("/accounts/login")
