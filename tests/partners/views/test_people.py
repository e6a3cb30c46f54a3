"""/settings/people/ and below."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from partners.models import AdminRole, AgentRole, AuditEntry, Membership, Partner, User
from tests.factories.partners import (
    PartnerFactory,
    UserFactory,
    admin_agent,
    global_admin,
    member,
    sales_agent,
)

pytestmark = pytest.mark.django_db
URL = "/settings/people/"
SignIn = Callable[[User], Client]
REASON = "new in sales"


def _people_admin(partner: Partner) -> User:
    return member(partner, admin_role=AdminRole.USER_MANAGEMENT)


def _invitation(partner: Partner, **changes: object) -> dict[str, Any]:
    return {
        "partner": partner.pk,
        "email": "li.na@partner.example",
        "name": "李娜",
        "language": "zh-hans",
        "agent_role": AgentRole.SALES.value,
        "admin_role": AdminRole.NONE.value,
        "reason": REASON,
        **changes,
    }


def test_list_names_the_partners_people_and_nobody_else(
    partner: Partner, signed_in: SignIn
) -> None:
    colleague = sales_agent(partner)
    stranger = sales_agent(PartnerFactory.create())

    page = signed_in(_people_admin(partner)).get(URL).content.decode()

    assert colleague.email in page
    assert stranger.email not in page


def test_invited_person_chooses_a_password_and_signs_in(
    partner: Partner, signed_in: SignIn, mailoutbox: list[EmailMessage]
) -> None:
    signed_in(_people_admin(partner)).post(f"{URL}invite/", _invitation(partner))

    message = mailoutbox[0]
    link = re.search(r"https?://[^/]+(/accounts/password/reset/\S+)", str(message.body))
    assert message.to == ["li.na@partner.example"]
    assert link is not None
    browser = Client()
    page = browser.get(link[1], follow=True)
    form_url = page.redirect_chain[-1][0]
    chosen = "long enough for anybody"
    browser.post(form_url, {"password1": chosen, "password2": chosen})
    assert User.objects.get(email="li.na@partner.example").check_password(chosen)


def test_invitation_of_somebody_known_sends_no_link(
    partner: Partner, signed_in: SignIn, mailoutbox: list[EmailMessage]
) -> None:
    known = UserFactory.create(email="li.na@partner.example")

    signed_in(_people_admin(partner)).post(f"{URL}invite/", _invitation(partner))

    assert Membership.objects.get(user=known).agent_role == AgentRole.SALES
    assert mailoutbox == []


def test_second_click_invites_once(
    partner: Partner, signed_in: SignIn, mailoutbox: list[EmailMessage]
) -> None:
    client = signed_in(_people_admin(partner))

    client.post(f"{URL}invite/", _invitation(partner))
    client.post(f"{URL}invite/", _invitation(partner))

    assert Membership.objects.filter(user__email="li.na@partner.example").count() == 1
    assert len(mailoutbox) == 1


def test_user_management_admin_cannot_invite_a_global_admin(
    partner: Partner, signed_in: SignIn
) -> None:
    answers = _invitation(partner, admin_role=AdminRole.GLOBAL.value)

    response = signed_in(_people_admin(partner)).post(f"{URL}invite/", answers)

    assert response.status_code == 422
    assert not User.objects.filter(email="li.na@partner.example").exists()


def test_invitation_after_switching_the_partner_is_409(partner: Partner, signed_in: SignIn) -> None:
    answers = _invitation(PartnerFactory.create())

    assert signed_in(_people_admin(partner)).post(f"{URL}invite/", answers).status_code == 409


def test_roles_are_set_with_a_reason(partner: Partner, signed_in: SignIn) -> None:
    membership = Membership.objects.get(user=sales_agent(partner))
    answers = {"agent_role": "help_desk_agent", "admin_role": "none", "reason": "moved"}

    response = signed_in(_people_admin(partner)).post(f"{URL}{membership.pk}/", answers)

    membership.refresh_from_db()
    assert response.status_code == 302
    assert membership.agent_role == AgentRole.HELP_DESK
    assert AuditEntry.objects.get().reason == "moved"


def test_own_roles_are_refused_in_words(partner: Partner, signed_in: SignIn) -> None:
    boss = global_admin(partner)
    membership = Membership.objects.get(user=boss)
    answers = {"agent_role": "none", "admin_role": "none", "reason": "bye"}

    response = signed_in(boss).post(f"{URL}{membership.pk}/", answers)

    assert response.status_code == 422
    assert "Nobody changes their own roles" in response.content.decode()


def test_link_is_sent_again(
    partner: Partner, signed_in: SignIn, mailoutbox: list[EmailMessage]
) -> None:
    membership = Membership.objects.get(user=sales_agent(partner))

    signed_in(_people_admin(partner)).post(f"{URL}{membership.pk}/link/")

    assert mailoutbox[0].to == [membership.user.email]


def test_somebody_elses_colleague_is_404(partner: Partner, signed_in: SignIn) -> None:
    stranger = Membership.objects.get(user=sales_agent(PartnerFactory.create()))
    client = signed_in(global_admin(partner))

    assert client.get(f"{URL}{stranger.pk}/").status_code == 404
    assert client.post(f"{URL}{stranger.pk}/link/").status_code == 404


@pytest.mark.parametrize("page", ["", "invite/", "1/"])
def test_admin_agent_is_refused(partner: Partner, signed_in: SignIn, page: str) -> None:
    assert signed_in(admin_agent(partner)).get(f"{URL}{page}").status_code == 403


@pytest.mark.parametrize("page", ["", "invite/", "1/"])
def test_anonymous_is_sent_to_sign_in(client: Client, page: str) -> None:
    assert "/accounts/login/" in client.get(f"{URL}{page}").headers["Location"]


@pytest.mark.parametrize("page", ["", "invite/", "1/", "1/link/"])
def test_delete_is_not_allowed(partner: Partner, signed_in: SignIn, page: str) -> None:
    assert signed_in(global_admin(partner)).delete(f"{URL}{page}").status_code == 405
