"""The tax invoice (发票) that the tax bureau's system issues, as far as it is known here."""

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner

fapiao_number = RegexValidator(r"\A[0-9]{20}\Z", _("A fapiao number has 20 digits."))


class FapiaoStatus(models.TextChoices):
    """How far a fapiao has come."""

    NONE = "none", _("Not requested")
    REQUESTED = "requested", _("Requested")
    ISSUED = "issued", _("Issued")
    DELIVERED = "delivered", _("Delivered")
    RED_LETTERED = "red_lettered", _("Red-lettered")


STANDING = (FapiaoStatus.REQUESTED, FapiaoStatus.ISSUED, FapiaoStatus.DELIVERED)
EXISTING = (FapiaoStatus.ISSUED, FapiaoStatus.DELIVERED)
"""The tax bureau knows these, and nothing has taken them back."""


class FapiaoType(models.TextChoices):
    """The two kinds of fully digitalised VAT fapiao."""

    SPECIAL = "special", _("VAT special fapiao")
    ORDINARY = "ordinary", _("VAT ordinary fapiao")


class FapiaoQuerySet(ScopedQuerySet["Fapiao"]):
    """Fapiao by how far they have come."""

    def standing(self) -> Self:
        """Asked for or issued, and not taken back."""
        return self.filter(status__in=STANDING)


class Fapiao(models.Model):
    """One fapiao of one customer, or the request for one. It may cover several invoices."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    invoices = models.ManyToManyField(
        Invoice, through="FapiaoCover", related_name="fapiao", verbose_name=_("invoices")
    )
    status = models.CharField(
        _("status"), max_length=15, choices=FapiaoStatus, default=FapiaoStatus.NONE
    )
    type = models.CharField(_("type"), max_length=10, choices=FapiaoType, blank=True)
    number = models.CharField(_("number"), max_length=20, blank=True, validators=[fapiao_number])
    issued_on = models.DateField(_("date"), null=True, blank=True)
    amount = models.DecimalField(
        _("amount including VAT"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    delivery = models.CharField(_("how it was delivered"), max_length=200, blank=True)
    red_lettered_on = models.DateField(_("red-lettered on"), null=True, blank=True)
    red_number = models.CharField(
        _("number of the red-letter fapiao"),
        max_length=20,
        blank=True,
        validators=[fapiao_number],
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))

    objects: ClassVar[FapiaoQuerySet] = FapiaoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("fapiao")
        verbose_name_plural = _("fapiao")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=FapiaoStatus.values), name="fapiao_has_known_status"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=EXISTING) | ~Q(number=""),
                name="fapiao_issued_with_number",
            ),
            models.CheckConstraint(
                condition=~Q(status=FapiaoStatus.DELIVERED) | Q(delivered_on__isnull=False),
                name="fapiao_delivered_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0), name="fapiao_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["partner", "number"],
                condition=Q(status__in=EXISTING),
                name="one_standing_fapiao_per_number",
            ),
        ]
        indexes = [
            models.Index(
                "partner",
                "id",
                name="fapiao_requested",
                condition=Q(status=FapiaoStatus.REQUESTED),
            ),
            models.Index(
                "partner", "id", name="fapiao_to_deliver", condition=Q(status=FapiaoStatus.ISSUED)
            ),
            models.Index("customer", "id", name="fapiao_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("billing:fapiao", args=[self.pk])

    @property
    def is_requested(self) -> bool:
        return self.status == FapiaoStatus.REQUESTED

    @property
    def is_issued(self) -> bool:
        return self.status == FapiaoStatus.ISSUED

    @property
    def exists(self) -> bool:
        """Whether the tax bureau knows it and it has not been taken back."""
        return self.status in EXISTING


class FapiaoCover(models.Model):
    """That a fapiao covers an invoice. An invoice has many over time, and one that stands."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_index=False)
    fapiao = models.ForeignKey(Fapiao, models.PROTECT, related_name="covers")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="fapiao_covers")
    is_standing = models.BooleanField(_("stands"), default=True)

    class Meta:
        verbose_name = _("invoice covered by a fapiao")
        verbose_name_plural = _("invoices covered by fapiao")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(is_standing=True),
                name="one_standing_fapiao_per_invoice",
            ),
            models.UniqueConstraint(
                fields=["fapiao", "invoice"], name="fapiao_covers_invoice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fapiao} · {self.invoice}"
