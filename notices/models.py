"""What was written to whom, by which channel and in which language, and whether it arrived."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, Customer
from partners.access import ScopedQuerySet
from partners.models import Partner

SETTLING_TIME = timedelta(hours=24)
"""Mail that was accepted and has not bounced for so long counts as delivered."""


class NoticeStatus(models.TextChoices):
    """How far a notice has come."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")


class Channel(models.TextChoices):
    """How the customer is reached. Only e-mail is sent by the portal; the rest is recorded."""

    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    SMS = "sms", _("SMS")
    PHONE = "phone", _("Phone")
    COURIER = "courier", _("Courier")
    HANDED = "handed", _("Handed over")


class NoticeKind(models.TextChoices):
    """Which letter it is: the name of its template."""

    INVOICE_ISSUED = "invoice_issued", _("Invoice")
    PAYMENT_REMINDER = "payment_reminder", _("Payment reminder")
    SUSPENSION_WARNING = "suspension_warning", _("Warning of suspension")
    SUSPENDED = "suspended", _("Suspended")
    RESTORED = "restored", _("Restored")


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    """Notices by what they are about and whether they arrived."""

    def about(self, kind: str, pk: int | str) -> Self:
        """Everything written about one thing."""
        return self.filter(about_kind=kind, about_id=str(pk))

    def delivered(self, at: datetime) -> Self:
        """Delivered by this instant: recorded by hand, or accepted and not bounced for a day.

        Mail to a suspended tenant's own addresses never counts: nobody there can read it.
        """
        by_mail = Q(
            status=NoticeStatus.SENT, counts_as_delivered=True, sent_at__lte=at - SETTLING_TIME
        )
        return self.filter(by_mail | Q(delivered_at__lte=at))


class Notice(models.Model):
    """One letter to one address. Subject and body are frozen when it is queued."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="notices")
    kind = models.CharField(_("letter"), max_length=30, choices=NoticeKind)
    about_kind = models.CharField(max_length=60)
    about_id = models.CharField(max_length=64)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    recipient = models.CharField(_("recipient"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.EMAIL)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    attachments = models.JSONField(_("attachments"), default=list)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=NoticeStatus, default=NoticeStatus.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_by = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    last_error = models.TextField(_("last error"), blank=True)
    counts_as_delivered = models.BooleanField(
        default=True,
        help_text="False for mail to a suspended tenant's own addresses: nobody there can read it.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("written at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    delivery_proof = models.TextField(_("proof of delivery"), blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["about_kind", "about_id", "channel", "address"],
                name="one_notice_per_address",
            ),
            models.CheckConstraint(
                condition=Q(status__in=NoticeStatus.values), name="notice_status_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="notice_channel_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[NoticeStatus.SENT, NoticeStatus.BOUNCED])
                | Q(sent_at__isnull=False),
                name="notice_sent_with_time",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None, delivered_by=None, delivery_proof="")
                | (Q(delivered_at__isnull=False) & ~Q(delivery_proof="")),
                name="notice_delivered_with_proof",
            ),
        ]
        indexes = [
            models.Index(
                "next_attempt_at",
                name="notices_due",
                condition=Q(status__in=[NoticeStatus.QUEUED, NoticeStatus.SENDING]),
            ),
            models.Index("customer", "id", name="notices_of_customer"),
            models.Index(
                "partner", "id", name="notices_failed", condition=Q(status=NoticeStatus.FAILED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.recipient or self.address}"

    @property
    def about(self) -> tuple[str, str]:
        """What it is about: kind and id of the record."""
        return self.about_kind, self.about_id
