"""The intent to make 21Vianet's status agree with our holds: the queue of record."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner
from subscriptions.models.subscription import Subscription


class Target(models.TextChoices):
    """The status 21Vianet is asked for."""

    SUSPENDED = "suspended", _("Suspend")
    ACTIVE = "active", _("Unblock")


class ChangeStatus(models.TextChoices):
    """How far an intent has come."""

    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    UNKNOWN = "unknown", _("Outcome not known yet")
    NEEDS_PERSON = "needs_person", _("Needs a person")
    CONFIRMED = "confirmed", _("Confirmed by 21Vianet")
    REFUSED = "refused", _("Refused by 21Vianet")
    SUPERSEDED = "superseded", _("Superseded")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (
    ChangeStatus.PENDING,
    ChangeStatus.SENDING,
    ChangeStatus.UNKNOWN,
    ChangeStatus.NEEDS_PERSON,
)


class StatusChangeQuerySet(ScopedQuerySet["StatusChange"]):
    """Status changes by what is to be done with them."""

    def unfinished(self) -> Self:
        """The open ones: at most one per subscription."""
        return self.filter(status__in=UNFINISHED)


class StatusChange(models.Model):
    """One intent. It arises only when a hold is placed or lifted, or a person re-applies."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="status_changes")
    target = models.CharField(_("asked for"), max_length=10, choices=Target)
    status = models.CharField(
        _("status"), max_length=15, choices=ChangeStatus, default=ChangeStatus.PENDING
    )
    must_send = models.BooleanField(
        default=False,
        help_text="Sent even if seen already, to move the ETag past a late suspension.",
    )
    reason = models.TextField(_("reason"))
    correlation_id = models.UUIDField(_("correlation ID"), default=uuid.uuid4, editable=False)
    request_id = models.UUIDField(_("request ID"), null=True, editable=False)
    request_digest = models.CharField(max_length=64, blank=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    leased_by = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    give_up_at = models.DateTimeField(
        null=True, editable=False, help_text="From then on a person decides whether it is sent."
    )
    sent_at = models.DateTimeField(_("sent at"), null=True)
    reread_at = models.DateTimeField(null=True, editable=False)
    rereads_left = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.TextField(_("last error"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects: ClassVar[StatusChangeQuerySet] = StatusChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(status__in=UNFINISHED),
                name="one_open_status_change",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=ChangeStatus.values), name="change_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(target__in=Target.values), name="change_target_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["sending", "unknown"])
                | models.Q(request_id__isnull=False),
                name="sent_changes_have_request_id",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=UNFINISHED, finished_at=None)
                | (~models.Q(status__in=UNFINISHED) & models.Q(finished_at__isnull=False)),
                name="change_finished_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["finished_at"],
                name="changes_to_announce",
                condition=models.Q(status="confirmed"),
            ),
            models.Index(
                "target",
                "next_attempt_at",
                name="changes_due",
                condition=models.Q(status__in=["pending", "sending", "unknown"]),
            ),
            models.Index(
                "reread_at", name="changes_reread", condition=models.Q(reread_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_target_display()} · {self.subscription}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED
