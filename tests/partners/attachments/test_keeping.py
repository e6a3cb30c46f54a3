"""Keeping files with records and taking them back."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from partners import attachments, audit
from partners.attachments.registry import KeepsNoFiles
from partners.models import Attachment, AuditEntry, Scan, User
from partners.permissions import Permission
from service_requests.models import ServiceRequest, Topic
from tests.factories.partners import admin_agent
from tests.factories.service_requests import ServiceRequestFactory
from tests.partners.attachments import make


@pytest.fixture
def agent(subject: ServiceRequest) -> User:
    return admin_agent(subject.partner)


def _store(subject: ServiceRequest, by: User, name: str = "发票.pdf") -> Attachment:
    upload = SimpleUploadedFile(name, make.PDF, "text/html")
    partner, customer_id = subject.partner, subject.customer_id
    return attachments.store(subject, partner, customer_id, upload, by=by, reason="sent by mail")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_store_keeps_bytes_under_a_random_name(
    subject: ServiceRequest, agent: User, folder: Path
) -> None:
    kept = _store(subject, agent)

    assert (kept.name, kept.media_type, kept.size) == ("发票.pdf", "application/pdf", len(make.PDF))
    assert kept.scan == Scan.NOT_SCANNED
    assert [path.read_bytes() for path in _files(folder)] == [make.PDF]
    assert "发票" not in str(_files(folder)[0])
    assert list(attachments.of(subject)) == [kept]


def test_store_tells_the_trail(subject: ServiceRequest, agent: User) -> None:
    kept = _store(subject, agent)

    entry = AuditEntry.objects.get(kind="service_request.file_kept")
    assert (entry.subject_id, entry.by_id, entry.reason) == (
        str(subject.pk),
        agent.pk,
        "sent by mail",
    )
    assert entry.after["file"] == "发票.pdf"
    assert entry.after["sha256"] == kept.sha256


def test_files_of_a_request_about_money_need_its_right_in_the_trail(agent: User) -> None:
    request = ServiceRequestFactory.create(topic=Topic.BILLING_DISPUTE)

    _store(request, agent)

    entry = AuditEntry.objects.get(kind="service_request.file_kept")
    assert entry.after["readers_need"] == Permission.SEE_RECEIVABLES


def test_store_keeps_the_same_bytes_once(
    subject: ServiceRequest, agent: User, folder: Path
) -> None:
    first = _store(subject, agent)

    again = _store(subject, agent, name="copy.pdf")

    assert again == first
    assert len(_files(folder)) == 1
    assert AuditEntry.objects.filter(kind="service_request.file_kept").count() == 1


def test_store_keeps_the_same_bytes_with_another_record(
    subject: ServiceRequest, agent: User
) -> None:
    other = ServiceRequestFactory.create(customer=subject.customer)

    assert _store(subject, agent) != _store(other, agent)


def test_store_refuses_before_anything_is_kept(
    subject: ServiceRequest, agent: User, folder: Path
) -> None:
    with pytest.raises(attachments.FileRefused):
        _store(subject, agent, name="page.html")

    assert _files(folder) == []
    assert not Attachment.objects.exists()


def test_store_refuses_records_that_keep_no_files(subject: ServiceRequest, agent: User) -> None:
    upload = SimpleUploadedFile("a.pdf", make.PDF)

    with pytest.raises(KeepsNoFiles):
        attachments.store(agent, subject.partner, None, upload, by=agent, reason="x")


def test_nothing_stays_when_the_trail_fails(
    subject: ServiceRequest, agent: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(audit, "record", fail)

    with pytest.raises(DatabaseError):
        _store(subject, agent)

    assert _files(folder) == []
    assert not Attachment.objects.exists()


def test_withdraw_keeps_the_trace(subject: ServiceRequest, agent: User) -> None:
    kept = _store(subject, agent)

    assert attachments.withdraw(kept, by=agent, reason="wrong customer")

    kept.refresh_from_db()
    assert not kept.is_served
    assert (kept.withdrawn_by, kept.withdrawn_because) == (agent, "wrong customer")
    assert AuditEntry.objects.filter(kind="service_request.file_withdrawn").count() == 1


def test_withdraw_happens_once(subject: ServiceRequest, agent: User) -> None:
    kept = _store(subject, agent)
    attachments.withdraw(kept, by=agent, reason="wrong customer")

    assert not attachments.withdraw(kept, by=agent, reason="again")

    kept.refresh_from_db()
    assert kept.withdrawn_because == "wrong customer"


def test_the_same_bytes_may_come_back_after_withdrawing(
    subject: ServiceRequest, agent: User
) -> None:
    first = _store(subject, agent)
    attachments.withdraw(first, by=agent, reason="by mistake")

    assert _store(subject, agent) != first


@pytest.mark.parametrize(
    "change", [{"name": "other.pdf"}, {"sha256": "0" * 64}, {"content": "elsewhere"}]
)
def test_a_kept_file_is_never_changed(
    subject: ServiceRequest, agent: User, change: dict[str, str]
) -> None:
    kept = _store(subject, agent)

    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        Attachment.objects.filter(pk=kept.pk).update(**change)


def test_a_kept_file_is_never_deleted(subject: ServiceRequest, agent: User) -> None:
    kept = _store(subject, agent)

    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        kept.delete()
