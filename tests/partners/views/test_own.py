"""/profile/, the partner switcher and the demo's clock."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from partners.models import AgentRole, AuditEntry, BusinessClock, Membership, Partner, User
from tests.factories.partners import (
    PartnerFactory,
    UserFactory,
    admin_agent,
    global_admin,
    help_desk_agent,
    member,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_profile_shows_roles_rights_and_whom_to_ask(partner: Partner, signed_in: SignIn) -> None:
    boss = global_admin(partner)

    page = signed_in(help_desk_agent(partner)).get("/profile/").content.decode()

    assert "Help desk agent" in page
    assert "Raise an alarm about fraud or misuse" in page
    assert boss.email in page


def test_profile_of_somebody_without_a_partner_says_whom_to_ask(
    db: None, signed_in: SignIn
) -> None:
    page = signed_in(UserFactory.create()).get("/profile/").content.decode()

    assert "do not work for any partner yet" in page


def test_profile_saves_name_and_language(partner: Partner, signed_in: SignIn) -> None:
    person = member(partner)

    response = signed_in(person).post("/profile/", {"name": "王芳", "language": "zh-hans"})

    person.refresh_from_db()
    assert response.status_code == 302
    assert (person.name, person.language) == ("王芳", "zh-hans")
    assert AuditEntry.objects.get().kind == "person.profile_changed"


def test_profile_refuses_an_unknown_language(partner: Partner, signed_in: SignIn) -> None:
    response = signed_in(member(partner)).post("/profile/", {"name": "W", "language": "xx"})

    assert response.status_code == 422


def _works_for_both(partner: Partner, other: Partner) -> User:
    person = admin_agent(partner)
    Membership.objects.create(user=person, partner=other, agent_role=AgentRole.SALES)
    return person


def test_switch_changes_the_partner_of_lists(partner: Partner, signed_in: SignIn) -> None:
    other = PartnerFactory.create(name="ZZZ last")
    client = signed_in(_works_for_both(partner, other))

    response = client.post("/profile/partner/", {"partner": other.pk, "next": "/settings/"})

    assert response.headers["Location"] == "/settings/"
    assert client.get("/settings/").context["request"].partner == other


def test_switch_to_somebody_elses_partner_is_404(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(partner))

    response = client.post("/profile/partner/", {"partner": PartnerFactory.create().pk})

    assert response.status_code == 404


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "https:evil", ""]
)
def test_switch_goes_nowhere_else(partner: Partner, signed_in: SignIn, target: str) -> None:
    client = signed_in(admin_agent(partner))

    response = client.post("/profile/partner/", {"partner": partner.pk, "next": target})

    assert response.headers["Location"] == "/"


def test_clock_moves_in_a_demo(partner: Partner, signed_in: SignIn, settings: Settings) -> None:
    settings.DEMO = True

    signed_in(admin_agent(partner)).post("/clock/", {"days": "3", "next": "/"})

    assert BusinessClock.objects.get().offset_days == 3
    assert AuditEntry.objects.get().kind == "clock.moved"


@pytest.mark.parametrize("days", ["", "0", "-1", "367", "1e3", "9999", "٣"])
def test_clock_refuses_nonsense(
    partner: Partner, signed_in: SignIn, settings: Settings, days: str
) -> None:
    settings.DEMO = True

    signed_in(admin_agent(partner)).post("/clock/", {"days": days})

    assert not BusinessClock.objects.filter(offset_days__gt=0).exists()
    assert not AuditEntry.objects.exists()


def test_there_is_no_clock_in_production(
    partner: Partner, signed_in: SignIn, settings: Settings
) -> None:
    settings.DEMO = False

    response = signed_in(admin_agent(partner)).post("/clock/", {"days": "1"})

    assert response.status_code == 404


@pytest.mark.parametrize("url", ["/profile/partner/", "/clock/"])
def test_get_is_not_allowed(partner: Partner, signed_in: SignIn, url: str) -> None:
    assert signed_in(admin_agent(partner)).get(url).status_code == 405


@pytest.mark.parametrize("url", ["/profile/partner/", "/clock/", "/profile/"])
def test_anonymous_is_sent_to_sign_in(client: Client, url: str) -> None:
    response = client.post(url)

    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


def test_language_menu_changes_the_profile(partner: Partner, signed_in: SignIn) -> None:
    person = help_desk_agent(partner)
    browser = signed_in(person)

    answer = browser.post("/profile/language/", {"language": "it", "next": "/customers/"})

    assert answer.headers["Location"] == "/customers/"
    assert 'lang="it"' in browser.get("/customers/").content.decode()


def test_language_menu_gives_visitors_a_cookie(client: Client, db: None) -> None:
    client.post("/profile/language/", {"language": "zh-hans", "next": "/accounts/login/"})

    assert 'lang="zh-hans"' in client.get("/accounts/login/").content.decode()


def test_unknown_language_changes_nothing(partner: Partner, signed_in: SignIn) -> None:
    person = help_desk_agent(partner)

    signed_in(person).post("/profile/language/", {"language": "tlh"})

    person.refresh_from_db()
    assert person.language == "en"
