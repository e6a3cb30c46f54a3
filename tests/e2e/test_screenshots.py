"""The pages that the README shows. `UPDATE_SCREENSHOTS=1` keeps them in docs/screenshots/."""

import os
from pathlib import Path

import pytest

from partnercenter.devservices.places import CHECKOUT
from tests.e2e.conftest import Arrive
from tests.e2e.people import PHONE, Person

pytestmark = pytest.mark.e2e
NARROW = {"size": PHONE}
DARK = {"scheme": "dark"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures are kept; thrown away unless they are asked for."""
    is_kept = os.environ.get("UPDATE_SCREENSHOTS") == "1"
    return CHECKOUT / "docs" / "screenshots" if is_kept else tmp_path


@pytest.mark.parametrize(
    ("name", "options"), [("home", {}), ("home-dark", DARK), ("home-phone", NARROW)]
)
def test_home(name: str, options: dict[str, object], arrive: Arrive, folder: Path) -> None:
    clerk = arrive("clerk", **options).open("/")
    clerk.picture(folder / f"{name}.png")


@pytest.mark.parametrize(
    ("name", "options"),
    [("subscription", {}), ("subscription-dark", DARK), ("subscription-phone", NARROW)],
)
def test_why_is_it_suspended(
    name: str, options: dict[str, object], arrive: Arrive, folder: Path
) -> None:
    clerk = arrive("clerk", **options)
    _open_case_of_suspended(clerk)
    subscriptions = clerk.main.get_by_role("region", name="Subscriptions")
    held = subscriptions.get_by_role("row").filter(has_text="Suspended")
    held.get_by_role("link").first.click()
    clerk.sees("Why is it suspended, and what lifts it?")
    clerk.look()
    clerk.picture(folder / f"{name}.png")


def test_collections_and_a_customer_who_owes(arrive: Arrive, folder: Path) -> None:
    clerk = arrive("clerk").open("/collections/")
    clerk.picture(folder / "collections.png")
    _open_case_of_suspended(clerk)
    clerk.main.get_by_role("region", name="Case", exact=True).get_by_role("link").first.click()
    clerk.sees("Last invoices")
    clerk.look()
    clerk.picture(folder / "customer.png")


def test_suspend_dialog(arrive: Arrive, folder: Path) -> None:
    clerk = arrive("clerk").open("/subscriptions/?status=active")
    clerk.main.get_by_role("rowheader").get_by_role("link").nth(5).click()
    clerk.open_dialog("Suspend…")
    clerk.picture(folder / "suspend-dialog.png")


def _open_case_of_suspended(clerk: Person) -> None:
    clerk.open("/collections/?show=suspended")
    clerk.main.get_by_role("rowheader").get_by_role("link").first.click()
    clerk.sees("Unpaid since")
