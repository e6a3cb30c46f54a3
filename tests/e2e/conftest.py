"""The running portal, a browser, and people who come to it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from partnercenter.devservices.suites import BROWSERS
from tests.e2e.people import Person
from tests.e2e.stack import Emulator, Stack, running_stack

type Arrive = Callable[..., Person]
ARGUMENTS = ["--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="package")
def portal(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The portal with demo data; one for all journeys, which keep to customers of their own."""
    with running_stack(tmp_path_factory.mktemp("portal")) as stack:
        yield stack


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium: the one CHROMIUM names, else the one in PATH.

    It lasts no longer than this package: while it runs, Django takes the thread for asynchronous.
    """
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    program = _chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *as_root])
        yield chromium
        chromium.close()


@pytest.fixture
def emulator(portal: Stack) -> Emulator:
    """Partner Center's side of the story."""
    return portal.emulator


@pytest.fixture
def arrive(portal: Stack, browser: Browser) -> Iterator[Arrive]:
    """Call with a login to have that person sign in, or with "" for a visitor."""
    people: list[Person] = []

    def come(login: str, **options: object) -> Person:
        person = Person(browser, portal.portal_url, **options)  # type: ignore[arg-type]  # passed on
        people.append(person)
        return person.sign_in(login) if login else person

    yield come
    for person in people:
        person.leave()


def _chromium() -> str:
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if named:
        return named
    if os.environ.get("CI") == "true":
        pytest.fail("CI=true needs a browser: set CHROMIUM or install Chromium.")
    pytest.skip("no Chromium: set CHROMIUM or install it")
