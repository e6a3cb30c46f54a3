"""Every address of the portal by every role; an address that nobody listed fails here."""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from partners.models import User
from tests.security.routes import ELSEWHERE, OPEN, ROUTES
from tests.security.world import ROLES, World

BrowserOf = Callable[[User], Client]
MEETS = {403: "forbidden", 404: "not found", 405: "no such method", 500: "a mistake"}


def addresses(resolver: URLResolver, path: str = "", space: str = "") -> Iterator[str]:
    """The names of all addresses below, without those that bring their own rules."""
    for entry in resolver.url_patterns:
        below = f"{path}{entry.pattern}"
        if below.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"
        else:
            yield from addresses(entry, below, f"{entry.namespace}:" if entry.namespace else space)


def met_at(response: HttpResponseBase) -> str:
    """What the person met. A download is read to its end, which closes its file."""
    b"".join(response)
    return MEETS.get(response.status_code, "open")


def test_every_address_is_listed_once() -> None:
    listed = [route.name for route in ROUTES] + OPEN

    assert sorted(listed) == sorted(addresses(get_resolver()))


@pytest.mark.parametrize("role", ROLES)
def test_address_opens_to_the_roles_of_the_table(
    ours: World, browser_of: BrowserOf, role: str
) -> None:
    browser = browser_of(ours.people[role])
    about = {"partner": ours.partner.pk}
    methods = ["get", "post"]

    met = {
        (method, route.name): met_at(getattr(browser, method)(route.url(ours.keys), about))
        for method in methods
        for route in ROUTES
    }

    assert met == {
        (method, route.name): route.expected(method, role) for method in methods for route in ROUTES
    }


@pytest.mark.parametrize("method", ["get", "post"])
def test_address_asks_anonymous_to_sign_in(ours: World, client: Client, method: str) -> None:
    asked = [route for route in ROUTES if getattr(route, method)]

    led_to = {
        route.name: getattr(client, method)(route.url(ours.keys)).headers.get("Location", "")
        for route in asked
    }

    assert led_to == {
        route.name: f"{reverse('account_login')}?next={route.url(ours.keys)}" for route in asked
    }


@pytest.mark.parametrize("role", ROLES)
def test_django_admin_is_closed_to_the_partners_people(
    ours: World, browser_of: BrowserOf, role: str
) -> None:
    response = browser_of(ours.people[role]).get(reverse("admin:index"))

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("admin:login"))
