"""What lowers an invoice without money coming in."""

from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice, InvoiceStatus
from billing.models.invoice_line import ChargeLine
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner
from subscriptions.models import Subscription


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


class CreditNoteQuerySet(ScopedQuerySet["CreditNote"]):
    """Credit notes by whether they count."""

    def drafts(self) -> Self:
        """Not issued yet: they have no number and lower nothing."""
        return self.filter(status=InvoiceStatus.DRAFT)

    def issued(self) -> Self:
        """Told to the customer."""
        return self.filter(status=InvoiceStatus.ISSUED)

    def with_credit(self) -> Self:
        """Not wholly used up by invoices."""
        return self.filter(left__gt=0)


class CreditNote(Reduction):
    """A document that lowers what the customer owes; issued, it has a number of its own.

    `invoice` is the one it was written for, if any. What it lowered are its `uses`; what is left
    stays to the customer's credit.
    """

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )
    source_file = models.ForeignKey(
        "billing.ReconciliationFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name=_("reconciliation file"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT
    )
    number = models.CharField(_("number"), max_length=60, null=True, editable=False)
    issued_on = models.DateField(_("issued on"), null=True)
    used = models.DecimalField(
        _("used for invoices"), max_digits=18, decimal_places=2, default=Decimal(0)
    )
    left = models.GeneratedField(
        verbose_name=_("credit"),
        expression=models.Case(
            models.When(status=InvoiceStatus.ISSUED, then=models.F("amount") - models.F("used")),
            default=Decimal(0),
            output_field=models.DecimalField(max_digits=18, decimal_places=2),
        ),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )

    objects: ClassVar[CreditNoteQuerySet] = CreditNoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Reduction.Meta):
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        constraints = [
            *Reduction.Meta.constraints,
            models.UniqueConstraint(
                fields=["partner", "number"],
                condition=models.Q(number__isnull=False),
                name="one_credit_note_per_number",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status=InvoiceStatus.ISSUED, number__isnull=False, issued_on__isnull=False
                )
                | models.Q(
                    status__in=[InvoiceStatus.DRAFT, InvoiceStatus.VOID],
                    number=None,
                    issued_on=None,
                    used=0,
                ),
                name="credit_note_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=models.Q(used__gte=0, used__lte=models.F("amount")),
                name="credit_note_used_within_amount",
            ),
        ]
        indexes = [
            models.Index("partner", "status", "id", name="credit_notes_by_status"),
            models.Index("customer", "id", name="credit_notes_of_customer"),
            models.Index(
                "customer",
                "currency",
                name="credit_notes_with_credit",
                condition=models.Q(left__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.status == InvoiceStatus.DRAFT

    @property
    def is_issued(self) -> bool:
        return self.status == InvoiceStatus.ISSUED


class CreditNoteLine(ChargeLine):
    """One charge that is taken back; its amounts are positive."""

    credit_note = models.ForeignKey(CreditNote, models.CASCADE, related_name="lines")
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, null=True, blank=True, related_name="+"
    )
    source_line = models.ForeignKey(
        "billing.ReconciliationLine",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta(ChargeLine.Meta):
        verbose_name = _("credit note line")
        verbose_name_plural = _("credit note lines")
        constraints = [
            models.UniqueConstraint(
                fields=["credit_note", "position"], name="one_credit_note_line_per_position"
            ),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("net") + models.F("vat")),
                name="credit_note_line_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(vat_rate__gte=0, vat_rate__lt=100),
                name="credit_note_line_vat_rate",
            ),
        ]


class CreditUse(models.Model):
    """A part of a credit note that lowers an invoice, in the currency of both. Never changed."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="uses")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_uses")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))
    made_on = models.DateField(_("made on"))

    objects: ClassVar[ScopedQuerySet["CreditUse"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("use of a credit note")
        verbose_name_plural = _("uses of credit notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="credit_use_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit_note} → {self.invoice}"


class WriteOffCode(models.TextChoices):
    """Why an amount is given up."""

    BANKRUPT = "bankrupt", _("Bankrupt or dissolved")
    SMALL_DIFFERENCE = "small_difference", _("Small difference")
    UNECONOMIC = "uneconomic", _("Not worth the cost of collecting")
    SETTLEMENT = "settlement", _("Settlement with the customer")
    OTHER = "other", _("Something else")


class WriteOff(Reduction):
    """Given up inside the house; the customer is not told, and still owes it in law."""

    code = models.CharField(
        _("why"), max_length=20, choices=WriteOffCode, default=WriteOffCode.OTHER
    )
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="write_offs")

    objects: ClassVar[ScopedQuerySet["WriteOff"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Reduction.Meta):
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints = [
            *Reduction.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(code__in=WriteOffCode.values), name="write_off_code_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} · {self.amount}"


class WriteOffReversal(Reduction):
    """A part of a write-off that counts no more: taken back, or paid after all by a receipt."""

    write_off = models.ForeignKey(WriteOff, models.PROTECT, related_name="reversals")
    receipt = models.ForeignKey(
        "billing.Receipt",
        models.PROTECT,
        null=True,
        related_name="recoveries",
        verbose_name=_("recovered by"),
    )

    objects: ClassVar[ScopedQuerySet["WriteOffReversal"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Reduction.Meta):
        verbose_name = _("reversal of a write-off")
        verbose_name_plural = _("reversals of write-offs")

    def __str__(self) -> str:
        return f"{self.write_off} · {self.amount}"
