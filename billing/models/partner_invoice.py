"""21Vianet's invoice to the partner. It has no due date of its own: that is derived."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.access import ScopedQuerySet
from partners.models import Partner


class PartnerInvoice(models.Model):
    """One monthly invoice as the person typed it from paper or from Partner Center.

    `total` is after tax. `section_totals` holds what the invoice's sections say, where typed.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="partner_invoices")
    number = models.CharField(_("21Vianet's invoice number"), max_length=60)
    issued_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(
        _("total after tax"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    section_totals = models.JSONField(_("totals by section"), default=dict, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects: ClassVar[ScopedQuerySet["PartnerInvoice"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("21Vianet's invoice")
        verbose_name_plural = _("21Vianet's invoices")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "number"], name="one_partner_invoice_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("issued_on")),
                name="partner_invoice_due_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.number
