"""The states of a request: every pair, what each move asks for, and one trail entry each."""

from collections.abc import Callable
from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from partners import audit, clock
from partners.models import AuditEntry, User
from service_requests import lifecycle
from service_requests.models import Kind, ServiceRequest, Side, Status, Topic
from tests.factories.partners import global_admin
from tests.factories.service_requests import ServiceRequestFactory, request_at

LATER = date(2099, 1, 1)
EXPECTED = {
    (Status.DRAFT, Status.SUBMITTED),
    (Status.DRAFT, Status.CLOSED),
    (Status.SUBMITTED, Status.IN_PROGRESS),
    (Status.SUBMITTED, Status.ATTENTION_NEEDED),
    (Status.SUBMITTED, Status.RESOLVED),
    (Status.IN_PROGRESS, Status.ATTENTION_NEEDED),
    (Status.IN_PROGRESS, Status.RESOLVED),
    (Status.ATTENTION_NEEDED, Status.IN_PROGRESS),
    (Status.ATTENTION_NEEDED, Status.RESOLVED),
    (Status.RESOLVED, Status.IN_PROGRESS),
    (Status.RESOLVED, Status.CLOSED),
    (Status.CLOSED, Status.IN_PROGRESS),
    (Status.CLOSED, Status.DRAFT),
}

Verb = Callable[[ServiceRequest, User], object]


def _file(request: ServiceRequest, by: User) -> object:
    return lifecycle.file(request, reference="", next_check_on=LATER, by=by, reason="filed")


def _progress(request: ServiceRequest, by: User) -> object:
    return lifecycle.progress(request, by=by, reason="called")


def _need_attention(request: ServiceRequest, by: User) -> object:
    return lifecycle.need_attention(request, by=by, reason="asked")


def _resolve(request: ServiceRequest, by: User) -> object:
    return lifecycle.resolve(request, answer="Fixed.", by=by, reason="answered")


def _close(request: ServiceRequest, by: User) -> object:
    return lifecycle.close(
        request, told=None, nobody_to_tell="Our own account.", by=by, reason="done"
    )


def _reopen(request: ServiceRequest, by: User) -> object:
    return lifecycle.reopen(request, next_check_on=LATER, by=by, reason="it came back")


@pytest.mark.parametrize(("was", "target"), list(product(Status, Status)))
def test_transition_table_is_the_machine(was: Status, target: Status) -> None:
    assert (target in lifecycle.TRANSITIONS[was]) is ((was, target) in EXPECTED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("was", "verb", "target"),
    [
        (Status.DRAFT, _file, Status.SUBMITTED),
        (Status.DRAFT, _close, Status.CLOSED),
        (Status.SUBMITTED, _progress, Status.IN_PROGRESS),
        (Status.SUBMITTED, _need_attention, Status.ATTENTION_NEEDED),
        (Status.SUBMITTED, _resolve, Status.RESOLVED),
        (Status.IN_PROGRESS, _need_attention, Status.ATTENTION_NEEDED),
        (Status.IN_PROGRESS, _resolve, Status.RESOLVED),
        (Status.ATTENTION_NEEDED, _progress, Status.IN_PROGRESS),
        (Status.ATTENTION_NEEDED, _resolve, Status.RESOLVED),
        (Status.RESOLVED, _close, Status.CLOSED),
        (Status.RESOLVED, _reopen, Status.IN_PROGRESS),
        (Status.CLOSED, _reopen, Status.IN_PROGRESS),
    ],
)
def test_move_changes_the_row_and_leaves_one_entry(was: Status, verb: Verb, target: Status) -> None:
    request = request_at(was)
    seen = AuditEntry.objects.count()

    verb(request, global_admin(request.partner))

    request.refresh_from_db()
    assert request.status == target
    assert AuditEntry.objects.count() == seen + 1
    newest = AuditEntry.objects.latest("id")
    assert (newest.before["status"], newest.after["status"]) == (was, target)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("was", "verb"),
    [
        (Status.DRAFT, _progress),
        (Status.DRAFT, _need_attention),
        (Status.DRAFT, _resolve),
        (Status.DRAFT, _reopen),
        (Status.SUBMITTED, _close),
        (Status.SUBMITTED, _reopen),
        (Status.IN_PROGRESS, _file),
        (Status.IN_PROGRESS, _close),
        (Status.ATTENTION_NEEDED, _file),
        (Status.RESOLVED, _progress),
        (Status.RESOLVED, _file),
        (Status.CLOSED, _progress),
        (Status.CLOSED, _resolve),
    ],
)
def test_move_from_the_wrong_state_is_refused(was: Status, verb: Verb) -> None:
    request = request_at(was)

    with pytest.raises(lifecycle.InvalidTransition):
        verb(request, global_admin(request.partner))

    request.refresh_from_db()
    assert request.status == was


