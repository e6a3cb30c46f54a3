"""Reconciliation files and their lines: what 21Vianet charged the partner, customer by customer."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.files.layouts import SECTION_NAMES
from billing.models.partner_invoice import PartnerInvoice
from billing.tables.storage import random_place
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Job, Partner
from subscriptions.models import Subscription


class FileKind(models.TextChoices):
    """Which of the two files that 21Vianet offers beside an invoice."""

    LICENCE = "licence", _("Licence-based")
    USAGE = "usage", _("Usage-based")


class FileStatus(models.TextChoices):
    """How far a file has come."""

    UPLOADED = "uploaded", _("Waiting for the check")
    CHECKED = "checked", _("Checked, not imported")
    REFUSED = "refused", _("Refused")
    IMPORTING = "importing", _("Being imported")
    IMPORTED = "imported", _("Imported")
    REPLACED = "replaced", _("Replaced")
    DISCARDED = "discarded", _("Discarded")


def stored_name(file: "ReconciliationFile", _filename: str) -> str:
    """Where the bytes are kept."""
    return random_place("reconciliation", file.partner_id)


class ReconciliationFileQuerySet(ScopedQuerySet["ReconciliationFile"]):
    """Files by how far they have come."""

    def live(self) -> Self:
        """Imported and not replaced: these count."""
        return self.filter(status=FileStatus.IMPORTED)

    def kept(self) -> Self:
        """All but those that somebody threw away."""
        return self.exclude(status=FileStatus.DISCARDED)

    def for_list(self) -> Self:
        """With everything a row of a list shows."""
        return self.select_related("invoice", "uploaded_by", "imported_by", "partner")


class ReconciliationFile(models.Model):
    """One uploaded file, its original bytes, and what the check and the import found.

    `expected_total` (after tax) is what its lines should add up to, when the invoice has more than
    this file explains. `findings` is what the check said, as `billing.files.checker` stores it.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(
        PartnerInvoice, models.PROTECT, related_name="files", verbose_name=_("invoice")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FileKind, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=FileStatus, default=FileStatus.UPLOADED
    )
    name = models.CharField(_("file name"), max_length=200)
    content = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    expected_total = models.DecimalField(
        _("total after tax of this file"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    only_new = models.BooleanField(
        _("only lines that no other file holds"),
        default=False,
        help_text=_("Lines of the same content that are imported already are left out."),
    )
    columns = models.JSONField(_("columns"), default=list)
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    total = models.DecimalField(_("total after tax"), max_digits=20, decimal_places=6, default=0)
    findings = models.JSONField(_("findings"), default=dict)
    outcome = models.JSONField(_("outcome"), default=dict)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    imported_at = models.DateTimeField(_("imported at"), null=True)

    objects: ClassVar[ReconciliationFileQuerySet] = ReconciliationFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reconciliation file")
        verbose_name_plural = _("reconciliation files")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "sha256"],
                condition=~models.Q(status=FileStatus.DISCARDED),
                name="same_file_once",
            ),
            models.UniqueConstraint(
                fields=["invoice", "kind"],
                condition=models.Q(status=FileStatus.IMPORTED),
                name="one_live_file_per_invoice_and_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=FileStatus.values), name="file_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=[FileStatus.IMPORTED, FileStatus.REPLACED])
                | models.Q(imported_at__isnull=False, kind__in=FileKind.values),
                name="file_imported_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.status == FileStatus.IMPORTED

    @property
    def is_busy(self) -> bool:
        """Whether a job of it is waiting or running."""
        return self.status in {FileStatus.UPLOADED, FileStatus.IMPORTING}

    @property
    def may_be_imported(self) -> bool:
        return self.status == FileStatus.CHECKED

    @property
    def may_be_discarded(self) -> bool:
        return self.status in {FileStatus.CHECKED, FileStatus.REFUSED}


class ReconciliationLine(models.Model):
    """One charge of 21Vianet to the partner. Written by COPY and never changed.

    `subscription_ref` is Partner Center's id in a licence-based file; in a usage-based file it is
    the billing platform's id, which matches no subscription. `raw` holds all cells in the order
    of the file's `columns`.
    """

    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    file = models.ForeignKey(
        ReconciliationFile, models.CASCADE, related_name="lines", db_index=False
    )
    row = models.PositiveIntegerField(_("row"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="reconciliation_lines", db_index=False
    )
    subscription = models.ForeignKey(
        Subscription,
        models.PROTECT,
        null=True,
        related_name="reconciliation_lines",
        db_index=False,
    )
    subscription_ref = models.CharField(_("subscription ID"), max_length=64)
    subscription_name = models.CharField(_("subscription"), max_length=250, blank=True)
    offer_id = models.CharField(_("offer ID"), max_length=100)
    offer_name = models.CharField(_("offer"), max_length=250, blank=True)
    charge_type = models.CharField(_("charge type"), max_length=100)
    section = models.CharField(_("section"), max_length=20, choices=SECTION_NAMES)
    charge_from = models.DateField(_("from"))
    charge_to = models.DateField(_("to"))
    unit_price = models.DecimalField(_("unit price"), max_digits=24, decimal_places=10)
    quantity = models.DecimalField(_("quantity"), max_digits=24, decimal_places=10)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=6)
    discount = models.DecimalField(_("discount"), max_digits=20, decimal_places=6)
    net = models.DecimalField(_("net"), max_digits=20, decimal_places=6)
    tax = models.DecimalField(_("tax"), max_digits=20, decimal_places=6)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    content_key = models.UUIDField(_("content"))
    occurrence = models.PositiveIntegerField(_("occurrence"))
    raw = models.JSONField(_("all columns"))

    objects: ClassVar[ScopedQuerySet["ReconciliationLine"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reconciliation line")
        verbose_name_plural = _("reconciliation lines")
        ordering = ["file", "row"]
        constraints = [
            models.UniqueConstraint(fields=["file", "row"], name="one_line_per_row"),
        ]
        indexes = [
            models.Index(fields=["file", "customer", "row"], name="reconciliation_by_customer"),
            models.Index(fields=["content_key"], name="reconciliation_by_content"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.row}"

    def cells(self) -> list[tuple[str, Any]]:
        """Every column of the file with this line's cell."""
        return list(zip(self.file.columns, self.raw, strict=False))
