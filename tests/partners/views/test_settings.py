"""/settings/ and /settings/permissions/"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from partners.models import AuditEntry, Partner, User
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    global_admin,
    help_desk_agent,
    member,
    sales_agent,
)

pytestmark = pytest.mark.django_db
URL = "/settings/"
SignIn = Callable[[User], Client]


def _answers(client: Client, **changes: object) -> dict[str, Any]:
    """What the page would post, with changes."""
    form = client.get(URL).context["form"]
    shown = {field.name: field.value() for field in form}
    kept = {
        name: value for name, value in shown.items() if value is not None and value is not False
    }
    return {**kept, "reason": "agreed with the board", **changes}


def test_change_is_saved_with_both_values_in_the_trail(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))

    response = client.post(URL, _answers(client, payment_terms_days=45))

    partner.settings.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert response.status_code == 302
    assert partner.settings.payment_terms_days == 45
    assert (entry.before, entry.after) == ({"payment_terms_days": 30}, {"payment_terms_days": 45})
    assert entry.reason == "agreed with the board"


def test_change_without_reason_is_refused(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))

    response = client.post(URL, _answers(client, payment_terms_days=45, reason=""))

    assert response.status_code == 422
    assert not AuditEntry.objects.exists()


def test_second_click_is_409_and_changes_nothing(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    answers = _answers(client, suspensions_stopped="on")

    client.post(URL, answers)
    second = client.post(URL, answers)

    assert second.status_code == 409
    assert AuditEntry.objects.count() == 1


def test_other_partners_page_is_409(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(global_admin(partner))
    answers = _answers(client, partner=PartnerFactory.create().pk, payment_terms_days=45)

    assert client.post(URL, answers).status_code == 409


def test_others_read_the_settings_and_change_nothing(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(partner))

    assert client.get(URL).context["form"] is None
    assert client.post(URL, {"payment_terms_days": 45}).status_code == 403


def test_tolerance_is_an_amount_and_hidden_with_them(partner: Partner, signed_in: SignIn) -> None:
    partner.settings.minimum_overdue_amount = "7654.32"
    partner.settings.save()

    page = signed_in(sales_agent(partner)).get(URL).content.decode()

    assert "7654" not in page
    assert "tolerated" not in page


def test_permissions_page_shows_the_table(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(help_desk_agent(partner)).get("/settings/permissions/")

    cells = {row["label"]: row["cells"] for row in page.context["rows"]}
    approving = cells["Approve a suspension for non-payment"]
    assert [cell["is_granted"] for cell in approving] == [True, True, True, False, True, False]
    assert [cell["together_with"] for cell in approving][2] == "Billing admin"


@pytest.mark.parametrize("url", [URL, "/settings/permissions/"])
def test_person_without_role_is_refused(partner: Partner, signed_in: SignIn, url: str) -> None:
    assert signed_in(member(partner)).get(url).status_code == 403


@pytest.mark.parametrize("url", [URL, "/settings/permissions/"])
def test_anonymous_is_sent_to_sign_in(client: Client, url: str) -> None:
    assert "/accounts/login/" in client.get(url).headers["Location"]


@pytest.mark.parametrize("url", [URL, "/settings/permissions/"])
def test_delete_is_not_allowed(partner: Partner, signed_in: SignIn, url: str) -> None:
    assert signed_in(global_admin(partner)).delete(url).status_code == 405
