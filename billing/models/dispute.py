"""A customer's objection to an invoice. While it is open, the invoice is not chased."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class DisputeCode(models.TextChoices):
    """What the customer objects to."""

    QUANTITY = "quantity", _("Wrong number of seats")
    PRICE = "price", _("Wrong price")
    NOT_ORDERED = "not_ordered", _("Not ordered")
    NO_SERVICE = "no_service", _("Service was not available")
    ALREADY_PAID = "already_paid", _("Already paid")
    FAPIAO = "fapiao", _("Fapiao missing or wrong")
    OTHER = "other", _("Something else")


class DisputeStatus(models.TextChoices):
    """Whether somebody still has to answer."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


class DisputeOutcome(models.TextChoices):
    """How a dispute ended."""

    UPHELD = "upheld", _("The customer is right")
    REJECTED = "rejected", _("The invoice stands")
    WITHDRAWN = "withdrawn", _("The customer withdrew")


class DisputeQuerySet(ScopedQuerySet["Dispute"]):
    """Disputes by whether they are settled."""

    def are_open(self) -> Self:
        """Not answered yet."""
        return self.filter(status=DisputeStatus.OPEN)


class Dispute(models.Model):
    """One objection to one invoice."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="disputes")
    code = models.CharField(_("objection"), max_length=15, choices=DisputeCode)
    text = models.TextField(_("what the customer says"))
    status = models.CharField(
        _("status"), max_length=10, choices=DisputeStatus, default=DisputeStatus.OPEN
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=DisputeOutcome, blank=True)
    resolution = models.TextField(_("answer"), blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True)

    objects: ClassVar[DisputeQuerySet] = DisputeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status=DisputeStatus.OPEN),
                name="one_open_dispute_per_invoice",
            ),
            models.CheckConstraint(
                condition=Q(code__in=DisputeCode.values), name="dispute_code_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DisputeStatus.OPEN,
                    outcome="",
                    resolution="",
                    resolved_at=None,
                    resolved_by=None,
                )
                | (
                    Q(
                        status=DisputeStatus.RESOLVED,
                        outcome__in=DisputeOutcome.values,
                        resolved_at__isnull=False,
                    )
                    & ~Q(resolution="")
                ),
                name="dispute_resolved_with_answer",
            ),
        ]
        indexes = [
            models.Index(
                "partner", "id", name="disputes_open", condition=Q(status=DisputeStatus.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} · {self.invoice}"

    @property
    def is_open(self) -> bool:
        return self.status == DisputeStatus.OPEN
