"""Nothing foreign, no amount for people who may not see it, and no write by looking."""

from collections.abc import Callable, Mapping

import pytest
from django.apps import apps
from django.test import Client

from partners.models import User
from tests.security.routes import ROUTES
from tests.security.world import MONEY, ROLES, World

BrowserOf = Callable[[User], Client]
pytestmark = pytest.mark.long
RECORDS = [route for route in ROUTES if route.record]
LISTS = [route for route in ROUTES if route.get and not route.record]
PLAIN: Mapping[str, str] = {}
HTMX = {"HX-Request": "true"}
ASKED = [
    ({}, HTMX),
    ({"format": "csv"}, {}),
    ({"q": "有限公司"}, {}),
    ({"q": "INV-2026-00001"}, {}),
    ({"q": "BANK-2"}, {}),
]
"""What lists, searches and exports are asked for besides the page itself."""


def body_of(
    browser: Client, url: str, query: Mapping[str, str] = PLAIN, headers: Mapping[str, str] = PLAIN
) -> str:
    """All bytes of an answer, streamed or not."""
    response = browser.get(url, query, headers=headers)
    body = b"".join(response) if response.streaming else response.content
    return body.decode(errors="replace") + str(response.headers)


def pages_seen(browser: Client, world: World) -> dict[str, str]:
    """What every page says about the partner's own records, by its name."""
    return {route.name: body_of(browser, route.url(world.keys)) for route in ROUTES if route.get}


def lists_seen(browser: Client, world: World) -> dict[str, str]:
    """What lists say as fragments, searches and downloads, by name and question."""
    return {
        f"{route.name} {query}": body_of(browser, route.url(world.keys), query, headers)
        for route in LISTS
        for query, headers in ASKED
    }


def rows() -> dict[str, int]:
    """How many rows every table has, without those of signing in."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label != "sessions"
    }


@pytest.mark.parametrize("role", ROLES)
def test_records_of_another_partner_stay_closed(
    ours: World, theirs: World, browser_of: BrowserOf, role: str
) -> None:
    browser = browser_of(ours.people[role])
    before = rows()

    answers = [
        (route.name, ask(route.url(theirs.keys), {"partner": theirs.partner.pk}))
        for route in RECORDS
        for ask in (browser.get, browser.post)
    ]

    opened = [name for name, answer in answers if answer.status_code not in {403, 404, 405}]
    leaks = [name for name, answer in answers if theirs.word in answer.content.decode()]
    assert (opened, leaks) == ([], [])
    assert rows() == before


@pytest.mark.parametrize("role", ROLES)
def test_pages_and_lists_hold_nothing_of_another_partner(
    ours: World, theirs: World, browser_of: BrowserOf, role: str
) -> None:
    browser = browser_of(ours.people[role])

    seen = pages_seen(browser, ours) | lists_seen(browser, ours)

    assert [name for name, said in seen.items() if theirs.word in said] == []


def test_the_crawl_would_notice(ours: World, browser_of: BrowserOf) -> None:
    seen = lists_seen(browser_of(ours.people["phone"]), ours)

    assert "customers {'format': 'csv'}" in {
        name for name, said in seen.items() if ours.word in said
    }


@pytest.mark.parametrize("role", ["phone", "sales", "people", "nobody"])
def test_no_amount_reaches_people_who_may_not_see_it(
    ours: World, browser_of: BrowserOf, role: str
) -> None:
    browser = browser_of(ours.people[role])

    seen = pages_seen(browser, ours) | lists_seen(browser, ours)

    told = {
        (name, word)
        for name, said in seen.items()
        for word in MONEY
        if word in said and word not in name
    }
    assert told == set()


def test_amounts_reach_people_who_may_see_them(ours: World, browser_of: BrowserOf) -> None:
    seen = pages_seen(browser_of(ours.people["billing"]), ours)

    said = "".join(seen.values())
    assert [word for word in ("8,113.24", "4,321.09", "INV-20", "BANK-") if word in said] == [
        "8,113.24",
        "4,321.09",
        "INV-20",
        "BANK-",
    ]


def test_looking_changes_nothing(ours: World, browser_of: BrowserOf) -> None:
    browser = browser_of(ours.people["global"])
    before = rows()

    pages_seen(browser, ours)
    lists_seen(browser, ours)

    assert rows() == before
