"""The lines of invoices and credit notes: one charge each, rounded to the cent."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from partners.models import Partner
from subscriptions.models import Subscription


class LineKind(models.TextChoices):
    """What a line charges."""

    CHARGE = "charge", _("Service")
    INTEREST = "interest", _("Interest for late payment")
    FEE = "fee", _("Late fee")


class ChargeLine(models.Model):
    """One charge. Each line is rounded to the cent, so that a document is the sum of its lines."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2)
    vat = models.DecimalField(_("VAT"), max_digits=18, decimal_places=2)
    gross = models.DecimalField(_("gross"), max_digits=18, decimal_places=2)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.description


class InvoiceLine(ChargeLine):
    """One charge of an invoice; `source_line` is the line of 21Vianet's bill it was made from."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind, default=LineKind.CHARGE)
    interest_on = models.ForeignKey(
        Invoice,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="interest_lines",
        verbose_name=_("interest on"),
    )
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="invoice_lines"
    )
    source_line = models.ForeignKey(
        "billing.ReconciliationLine",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta(ChargeLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"], name="one_invoice_line_per_position"
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("vat")), name="invoice_line_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(vat_rate__gte=0, vat_rate__lt=100), name="invoice_line_vat_rate"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LineKind.values), name="invoice_line_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=LineKind.INTEREST,
                    interest_on__isnull=False,
                    period_from__isnull=False,
                    period_to__isnull=False,
                )
                | (~Q(kind=LineKind.INTEREST) & Q(interest_on=None)),
                name="interest_line_says_on_what",
            ),
        ]
