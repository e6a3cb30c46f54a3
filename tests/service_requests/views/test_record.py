"""GET /requests/<id>/ and what its small forms do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from partners.models import Partner, User
from service_requests.models import Kind, Note, ServiceRequest, Status, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    global_admin,
    help_desk_agent,
    sales_agent,
)
from tests.factories.service_requests import request_at

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
AMOUNT = "¥ 88,410.50"


def _request(partner: Partner, status: Status = Status.DRAFT, **fields: Any) -> ServiceRequest:
    return request_at(status, customer=CustomerFactory.create(partner=partner), **fields)


def test_draft_shows_where_to_file_it(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner)
    assert found.customer is not None

    page = signed_in(help_desk_agent(partner)).get(f"/requests/{found.pk}/").content.decode()

    assert "Support requests &gt; Customer requests" in page
    assert found.customer.domain in page
    assert f"/requests/{found.pk}/file/" in page


def test_admin_agent_is_told_who_files_a_partner_center_request(
    partner: Partner, signed_in: SignIn
) -> None:
    found = _request(partner, kind=Kind.PARTNER_CENTER)

    page = signed_in(admin_agent(partner)).get(f"/requests/{found.pk}/").content.decode()

    assert "File Partner Center requests" in page
    assert f"/requests/{found.pk}/file/" not in page


@pytest.mark.parametrize(
    ("topic", "person", "is_shown"),
    [
        (Topic.BILLING_DISPUTE, global_admin, True),
        (Topic.BILLING_DISPUTE, admin_agent, True),
        (Topic.BILLING_DISPUTE, billing_admin, True),
        (Topic.BILLING_DISPUTE, sales_agent, False),
        (Topic.BILLING_DISPUTE, help_desk_agent, False),
        (Topic.WRONG_BILL, billing_admin, True),
        (Topic.WRONG_BILL, sales_agent, False),
        (Topic.TECHNICAL, sales_agent, True),
    ],
)
def test_words_are_shown_by_topic_and_role(
    partner: Partner,
    signed_in: SignIn,
    topic: Topic,
    person: Callable[[Partner], User],
    is_shown: bool,
) -> None:
    kind = Kind.PARTNER_CENTER if topic is Topic.WRONG_BILL else Kind.CUSTOMER
    found = _request(
        partner, Status.RESOLVED, topic=topic, kind=kind, title=AMOUNT, text=f"Charged {AMOUNT}"
    )

    page = signed_in(person(partner)).get(f"/requests/{found.pk}/").content.decode()

    assert (AMOUNT in page) is is_shown
    assert ("It works again." in page) is is_shown


def test_sales_agents_who_may_see_what_is_owed_still_see_no_bill(
    partner: Partner, signed_in: SignIn
) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()
    bill = _request(partner, topic=Topic.WRONG_BILL, kind=Kind.PARTNER_CENTER, title=AMOUNT)
    dispute = _request(partner, topic=Topic.BILLING_DISPUTE, title=AMOUNT)
    client = signed_in(sales_agent(partner))

    assert AMOUNT not in client.get(f"/requests/{bill.pk}/").content.decode()
    assert AMOUNT in client.get(f"/requests/{dispute.pk}/").content.decode()


def test_note_is_kept_with_its_side(partner: Partner, signed_in: SignIn) -> None:
    found, person = _request(partner), help_desk_agent(partner)

    response = signed_in(person).post(
        f"/requests/{found.pk}/notes/", {"side": "customer", "text": "Still no mail"}
    )

    note = Note.objects.get()
    assert response.status_code == 302
    assert (note.side, note.text, note.by) == ("customer", "Still no mail", person)


def test_empty_note_is_refused(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner)

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/notes/", {})

    assert response.status_code == 422
    assert not Note.objects.exists()


def test_follow_up_records_reference_and_standing(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.SUBMITTED)
    answers = {"standing": "in_progress", "reference": "9200", "next_check_on": "2099-05-04"}

    signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/follow-up/", answers)

    found.refresh_from_db()
    assert (found.status, found.reference) == (Status.IN_PROGRESS, "9200")


def test_follow_up_into_the_past_is_refused(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.SUBMITTED)
    answers = {"standing": "in_progress", "next_check_on": "2001-01-01"}

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/follow-up/", answers)

    assert response.status_code == 422
    assert "has passed" in response.content.decode()


def test_follow_up_of_a_resolved_request_is_409(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.RESOLVED)
    answers = {"standing": "in_progress", "next_check_on": "2099-05-04"}

    response = signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/follow-up/", answers)

    assert response.status_code == 409


def test_draft_is_rewritten(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner)
    words = {"kind": found.kind, "severity": "critical", "title": "All mail lost", "text": "All."}

    signed_in(help_desk_agent(partner)).post(f"/requests/{found.pk}/edit/", words)

    found.refresh_from_db()
    assert (found.title, found.severity) == ("All mail lost", "critical")


def test_rewriting_what_was_filed_is_409(partner: Partner, signed_in: SignIn) -> None:
    found = _request(partner, Status.SUBMITTED)

    assert signed_in(admin_agent(partner)).get(f"/requests/{found.pk}/edit/").status_code == 409


PAGES = ["", "edit/", "file/", "resolve/", "close/", "reopen/"]
POSTS = ["notes/", "follow-up/"]


@pytest.mark.parametrize("page", PAGES)
def test_somebody_elses_request_is_404(partner: Partner, signed_in: SignIn, page: str) -> None:
    found = request_at(Status.DRAFT)

    assert signed_in(global_admin(partner)).get(f"/requests/{found.pk}/{page}").status_code == 404


@pytest.mark.parametrize("page", POSTS)
def test_posting_to_somebody_elses_request_is_404(
    partner: Partner, signed_in: SignIn, page: str
) -> None:
    found = request_at(Status.SUBMITTED)

    assert signed_in(global_admin(partner)).post(f"/requests/{found.pk}/{page}").status_code == 404


@pytest.mark.parametrize("page", [*PAGES, *POSTS])
def test_anonymous_is_sent_to_sign_in(client: Client, page: str) -> None:
    response = (
        client.post(f"/requests/1/{page}") if page in POSTS else client.get(f"/requests/1/{page}")
    )

    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


@pytest.mark.parametrize("page", PAGES[1:])
def test_sales_agent_changes_nothing(partner: Partner, signed_in: SignIn, page: str) -> None:
    found = _request(partner)

    assert signed_in(sales_agent(partner)).get(f"/requests/{found.pk}/{page}").status_code == 403


@pytest.mark.parametrize("page", POSTS)
def test_sales_agent_posts_nothing(partner: Partner, signed_in: SignIn, page: str) -> None:
    found = _request(partner, Status.SUBMITTED)

    assert signed_in(sales_agent(partner)).post(f"/requests/{found.pk}/{page}").status_code == 403


@pytest.mark.parametrize("page", [*PAGES, *POSTS])
def test_delete_is_not_allowed(partner: Partner, signed_in: SignIn, page: str) -> None:
    found = _request(partner)

    response = signed_in(global_admin(partner)).delete(f"/requests/{found.pk}/{page}")

    assert response.status_code == 405
