"""What every request must carry, and what every answer carries."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AuditEntry, Partner, User
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PASSWORD, global_admin, member
from tests.security.routes import ROUTES
from tests.security.world import World

BrowserOf = Callable[[User], Client]
POSTED = [route for route in ROUTES if route.post]
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
]


@pytest.fixture
def boss(partner: Partner) -> User:
    return global_admin(partner)


def strict(user: User) -> Client:
    """A browser whose forms are checked for their token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_every_write_needs_the_token(ours: World) -> None:
    browser = strict(ours.people["global"])
    before = AuditEntry.objects.count()

    answers = {route.name: browser.post(route.url(ours.keys)).status_code for route in POSTED}

    assert answers == {route.name: 403 for route in POSTED}
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("name", ["partners:language", "account_login", "account_logout"])
def test_language_and_signing_in_need_the_token(boss: User, name: str) -> None:
    assert strict(boss).post(reverse(name)).status_code == 403


def test_the_token_in_the_header_is_enough(boss: User) -> None:
    browser = strict(boss)
    page = browser.get("/").content.decode()
    token = page.partition('"X-CSRFToken": "')[2].partition('"')[0]

    response = browser.post(reverse("subscriptions:read"), headers={"X-CSRFToken": token})

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/", 200),
        ("/customers/", 200),
        ("/customers/?format=csv", 200),
        ("/customers/999999/", 404),
        ("/nowhere/", 404),
        ("/settings/people/999999/link/", 405),
        ("/subscriptions/bulk/suspend/", 409),
        ("/accounts/email/", 200),
        ("/settings/style/", 200),
        ("/healthz", 200),
    ],
)
def test_every_answer_to_the_signed_in_is_guarded_and_not_stored(
    boss: User, browser_of: BrowserOf, url: str, status: int
) -> None:
    response = browser_of(boss).get(url)

    assert response.status_code == status
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("url", ["/", "/customers/", "/activity/"])
def test_forbidden_pages_are_guarded_too(partner: Partner, browser_of: BrowserOf, url: str) -> None:
    response = browser_of(member(partner)).get(url)

    assert response.status_code == {"/": 200}.get(url, 403)
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("url", ["/accounts/login/", "/", "/nowhere/", "/readyz"])
def test_answers_to_anonymous_are_guarded(client: Client, db: None, url: str) -> None:
    response = client.get(url)

    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("target", ELSEWHERE)
def test_switching_leads_nowhere_else(boss: User, browser_of: BrowserOf, target: str) -> None:
    [membership] = boss.memberships.all()
    answer = {"partner": membership.partner_id, "next": target}

    response = browser_of(boss).post(reverse("partners:switch"), answer)

    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_choosing_a_language_leads_nowhere_else(
    boss: User, browser_of: BrowserOf, target: str
) -> None:
    answer = {"language": "it", "next": target}

    response = browser_of(boss).post(reverse("partners:language"), answer)

    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(boss: User, client: Client, target: str) -> None:
    boss.set_password(PASSWORD)
    boss.save()
    answer = {"login": boss.email, "password": PASSWORD, "next": target}

    response = client.post(reverse("account_login"), answer)

    assert response.status_code == 302
    assert response.headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_was(boss: User, client: Client) -> None:
    boss.set_password(PASSWORD)
    boss.save()
    answer = {"login": boss.email, "password": PASSWORD, "next": "/customers/?q=yun"}

    response = client.post(reverse("account_login"), answer)

    assert response.headers["Location"] == "/customers/?q=yun"


def test_a_profile_gives_nobody_more_rights(partner: Partner, browser_of: BrowserOf) -> None:
    person = member(partner, email="low@partner.example")
    extras = {
        "is_staff": "on",
        "is_superuser": "on",
        "email": "boss@partner.example",
        "admin_role": "global_admin",
        "password": "other",
    }

    browser_of(person).post(
        reverse("partners:profile"), {"name": "Low", "language": "it", **extras}
    )

    person.refresh_from_db()
    assert (person.name, person.email) == ("Low", "low@partner.example")
    assert not person.is_staff
    assert not person.is_superuser
    assert person.memberships.get().admin_role == "none"


def test_a_request_takes_no_status_and_no_other_partner(
    partner: Partner, boss: User, browser_of: BrowserOf
) -> None:
    theirs = CustomerFactory.create()
    answer = {
        "partner": partner.pk,
        "kind": "customer",
        "topic": "technical",
        "severity": "minimal",
        "title": "No mail",
        "text": "Since this morning",
        "customer": theirs.pk,
        "status": "closed",
        "reference": "SR-1",
    }

    response = browser_of(boss).post(reverse("service_requests:new"), answer)

    assert response.status_code in {404, 422}
    assert theirs.company not in response.content.decode()
