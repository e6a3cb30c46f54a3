"""The dialogs below /requests/<id>/: file, resolve, close, reopen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from partners.models import AuditEntry, Partner, User
from service_requests.models import Kind, ServiceRequest, Status
from tests.factories.customers import CustomerFactory
from tests.factories.partners import admin_agent, global_admin, help_desk_agent
from tests.factories.service_requests import request_at

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
FILED = {"is_checked_first": "on", "reference": "9200", "next_check_on": "2099-05-04"}
TOLD = {"told_how": "phone", "told_at": "2026-01-02T09:30", "nobody_to_tell": ""}


def _request(partner: Partner, status: Status, **fields: Any) -> ServiceRequest:
    return request_at(status, customer=CustomerFactory.create(partner=partner), **fields)


def test_filing_records_reference_and_next_check(partner: Partner, signed_in: SignIn) -> None:
    found, person = _request(partner, Status.DRAFT), help_desk_agent(partner)

    response = signed_in(person).post(f"/requests/{found.pk}/file/", FILED)

    found.refresh_from_db()
    assert response.headers["Location"] == f"/requests/{found.pk}/"
    assert (found.status, found.reference, found.filed_by) == (Status.SUBMITTED, "9200", person)


def test_filing_unchecked_is_refused(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.DRAFT)
    answers = {**FILED, "is_checked_first": ""}

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/file/", answers)

    assert response.status_code == 422


def test_filing_warns_of_places_to_fill_in(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.DRAFT, text="Broken since […]")

    page = signed_in(help_desk_agent(partner)).get(f"/requests/{found.pk}/file/")

    assert "places to fill in" in page.content.decode()


def test_admin_agent_files_no_partner_center_request(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.DRAFT, kind=Kind.PARTNER_CENTER)

    response = signed_in(admin_agent(partner)).post(f"/requests/{found.pk}/file/", FILED)

    assert response.status_code == 403


def test_global_admin_files_a_partner_center_request(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.DRAFT, kind=Kind.PARTNER_CENTER)

    signed_in(global_admin(partner)).post(f"/requests/{found.pk}/file/", FILED)

    found.refresh_from_db()
    assert found.status == Status.SUBMITTED


def test_answer_resolves(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.SUBMITTED)
    url = f"/requests/{found.pk}/resolve/"

    signed_in(help_desk_agent(partner)).post(url, {"answer": "A certificate had expired."})

    found.refresh_from_db()
    assert found.status == Status.RESOLVED
    assert found.notes.get().text == "A certificate had expired."


def test_closing_keeps_the_moment_in_the_partners_zone(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.RESOLVED)

    signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/close/", TOLD)

    found.refresh_from_db()
    assert found.status == Status.CLOSED
    assert found.told_at is not None
    assert found.told_at.isoformat() == "2026-01-02T01:30:00+00:00"


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"told_how": "phone"},
        {"told_how": "pigeon", "told_at": "2026-01-02T09:30"},
        {"told_how": "phone", "told_at": "2099-01-02T09:30"},
        {**TOLD, "nobody_to_tell": "They know."},
    ],
)
def test_closing_without_closing_the_loop_is_refused(
    partner: Partner, signed_in: SignIn, answers: dict[str, str]
) -> None:
    found = _request(partner, Status.RESOLVED)

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/close/", answers)

    found.refresh_from_db()
    assert response.status_code == 422
    assert found.status == Status.RESOLVED


def test_reopening_asks_why(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.CLOSED)
    answers = {"reason": "It came back", "next_check_on": "2099-05-04"}

    signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/reopen/", answers)

    found.refresh_from_db()
    assert found.status == Status.IN_PROGRESS
    assert AuditEntry.objects.latest("id").reason == "It came back"


def test_second_click_files_once(partner: Partner, signed_in: SignIn) -> None:
    found, client = _request(partner, Status.DRAFT), signed_in(help_desk_agent(partner))

    client.post(f"/requests/{found.pk}/file/", FILED)
    second = client.post(f"/requests/{found.pk}/file/", FILED)

    assert second.status_code == 302
    assert AuditEntry.objects.filter(kind="service_request.filed").count() == 1


def test_moving_what_has_moved_on_is_409(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.CLOSED)

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/file/", FILED)

    assert response.status_code == 409


def test_dialog_answers_htmx_with_its_element(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.DRAFT)

    page = signed_in(help_desk_agent(partner)).get(
        f"/requests/{found.pk}/file/", headers={"HX-Request": "true"}
    )

    assert b'id="confirm"' in page.content
