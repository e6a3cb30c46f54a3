"""“We have paid”: money that a customer says is on its way, and what became of it."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from billing.models.receipt import Receipt
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class ClaimStatus(models.TextChoices):
    """What became of the money."""

    OPEN = "open", _("On its way")
    MATCHED = "matched", _("Came in")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ClaimQuerySet(ScopedQuerySet["RemittanceClaim"]):
    """Claims by what became of them."""

    def are_open(self) -> Self:
        """Neither come in nor expired nor withdrawn."""
        return self.filter(status=ClaimStatus.OPEN)

    def counted(self) -> Self:
        """All but what was recorded by mistake."""
        return self.exclude(status=ClaimStatus.WITHDRAWN)


class RemittanceClaim(models.Model):
    """A payment as the customer's slip shows it. While it is open it covers what it pays."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="claims")
    invoices = models.ManyToManyField(
        Invoice, related_name="claims", verbose_name=_("invoices named"), blank=True
    )
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    paid_on = models.DateField(_("paid on"))
    bank_serial = models.CharField(_("bank serial number of the slip"), max_length=100, blank=True)
    slip_digest = models.CharField(max_length=64, blank=True, editable=False)
    note = models.TextField(_("what the customer says"), blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ClaimStatus, default=ClaimStatus.OPEN
    )
    receipt = models.ForeignKey(
        Receipt, models.PROTECT, null=True, related_name="claims", verbose_name=_("receipt")
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("recorded at"))
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    entry_token = models.UUIDField(unique=True, editable=False)

    objects: ClassVar[ClaimQuerySet] = ClaimQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("payment on its way")
        verbose_name_plural = _("payments on their way")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=ClaimStatus.values), name="claim_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ClaimStatus.OPEN, ended_at=None)
                | (~Q(status=ClaimStatus.OPEN) & Q(ended_at__isnull=False)),
                name="claim_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(status=ClaimStatus.MATCHED, receipt__isnull=False)
                | (~Q(status=ClaimStatus.MATCHED) & Q(receipt=None)),
                name="claim_matched_by_receipt",
            ),
            models.UniqueConstraint(
                fields=["customer", "bank_serial"],
                condition=~Q(bank_serial="") & ~Q(status=ClaimStatus.WITHDRAWN),
                name="one_claim_per_serial",
            ),
            models.UniqueConstraint(
                fields=["partner", "slip_digest"],
                condition=~Q(slip_digest="") & ~Q(status=ClaimStatus.WITHDRAWN),
                name="one_claim_per_slip",
            ),
            models.UniqueConstraint(
                fields=["receipt"],
                condition=Q(receipt__isnull=False),
                name="one_claim_per_receipt",
            ),
        ]
        indexes = [
            models.Index("partner", "id", name="claims_newest"),
            models.Index("customer", "id", name="claims_of_customer"),
            models.Index(
                "customer",
                "currency",
                name="claims_open",
                condition=Q(status=ClaimStatus.OPEN),
            ),
            models.Index(
                "expires_at", name="claims_to_expire", condition=Q(status=ClaimStatus.OPEN)
            ),
        ]

    def __str__(self) -> str:
        return self.bank_serial or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("billing:claim", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == ClaimStatus.OPEN
