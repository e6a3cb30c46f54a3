"""A hold: one reason why a subscription is to be suspended. Reasons stack."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.access import ScopedQuerySet
from partners.models import Partner
from subscriptions.models.subscription import Subscription


class HoldReason(models.TextChoices):
    """Why service is withheld. A hold's reason is never changed into another."""

    NON_PAYMENT = "non_payment", _("Non-payment")
    FRAUD = "fraud", _("Fraud")
    MISUSE = "misuse", _("Misuse")
    CUSTOMER_REQUEST = "customer_request", _("Customer's request")
    OPERATOR = "operator", _("Suspended by 21Vianet or outside this portal")


class HoldSource(models.TextChoices):
    """What placed the hold; only the same source lifts it."""

    CASE = "case", _("Collections case")
    INVESTIGATION = "investigation", _("Investigation")
    PERSON = "person", _("Person")
    OBSERVATION = "observation", _("Observation")


class HoldQuerySet(ScopedQuerySet["Hold"]):
    """Holds by whether they still count."""

    def are_open(self) -> Self:
        """Holds nobody has lifted yet."""
        return self.filter(lifted_at=None)

    def open_at(self, moment: datetime) -> Self:
        """Holds that withheld service at this instant of the business clock."""
        return self.filter(placed_at__lte=moment).filter(
            models.Q(lifted_at=None) | models.Q(lifted_at__gt=moment)
        )

    def on(self, subscription: Subscription) -> Self:
        """Holds that withhold this subscription: its own and those of its base."""
        held = [pk for pk in (subscription.pk, subscription.base_id) if pk is not None]
        return self.filter(subscription__in=held)


class Hold(models.Model):
    """One reason, from one source, why a subscription is to be suspended."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    source_kind = models.CharField(_("placed from"), max_length=20, choices=HoldSource)
    source_id = models.CharField(max_length=64)
    note = models.TextField(_("note"), blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    placed_at = models.DateTimeField(_("placed at"))
    expires_at = models.DateTimeField(_("lapses at"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    released_reference = models.CharField(
        _("released by 21Vianet: reference"), max_length=100, blank=True
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(_("released by 21Vianet at"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_reason = models.TextField(_("why it was lifted"), blank=True)

    objects: ClassVar[HoldQuerySet] = HoldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["placed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "reason", "source_kind", "source_id"],
                condition=models.Q(lifted_at=None),
                name="one_open_hold_per_source",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=HoldReason.values), name="hold_reason_known"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None, lifted_reason="")
                | (models.Q(lifted_at__isnull=False) & ~models.Q(lifted_reason="")),
                name="hold_lifted_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by=None)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="hold_confirmed_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
                name="hold_released_by_someone",
            ),
        ]
        indexes = [
            models.Index("subscription", name="holds_open", condition=models.Q(lifted_at=None)),
            models.Index(
                "source_kind",
                "source_id",
                name="holds_open_by_source",
                condition=models.Q(lifted_at=None),
            ),
            models.Index(
                "expires_at",
                name="holds_expiring",
                condition=models.Q(lifted_at=None, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} · {self.subscription}"

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None
