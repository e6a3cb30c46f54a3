"""Keeps files with records, and withdraws them. A kept file is never changed or deleted."""

from hashlib import sha256
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from partners import audit, clock
from partners.activity import READERS_NEED
from partners.attachments import naming, sniffing
from partners.attachments.registry import rights_of
from partners.models import Attachment, Partner, Scan, User
from partners.models.attachment import AttachmentQuerySet


class Upload(Protocol):
    """What a browser, or a command, brings."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def read(self, size: int = ..., /) -> bytes: ...


def of(subject: models.Model) -> AttachmentQuerySet:
    """The files of a record, withdrawn ones too, in the order in which they were kept."""
    found = Attachment.objects.about(audit.subject_kind(subject), str(subject.pk))
    return found.select_related("uploaded_by", "withdrawn_by").order_by("id")


def store(
    subject: models.Model,
    partner: Partner,
    customer_id: int | None,
    upload: Upload,
    *,
    by: User | None,
    reason: str,
) -> Attachment:
    """Keep a file with a record. Raises FileRefused with words for the person.

    The same bytes again on one record return the file that is there. With a virus scanner set up
    the file waits in quarantine until that has seen it.
    """
    name = naming.cleaned(upload.name or "")
    content = _read(upload)
    media_type = sniffing.media_type_of(content, name)
    row = Attachment(
        partner=partner,
        customer_ref=customer_id,
        subject_kind=audit.subject_kind(subject),
        subject_id=str(subject.pk),
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        uploaded_by=by,
        uploaded_at=clock.now(),
        scan=Scan.WAITING if settings.CLAMAV_ADDRESS else Scan.NOT_SCANNED,
        next_scan_at=timezone.now() if settings.CLAMAV_ADDRESS else None,
    )
    return _kept_already(row) or _keep(row, content, by=by, reason=reason)


def withdraw(attachment: Attachment, *, by: User, reason: str) -> bool:
    """Take a file back: its bytes are served to nobody any more, its trace stays.

    False, and nothing done, if somebody was faster.
    """
    changes = {"withdrawn_by": by, "withdrawn_at": clock.now(), "withdrawn_because": reason}
    with transaction.atomic():
        if not Attachment.objects.standing().filter(pk=attachment.pk).update(**changes):
            return False
        tell(attachment, "file_withdrawn", by=by, reason=reason)
    return True


def tell(attachment: Attachment, what: str, *, by: User | None, reason: str) -> None:
    """Write into the trail of the file's record what happened to the file."""
    rights = rights_of(attachment.subject_kind)
    subject = rights.model._default_manager.get(pk=attachment.subject_id)
    fact = audit.Fact(
        partner_id=attachment.partner_id,
        customer_id=attachment.customer_ref,
        subject=subject,
        kind=f"{rights.audit_name}.{what}",
        reason=reason,
        after={
            "attachment": attachment.pk,
            "file": attachment.name,
            "sha256": attachment.sha256,
            READERS_NEED: rights.to_read(subject),
        },
    )
    audit.record(fact, by=by)


def _read(upload: Upload) -> bytes:
    """All of it, but never more than one byte above the limit."""
    sniffing.ensure_not_too_large(upload.size or 0)
    return upload.read(sniffing.MAX_BYTES + 1)


def _kept_already(row: Attachment) -> Attachment | None:
    same = Attachment.objects.about(row.subject_kind, row.subject_id).standing()
    return same.filter(sha256=row.sha256).first()


def _keep(row: Attachment, content: bytes, *, by: User | None, reason: str) -> Attachment:
    """Bytes first, then the row with its entry; without the row the bytes are removed again."""
    row.content.save(row.name, ContentFile(content), save=False)
    stored = str(row.content.name)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            tell(row, "file_kept", by=by, reason=reason)
    except IntegrityError:
        row.content.storage.delete(stored)
        winner = _kept_already(row)
        if winner is None:
            raise
        return winner
    except BaseException:
        row.content.storage.delete(stored)
        raise
    return row
