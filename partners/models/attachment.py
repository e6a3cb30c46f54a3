"""A file somebody kept with a record: what it is, who kept it, and whether it was checked."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Scan(models.TextChoices):
    """What a virus scanner says of a file."""

    NOT_SCANNED = "not_scanned", _("Not scanned for viruses")
    WAITING = "waiting", _("Being checked for viruses")
    CLEAN = "clean", _("No virus found")
    INFECTED = "infected", _("Infected")


SERVED = (Scan.NOT_SCANNED, Scan.CLEAN)


def stored_name(attachment: "Attachment", _filename: str) -> str:
    """Where the bytes are kept: a random name, so that nothing of the person's name is trusted."""
    return f"attachments/{attachment.partner_id}/{uuid.uuid4().hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files by where they belong and what is to be done about them."""

    def about(self, subject_kind: str, subject_id: str) -> Self:
        """The files of one record."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id)

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawn_at=None)

    def to_scan(self, at: datetime) -> Self:
        """Waiting for the scanner, and due."""
        return self.filter(scan=Scan.WAITING, next_scan_at__lte=at)


class Attachment(models.Model):
    """One kept file. Its bytes and what is known of them are never changed; it may be withdrawn.

    It belongs to any kind of record, named as the audit trail names it. `media_type` was found from
    the content, not believed from the browser.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer_ref = models.BigIntegerField(_("customer"), null=True)
    subject_kind = models.CharField(_("subject kind"), max_length=60)
    subject_id = models.CharField(_("subject"), max_length=64)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("kept at"))
    scan = models.CharField(_("virus check"), max_length=12, choices=Scan)
    finding = models.CharField(_("what was found"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("checked at"), null=True)
    scan_attempts = models.PositiveSmallIntegerField(default=0)
    next_scan_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_because = models.TextField(_("why it was withdrawn"), blank=True)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="attachment_scan_known"),
            models.CheckConstraint(
                condition=~Q(scan=Scan.WAITING) | Q(next_scan_at__isnull=False),
                name="attachment_waiting_is_due",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_because="")
                ),
                name="attachment_withdrawn_by_why",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sha256"],
                condition=Q(withdrawn_at=None),
                name="attachment_kept_once",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="attachments_of_subject"),
            models.Index(
                "next_scan_at", name="attachments_to_scan", condition=Q(scan=Scan.WAITING)
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="attachment_bytes_stay",
                fields=[
                    "partner", "customer_ref", "subject_kind", "subject_id", "name", "media_type",
                    "size", "sha256", "content", "uploaded_by", "uploaded_at",
                ],
            ),
            pgtrigger.Protect(name="attachment_stays", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_served(self) -> bool:
        """Whether people may have its bytes: not in quarantine, not infected, not withdrawn."""
        return not self.is_withdrawn and self.scan in SERVED
