"""21Vianet's invoice to the partner. It has no due date of its own: that is derived."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.access import ScopedQuerySet
from partners.models import Partner

UNPAID = Q(total=None) | Q(balance__gt=0)
"""What may still have to be paid; a bill whose total nobody has typed counts as unpaid."""
UNUSED_CREDIT = Q(balance__lt=0)
"""A credit of 21Vianet, or a payment that was too high, which nothing has used up yet."""


class PartnerInvoiceQuerySet(ScopedQuerySet["PartnerInvoice"]):
    """21Vianet's invoices by what we still have to pay."""

    def unpaid(self) -> Self:
        """Not recorded as wholly paid."""
        return self.filter(UNPAID)

    def late(self, business_date: date) -> Self:
        """Unpaid, and their due date has passed on this date of the partner's zone."""
        return self.unpaid().filter(due_on__lt=business_date)

    def settled(self) -> Self:
        """Wholly paid, or a credit."""
        return self.filter(balance__lte=0)

    def with_unused_credit(self) -> Self:
        """Credits and payments that were too high."""
        return self.filter(UNUSED_CREDIT)

    def to_pay(self) -> Self:
        """What a payment may be recorded for: unpaid, or with credit to use. Due first."""
        return self.filter(UNPAID | UNUSED_CREDIT).order_by("due_on", "id")


class PartnerInvoice(models.Model):
    """One monthly invoice as the person typed it from paper or from Partner Center.

    `total` is after tax; negative, it is a credit. `section_totals` holds what the invoice's
    sections say, where typed. `paid` is the sum of the standing payments' parts.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="partner_invoices")
    number = models.CharField(_("21Vianet's invoice number"), max_length=60)
    issued_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(
        _("total after tax"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    paid = models.DecimalField(
        _("paid"), max_digits=18, decimal_places=2, default=Decimal(0), editable=False
    )
    balance = models.GeneratedField(
        verbose_name=_("still to pay"),
        expression=F("total") - F("paid"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2, null=True),
        db_persist=True,
    )
    section_totals = models.JSONField(_("totals by section"), default=dict, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    disputed_since = models.DateTimeField(_("disputed with 21Vianet since"), null=True)
    disputed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    dispute_reference = models.CharField(
        _("request to 21Vianet"),
        max_length=100,
        blank=True,
        help_text=_("The number of the request in which 21Vianet was told."),
    )

    objects: ClassVar[PartnerInvoiceQuerySet] = PartnerInvoiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("21Vianet's invoice")
        verbose_name_plural = _("21Vianet's invoices")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "number"], name="one_partner_invoice_per_number"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="partner_invoice_due_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(disputed_since=None, disputed_by=None, dispute_reference="")
                | (Q(disputed_since__isnull=False) & ~Q(dispute_reference="")),
                name="partner_invoice_disputed_by_request",
            ),
        ]
        indexes = [
            models.Index("partner", "due_on", name="partner_invoices_unpaid", condition=UNPAID),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_disputed(self) -> bool:
        return self.disputed_since is not None

    @property
    def is_credit(self) -> bool:
        """Whether 21Vianet owes us: nothing of it falls due."""
        return self.total is not None and self.total < 0

    @property
    def is_unpaid(self) -> bool:
        """Whether it is not recorded as wholly paid; an unknown total is not paid."""
        return self.balance is None or self.balance > 0

    @property
    def overpaid(self) -> Decimal:
        """What was paid too much; 0 for a credit."""
        is_over = not self.is_credit and self.balance is not None and self.balance < 0
        return -self.balance if is_over else Decimal(0)
