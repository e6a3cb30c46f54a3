"""What lowers an invoice without money coming in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class Reduction(models.Model):
    """An amount, in the invoice's currency, that the customer need not pay any more, and why."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.TextField(_("reason"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="%(class)s_positive"),
        ]


class CreditNote(Reduction):
    """Told to the customer, with a number of its own."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    number = models.CharField(_("number"), max_length=60)
    issued_on = models.DateField(_("issued on"))

    objects: ClassVar[ScopedQuerySet["CreditNote"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Reduction.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        constraints = [
            *Reduction.Meta.constraints,
            models.UniqueConstraint(
                fields=["partner", "number"], name="one_credit_note_per_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WriteOff(Reduction):
    """Given up inside the house; the customer is not told."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="write_offs")

    objects: ClassVar[ScopedQuerySet["WriteOff"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Reduction.Meta):
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")

    def __str__(self) -> str:
        return f"{self.invoice} · {self.amount}"
