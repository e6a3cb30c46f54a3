"""Money that came in, and the invoices it settles."""

import uuid
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class AllocationRule(models.TextChoices):
    """Why this receipt settled this invoice."""

    NAMED = "named", _("The payer named it")
    OLDEST_DUE = "oldest_due", _("Due and undisputed, oldest first")
    BY_HAND = "by_hand", _("Chosen by a person")


class ReceiptQuerySet(ScopedQuerySet["Receipt"]):
    """Receipts by whether they count, and whose they are."""

    def standing(self) -> Self:
        """What counts as money: not reversed, and not divided into parts that count instead."""
        return self.filter(reversed_at=None, split_at=None)

    def from_bank(self) -> Self:
        """One row for each payment on the bank's statement, divided or not; not reversed."""
        return self.filter(reversed_at=None, split_from=None)

    def unidentified(self) -> Self:
        """Money whose sender is not known yet (待认领款项)."""
        return self.standing().filter(customer=None)

    def with_credit(self) -> Self:
        """Not wholly used up by invoices."""
        return self.filter(unallocated__gt=0)


class Receipt(models.Model):
    """One payment as the bank showed it. Payer and remark are kept verbatim."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name=_("customer"),
    )
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    bank_serial = models.CharField(_("bank serial number"), max_length=100, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    received_on = models.DateField(_("received on"))
    payer = models.CharField(_("payer"), max_length=250, blank=True)
    payer_account = models.CharField(_("payer's account"), max_length=60, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    allocated = models.DecimalField(
        _("used for invoices"), max_digits=18, decimal_places=2, default=Decimal(0)
    )
    refunded = models.DecimalField(
        _("paid back"), max_digits=18, decimal_places=2, default=Decimal(0)
    )
    unallocated = models.GeneratedField(
        verbose_name=_("credit"),
        expression=models.Case(
            models.When(
                reversed_at=None,
                split_at=None,
                then=F("amount") - F("allocated") - F("refunded"),
            ),
            default=Decimal(0),
            output_field=models.DecimalField(max_digits=18, decimal_places=2),
        ),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )
    entry_token = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Made with the form: sending the same form twice records one receipt.",
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
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text="The payment as the bank shows it, of which this receipt is a part.",
    )
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    split_at = models.DateTimeField(_("divided at"), null=True)
    split_reason = models.TextField(_("why it was divided"), blank=True)

    objects: ClassVar[ReceiptQuerySet] = ReceiptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "bank_account", "bank_serial"],
                condition=~Q(bank_serial="") & Q(reversed_at=None),
                name="one_receipt_per_bank_serial",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")),
                name="receipt_allocated_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount") - F("allocated")),
                name="receipt_refunded_within_credit",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(allocated=0),
                name="unidentified_receipt_settles_nothing",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_reason="")
                | (Q(reversed_at__isnull=False, allocated=0) & ~Q(reversed_reason="")),
                name="receipt_reversed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None) | Q(refunded=0),
                name="refunded_receipt_not_reversed",
            ),
            models.CheckConstraint(
                condition=Q(split_at=None, split_by=None, split_reason="")
                | (Q(split_at__isnull=False, allocated=0, refunded=0) & ~Q(split_reason="")),
                name="receipt_split_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(split_from=None) | Q(bank_serial=""),
                name="part_of_receipt_without_serial",
            ),
        ]
        indexes = [
            models.Index("partner", "id", name="receipts_newest"),
            models.Index("partner", "received_on", "id", name="receipts_by_day"),
            models.Index("customer", "id", name="receipts_of_customer"),
            models.Index(
                "partner",
                "id",
                name="receipts_unidentified",
                condition=Q(customer=None, reversed_at=None, split_at=None),
            ),
            models.Index(
                "customer", "currency", name="receipts_credit", condition=Q(unallocated__gt=0)
            ),
            models.Index(
                "partner",
                "received_on",
                "id",
                name="receipts_with_credit",
                condition=Q(unallocated__gt=0),
            ),
            models.Index(
                "partner",
                "received_on",
                "id",
                name="receipts_reversed",
                condition=Q(reversed_at__isnull=False),
            ),
            models.Index("partner", "bank_serial", name="receipts_by_serial"),
            models.Index("partner", "amount", "id", name="receipts_by_amount"),
            models.Index(
                "partner",
                "received_on",
                "id",
                name="receipts_refunded",
                condition=Q(refunded__gt=0),
            ),
            models.Index(
                "partner",
                "received_on",
                "id",
                name="receipts_split",
                condition=Q(split_at__isnull=False),
            ),
            GinIndex(
                OpClass(Upper("payer"), "gin_trgm_ops"),
                OpClass(Upper("remark"), "gin_trgm_ops"),
                name="receipts_search",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_serial or f"#{self.pk}"

    @property
    def is_reversed(self) -> bool:
        return self.reversed_at is not None

    @property
    def is_split(self) -> bool:
        """Whether its parts count instead of it."""
        return self.split_at is not None

    @property
    def is_unidentified(self) -> bool:
        return self.customer_id is None


class AllocationQuerySet(ScopedQuerySet["Allocation"]):
    """Allocations by whether they count."""

    def standing(self) -> Self:
        """Not reversed."""
        return self.filter(reversed_at=None)


class Allocation(models.Model):
    """A part of a receipt that settles a part of an invoice, in the currency of both."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    rule = models.CharField(_("rule"), max_length=15, choices=AllocationRule)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reversed_at = models.DateTimeField(_("reversed at"), null=True)
    reversed_reason = models.TextField(_("why it was reversed"), blank=True)

    objects: ClassVar[AllocationQuerySet] = AllocationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.CheckConstraint(
                condition=Q(rule__in=AllocationRule.values), name="allocation_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_reason="")),
                name="allocation_reversed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} → {self.invoice}"
