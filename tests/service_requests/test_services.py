"""Drafts, rewriting, follow-ups and notes."""

import uuid
from datetime import date

import pytest
from django.db import InternalError, transaction
from django.db.utils import ProgrammingError

from partners.models import AuditEntry
from service_requests import lifecycle, services, wording
from service_requests.models import Kind, Note, ServiceRequest, Side, Status, Topic
from service_requests.services import Subject
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, global_admin
from tests.factories.service_requests import request_at
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db
WORDS = {
    "kind": Kind.CUSTOMER,
    "topic": Topic.TECHNICAL,
    "severity": "moderate",
    "title": "No mail",
    "text": "No mail arrives.",
    "text_zh": "",
}


def test_same_key_twice_is_one_draft() -> None:
    customer = CustomerFactory.create()
    by, key = global_admin(customer.partner), uuid.uuid4()
    subject = Subject(partner=customer.partner, customer=customer)

    first = services.draft(subject, WORDS, key=key, by=by, reason="drafted")
    second = services.draft(subject, WORDS, key=key, by=by, reason="drafted")

    assert first == second
    assert AuditEntry.objects.filter(kind="service_request.drafted").count() == 1


def test_draft_through_the_wrong_door_is_refused() -> None:
    customer = CustomerFactory.create()
    subject = Subject(partner=customer.partner, customer=customer)
    words = {**WORDS, "topic": Topic.FRAUD_CONCERN, "kind": Kind.PARTNER_CENTER}

    with pytest.raises(lifecycle.WrongDoor):
        services.draft(
            subject, words, key=uuid.uuid4(), by=global_admin(customer.partner), reason="drafted"
        )


def test_rewriting_keeps_both_texts_in_the_trail() -> None:
    request = request_at(Status.DRAFT)
    words = {"kind": request.kind, "text": "Half of the mail is lost."}

    services.rewrite(request, words, by=global_admin(request.partner), reason="clearer")

    entry = AuditEntry.objects.latest("id")
    assert request.text == "Half of the mail is lost."
    assert entry.before["text"] == "Since this morning no mail arrives."


def test_rewriting_with_the_same_words_leaves_no_entry() -> None:
    request = request_at(Status.DRAFT)
    seen = AuditEntry.objects.count()

    services.rewrite(
        request, {"kind": request.kind}, by=global_admin(request.partner), reason="same"
    )

    assert AuditEntry.objects.count() == seen


def test_rewriting_what_was_filed_is_refused() -> None:
    request = request_at(Status.SUBMITTED)
    words = {"kind": request.kind, "text": "Something else."}

    with pytest.raises(services.AlreadyFiled):
        services.rewrite(request, words, by=global_admin(request.partner), reason="late")


def test_follow_up_sets_reference_and_next_check() -> None:
    request = request_at(Status.SUBMITTED)
    by, day = global_admin(request.partner), date(2099, 5, 4)

    services.follow_up(request, reference="9200", next_check_on=day, by=by, reason="called")

    assert (request.reference, request.next_check_on) == ("9200", day)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RESOLVED, Status.CLOSED])
def test_follow_up_of_what_is_not_with_21vianet_is_refused(status: Status) -> None:
    request = request_at(status)
    by, day = global_admin(request.partner), date(2099, 5, 4)

    with pytest.raises(services.NotWithVianet):
        services.follow_up(request, reference="9200", next_check_on=day, by=by, reason="called")


def test_notes_are_never_changed() -> None:
    request = request_at(Status.SUBMITTED)
    by = global_admin(request.partner)
    note = services.add_note(request, side=Side.CUSTOMER, text="Still broken", by=by, reason="x")

    with pytest.raises((InternalError, ProgrammingError), match="Cannot"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(text="Works")


@pytest.mark.parametrize("topic", list(Topic))
def test_letters_name_everything_21vianet_asks_for(topic: Topic) -> None:
    subscription = SubscriptionFactory.create(friendly_name="Office 365 <E3> & more")
    subject = Subject(
        partner=subscription.partner,
        customer=subscription.customer,
        subscription=subscription,
    )

    letter = wording.letter(topic, subject)

    needed = {
        subscription.customer.company,
        subscription.customer.tenant_id,
        subscription.customer.domain,
        subscription.pc_id,
        subscription.partner.mpn_id,
        "Office 365 <E3> & more",
    }
    assert [part for part in needed if part not in letter.text] == []
    assert [part for part in needed if part not in letter.text_zh] == []
    assert "What we ask\n" in letter.text
    assert "我们的请求\n" in letter.text_zh


def test_letter_about_our_own_account_names_no_customer() -> None:
    letter = wording.letter(Topic.WRONG_BILL, Subject(partner=PartnerFactory.create()))

    assert "Tenant ID" not in letter.text
    assert wording.GAP in letter.text


def test_checks_due_are_filed_requests_of_today_and_before() -> None:
    request = request_at(Status.SUBMITTED)
    request_at(Status.DRAFT, customer=request.customer)
    day = request.next_check_on
    assert day is not None
    due = ServiceRequest.objects.checks_due

    assert list(due(day)) == [request]
    assert list(due(date(2000, 1, 1))) == []
    assert not ServiceRequest.objects.checks_overdue(day).exists()