@pytest.mark.django_db
def test_filing_twice_files_once() -> None:
    request = request_at(Status.SUBMITTED)
    filed_at, seen = request.filed_at, AuditEntry.objects.count()

    _file(request, global_admin(request.partner))

    request.refresh_from_db()
    assert request.filed_at == filed_at
    assert AuditEntry.objects.count() == seen


@pytest.mark.django_db
def test_filing_a_stale_draft_that_was_discarded_is_refused() -> None:
    request = request_at(Status.DRAFT)
    stale = ServiceRequest.objects.get(pk=request.pk)
    by = global_admin(request.partner)
    _close(request, by)

    with pytest.raises(lifecycle.InvalidTransition):
        _file(stale, by)


@pytest.mark.django_db
def test_fraud_concern_is_not_filed_as_partner_center_request() -> None:
    request = ServiceRequestFactory.create(topic=Topic.FRAUD_CONCERN, kind=Kind.PARTNER_CENTER)

    with pytest.raises(lifecycle.WrongDoor):
        _file(request, global_admin(request.partner))


@pytest.mark.django_db
def test_answer_becomes_a_note_of_21vianet() -> None:
    request = request_at(Status.SUBMITTED)

    _resolve(request, global_admin(request.partner))

    note = request.notes.get()
    assert (note.side, note.text) == (Side.VIANET, "Fixed.")


@pytest.mark.django_db
def test_resolving_without_an_answer_is_refused() -> None:
    request = request_at(Status.SUBMITTED)

    with pytest.raises(lifecycle.NothingAnswered):
        lifecycle.resolve(request, answer=" ", by=global_admin(request.partner), reason="answered")


@pytest.mark.django_db
@pytest.mark.parametrize(("is_told", "nobody"), [(False, ""), (False, "  "), (True, "They know.")])
def test_closing_needs_exactly_one_way_to_close_the_loop(is_told: bool, nobody: str) -> None:
    request = request_at(Status.RESOLVED)
    told = lifecycle.Told("phone", clock.now()) if is_told else None

    with pytest.raises(lifecycle.CustomerNotTold):
        lifecycle.close(
            request,
            told=told,
            nobody_to_tell=nobody,
            by=global_admin(request.partner),
            reason="done",
        )


@pytest.mark.django_db
def test_closing_keeps_how_when_and_by_whom_the_customer_was_told() -> None:
    request = request_at(Status.RESOLVED)
    by, moment = global_admin(request.partner), clock.now()

    lifecycle.close(
        request, told=lifecycle.Told("phone", moment), nobody_to_tell="", by=by, reason="told"
    )

    assert (request.told_how, request.told_at, request.told_by) == ("phone", moment, by)


@pytest.mark.django_db
def test_reopening_forgets_who_was_told_and_sets_a_new_check() -> None:
    request = request_at(Status.CLOSED)

    _reopen(request, global_admin(request.partner))

    assert (request.nobody_to_tell, request.next_check_on) == ("", LATER)


@pytest.mark.django_db
def test_reopening_a_discarded_draft_makes_it_a_draft() -> None:
    request = request_at(Status.DRAFT)
    by = global_admin(request.partner)
    _close(request, by)

    _reopen(request, by)

    assert request.status == Status.DRAFT
    assert request.next_check_on is None


@pytest.mark.django_db
def test_database_refuses_to_close_without_closing_the_loop() -> None:
    request = request_at(Status.RESOLVED)

    with pytest.raises(IntegrityError, match="closes_the_loop"), transaction.atomic():
        ServiceRequest.objects.filter(pk=request.pk).update(status=Status.CLOSED)


@pytest.mark.django_db
def test_database_refuses_a_filed_request_without_next_check() -> None:
    request = request_at(Status.SUBMITTED)

    with pytest.raises(IntegrityError, match="has_next_check"), transaction.atomic():
        ServiceRequest.objects.filter(pk=request.pk).update(next_check_on=None)


@pytest.mark.django_db
def test_move_is_undone_when_the_trail_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_at(Status.DRAFT)
    by = global_admin(request.partner)

    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError):  # noqa: PT011  (raised two lines above)
        _file(request, by)

    assert ServiceRequest.objects.get(pk=request.pk).status == Status.DRAFT
