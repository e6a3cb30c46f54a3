"""Bank statements and opening balances that people upload, and what became of their rows."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from billing.models.receipt import Receipt
from billing.tables.storage import random_place
from partners.access import ScopedQuerySet
from partners.models import Job, Partner


class ImportKind(models.TextChoices):
    """What a table holds."""

    BANK_STATEMENT = "bank_statement", _("Bank statement")
    OPENING_BALANCES = "opening_balances", _("Opening balances")


class ImportStatus(models.TextChoices):
    """How far an import has come."""

    COLUMNS = "columns", _("Waiting for its columns")
    UPLOADED = "uploaded", _("Waiting for the check")
    CHECKED = "checked", _("Checked, not imported")
    REFUSED = "refused", _("Refused")
    IMPORTING = "importing", _("Being imported")
    IMPORTED = "imported", _("Imported")
    DISCARDED = "discarded", _("Discarded")


def stored_name(table: "TableImport", _filename: str) -> str:
    """Where the bytes are kept."""
    return random_place("imports", table.partner_id)


class BankLayout(models.Model):
    """How one bank writes its statements: which column holds what, and for which account of ours.

    `fingerprint` is of the column names; `mapping` has the position of each field's column.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    fingerprint = models.CharField(_("fingerprint of the column names"), max_length=64)
    mapping = models.JSONField(_("columns"), default=dict)
    bank_account = models.CharField(_("our bank account"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    remembered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    remembered_at = models.DateTimeField(_("remembered at"))

    objects: ClassVar[ScopedQuerySet["BankLayout"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("layout of a bank's statements")
        verbose_name_plural = _("layouts of banks' statements")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "fingerprint", "bank_account"],
                name="one_layout_per_header_and_account",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TableImportQuerySet(ScopedQuerySet["TableImport"]):
    """Imports by how far they have come."""

    def kept(self) -> Self:
        """All but those that somebody threw away."""
        return self.exclude(status=ImportStatus.DISCARDED)

    def for_list(self) -> Self:
        """With everything a row of a list shows."""
        return self.select_related("uploaded_by", "imported_by", "partner")


class TableImport(models.Model):
    """One uploaded table with its original bytes.

    `header_row` counts from 1; `columns` are its cells; `mapping` has the position of each field's
    column. `summary` is what the check counted, `outcome` what the import did. `accepted_rows` are
    the doubtful rows that a person wants recorded as well.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=ImportKind)
    status = models.CharField(
        _("status"), max_length=10, choices=ImportStatus, default=ImportStatus.COLUMNS
    )
    name = models.CharField(_("file name"), max_length=200)
    content = models.FileField(_("file"), upload_to=stored_name, max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    layout = models.ForeignKey(
        BankLayout, models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    header_row = models.PositiveIntegerField(_("row with the column names"), default=1)
    columns = models.JSONField(_("columns"), default=list)
    mapping = models.JSONField(_("what the columns hold"), default=dict)
    bank_account = models.CharField(_("our bank account"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    period_end = models.DateField(_("statement until"), null=True, blank=True)
    summary = models.JSONField(_("summary"), default=dict)
    outcome = models.JSONField(_("outcome"), default=dict)
    accepted_rows = models.JSONField(_("accepted rows"), default=list)
    accepts_all = models.BooleanField(_("accepts all doubtful rows"), default=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    imported_at = models.DateTimeField(_("imported at"), null=True)

    objects: ClassVar[TableImportQuerySet] = TableImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "sha256"],
                condition=~Q(status=ImportStatus.DISCARDED),
                name="same_table_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ImportKind.values), name="import_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=ImportStatus.IMPORTED) | Q(imported_at__isnull=False),
                name="import_imported_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="imports_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_statement(self) -> bool:
        return self.kind == ImportKind.BANK_STATEMENT

    @property
    def is_imported(self) -> bool:
        return self.status == ImportStatus.IMPORTED

    @property
    def is_busy(self) -> bool:
        """Whether a job of it is waiting or running."""
        return self.status in {ImportStatus.UPLOADED, ImportStatus.IMPORTING}

    @property
    def may_be_imported(self) -> bool:
        return self.status == ImportStatus.CHECKED

    @property
    def may_be_mapped(self) -> bool:
        """Whether somebody may say what its columns hold."""
        return self.status in {ImportStatus.COLUMNS, ImportStatus.CHECKED, ImportStatus.REFUSED}

    @property
    def may_be_discarded(self) -> bool:
        return self.may_be_mapped


class ImportFinding(models.Model):
    """One error or warning of the last check, as `billing.imports.problems` words it."""

    table = models.ForeignKey(TableImport, models.CASCADE, related_name="findings", db_index=False)
    is_warning = models.BooleanField(_("warning"))
    row = models.PositiveIntegerField(_("row"), null=True)
    column = models.CharField(_("column"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40)
    value = models.CharField(_("value"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["id"]
        indexes = [models.Index("table", "is_warning", "id", name="findings_of_import")]

    def __str__(self) -> str:
        return f"{self.table_id}:{self.row}:{self.code}"


class ImportedRow(models.Model):
    """What a row of the file became, or what it had become before: never both kinds at once."""

    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    table = models.ForeignKey(TableImport, models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="imported_rows")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="imported_rows")
    was_there = models.BooleanField(_("was recorded before"), default=False)

    objects: ClassVar[ScopedQuerySet["ImportedRow"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["table", "row"]
        constraints = [
            models.UniqueConstraint(fields=["table", "row"], name="one_record_per_imported_row"),
            models.CheckConstraint(
                condition=Q(receipt=None, invoice__isnull=False)
                | Q(receipt__isnull=False, invoice=None),
                name="imported_row_of_one_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_id}:{self.row}"
