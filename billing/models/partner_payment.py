"""What we paid to 21Vianet, and whether 21Vianet shows it."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models.partner_invoice import PartnerInvoice
from partners.access import ScopedQuerySet
from partners.models import Partner


class PartnerPaymentQuerySet(ScopedQuerySet["PartnerPayment"]):
    """Payments to 21Vianet by whether they count."""

    def standing(self) -> Self:
        """Not reversed."""
        return self.filter(reversed_at=None)


class PartnerPayment(models.Model):
    """One payment of ours as our bank shows it, in one currency. It may pay several invoices.

    An amount of 0 sets a credit of 21Vianet off against what is owed: no money moved.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    paid_on = models.DateField(_("paid on"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    bank_account = models.CharField(_("from our bank account"), max_length=60, blank=True)
    bank_serial = models.CharField(_("bank serial number"), max_length=100, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    seen_on = models.DateField(_("seen at 21Vianet on"), null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who read it at 21Vianet; empty when the portal read it.",
    )
    entry_token = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the form: sending the same form twice records one payment.",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reversed_at = models.DateTimeField(_("reversed at"), null=True)
    reversed_reason = models.TextField(_("why it was reversed"), blank=True)

    objects: ClassVar[PartnerPaymentQuerySet] = PartnerPaymentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("payment to 21Vianet")
        verbose_name_plural = _("payments to 21Vianet")
        ordering = ["-paid_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "bank_account", "bank_serial"],
                condition=~Q(bank_serial="") & Q(reversed_at=None),
                name="one_partner_payment_per_bank_serial",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="partner_payment_not_negative"),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_reason="")),
                name="partner_payment_reversed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(seen_on__isnull=False) | Q(seen_by=None),
                name="partner_payment_seen_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(seen_on=None) | Q(seen_on__gte=models.F("paid_on")),
                name="partner_payment_seen_after_paid",
            ),
        ]
        indexes = [models.Index("partner", "paid_on", "id", name="partner_payments_by_day")]

    def __str__(self) -> str:
        return self.bank_serial or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("billing:partner_payment", args=[self.pk])

    @property
    def is_reversed(self) -> bool:
        return self.reversed_at is not None


class PartnerPaymentPart(models.Model):
    """How much of a payment is for one invoice; negative where it uses up a credit."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    payment = models.ForeignKey(PartnerPayment, models.PROTECT, related_name="parts")
    invoice = models.ForeignKey(PartnerInvoice, models.PROTECT, related_name="payment_parts")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("part of a payment to 21Vianet")
        verbose_name_plural = _("parts of payments to 21Vianet")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "invoice"], name="one_part_per_payment_and_invoice"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="partner_payment_part_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} · {self.invoice}"


class BillAlarm(models.Model):
    """That a person has seen how soon a bill of 21Vianet is due. Each alarm is seen once."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(PartnerInvoice, models.PROTECT, related_name="alarms")
    working_days = models.PositiveSmallIntegerField(_("working days before the due date"))
    due_on = models.DateField(
        _("due on"), help_text=_("A corrected due date rings all alarms again.")
    )
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("alarm about our bill")
        verbose_name_plural = _("alarms about our bill")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "working_days", "due_on"], name="bill_alarm_seen_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} · {self.working_days}"
