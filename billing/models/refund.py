"""Money paid back out of what a receipt had left."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.receipt import Receipt
from partners.access import ScopedQuerySet
from partners.models import Partner


class RefundQuerySet(ScopedQuerySet["Refund"]):
    """Refunds by whether they count."""

    def standing(self) -> Self:
        """Not reversed."""
        return self.filter(reversed_at=None)


class Refund(models.Model):
    """An amount, in the receipt's currency, that was paid back to whom, when and why."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    refunded_on = models.DateField(_("paid back on"))
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    bank_serial = models.CharField(_("bank serial number"), max_length=100, blank=True)
    payee = models.CharField(_("payee"), max_length=250)
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reversed_at = models.DateTimeField(_("reversed at"), null=True)
    reversed_reason = models.TextField(_("why it was reversed"), blank=True)

    objects: ClassVar[RefundQuerySet] = RefundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(
                fields=["partner", "bank_account", "bank_serial"],
                condition=~Q(bank_serial="") & Q(reversed_at=None),
                name="one_refund_per_bank_serial",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_reason="")),
                name="refund_reversed_with_reason",
            ),
        ]
        indexes = [models.Index("partner", "refunded_on", "id", name="refunds_by_day")]

    def __str__(self) -> str:
        return self.bank_serial or f"#{self.pk}"
