"""Our invoice to a customer (账单, never 发票)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from billing.models.terms import Terms
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner, TermsFrom, TermsKind

ZERO = Decimal(0)
UNCONFIRMED = Q(is_history=True, history_confirmed_at=None)
"""An opening balance may be wrong until a person has confirmed it: nobody is chased for it."""


class InvoiceStatus(models.TextChoices):
    """How far an invoice has come. What is open or overdue is computed, never a status."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    VOID = "void", _("Void")


class InvoiceKind(models.TextChoices):
    """What is charged. Late charges are owed like anything else; nobody is suspended for them."""

    SERVICES = "services", _("Services")
    LATE_CHARGES = "late_charges", _("Late charges")


class InvoiceQuerySet(ScopedQuerySet["Invoice"]):
    """Invoices by what is owed on them."""

    def drafts(self) -> Self:
        """Not issued yet: they have no number and nobody owes them."""
        return self.filter(status=InvoiceStatus.DRAFT)

    def owed(self) -> Self:
        """Issued and not wholly settled."""
        return self.filter(status=InvoiceStatus.ISSUED, open_amount__gt=0)

    def overdue(self, business_date: date) -> Self:
        """Owed, and their due date has passed on this date of the partner's zone."""
        return self.owed().filter(due_on__lt=business_date)

    def due(self, business_date: date) -> Self:
        """Owed, and payable on this date of the partner's zone or before."""
        return self.owed().filter(due_on__lte=business_date)

    def undisputed(self) -> Self:
        """With something open that no dispute covers."""
        return self.filter(open_amount__gt=F("disputed_amount"))

    def chaseable(self) -> Self:
        """With something open that may be chased.

        No late charges, no disputed part, no opening balance that nobody has confirmed.
        """
        return self.filter(chaseable_amount__gt=0)

    def unconfirmed(self) -> Self:
        """Opening balances that nobody has confirmed yet: owed, but never chased."""
        return self.filter(UNCONFIRMED)

    def confirmed(self) -> Self:
        """All but opening balances that nobody has confirmed yet."""
        return self.exclude(UNCONFIRMED)

    def of_services(self) -> Self:
        """Not for late charges, which never lead to a suspension."""
        return self.filter(kind=InvoiceKind.SERVICES)

    def late_charges(self) -> Self:
        """For interest and fees only."""
        return self.filter(kind=InvoiceKind.LATE_CHARGES)

    def of_customers(self, customer_ids: Iterable[int]) -> Self:
        """What these customers were invoiced."""
        return self.filter(customer_id__in=list(customer_ids))

    def oldest_first(self) -> Self:
        """In the order in which debts are settled: by due date, then in order of creation."""
        return self.order_by("due_on", "id")


class Invoice(models.Model):
    """What a customer owes the partner. Amounts are gross, in the invoice's one currency."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    number = models.CharField(_("number"), max_length=60, null=True, editable=False)
    kind = models.CharField(
        _("kind"), max_length=15, choices=InvoiceKind, default=InvoiceKind.SERVICES
    )
    status = models.CharField(
        _("status"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT
    )
    source_file = models.ForeignKey(
        "billing.ReconciliationFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("reconciliation file"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    terms_days = models.PositiveSmallIntegerField(_("payment terms (days)"), default=30)
    terms_kind = models.CharField(
        _("payment terms are counted"), max_length=12, choices=TermsKind, default=TermsKind.NET
    )
    terms_from = models.CharField(
        _("terms count from"), max_length=10, choices=TermsFrom, default=TermsFrom.ISSUE
    )
    issued_on = models.DateField(_("issued on"), null=True)
    due_on = models.DateField(_("due on"), null=True)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2)
    allocated = models.DecimalField(_("paid"), max_digits=18, decimal_places=2, default=ZERO)
    credited = models.DecimalField(_("credited"), max_digits=18, decimal_places=2, default=ZERO)
    written_off = models.DecimalField(
        _("written off"), max_digits=18, decimal_places=2, default=ZERO
    )
    open_amount = models.GeneratedField(
        verbose_name=_("open amount"),
        expression=F("total") - F("allocated") - F("credited") - F("written_off"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )
    is_history = models.BooleanField(
        _("opening balance"),
        default=False,
        help_text=_("Issued before this portal was used; its number was given elsewhere."),
    )
    original_total = models.DecimalField(
        _("original total"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_(
            "Of an opening balance, as it was issued. Its total here is what was still open "
            "when it was taken over; the rest was settled before."
        ),
    )
    history_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    history_confirmed_at = models.DateTimeField(_("opening balance confirmed at"), null=True)
    disputed_since = models.DateTimeField(_("disputed since"), null=True)
    disputed_amount = models.DecimalField(
        _("disputed"), max_digits=18, decimal_places=2, default=ZERO
    )
    chaseable_amount = models.GeneratedField(
        verbose_name=_("may be chased"),
        expression=models.Case(
            models.When(
                ~UNCONFIRMED,
                kind=InvoiceKind.SERVICES,
                then=Greatest(
                    F("total")
                    - F("allocated")
                    - F("credited")
                    - F("written_off")
                    - F("disputed_amount"),
                    models.Value(ZERO),
                ),
            ),
            default=models.Value(ZERO),
        ),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
        help_text=_(
            "What is open without its disputed part; payments count first against it. "
            "Nothing of an opening balance that nobody has confirmed."
        ),
    )
    overdue_flagged_on = models.DateField(_("seen overdue on"), null=True)
    note = models.TextField(_("note"), blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))

    objects: ClassVar[InvoiceQuerySet] = InvoiceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "number"],
                condition=Q(number__isnull=False),
                name="one_invoice_per_number",
            ),
            models.CheckConstraint(
                condition=Q(status__in=InvoiceStatus.values), name="invoice_status_known"
            ),
            models.CheckConstraint(
                condition=Q(terms_from__in=TermsFrom.values), name="invoice_terms_known"
            ),
            models.CheckConstraint(
                condition=Q(terms_kind__in=TermsKind.values), name="invoice_terms_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InvoiceKind.values), name="invoice_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(disputed_since=None, disputed_amount=0)
                | Q(
                    disputed_since__isnull=False,
                    disputed_amount__gt=0,
                    disputed_amount__lte=F("total"),
                ),
                name="invoice_disputed_with_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=InvoiceStatus.ISSUED, number__isnull=False, issued_on__isnull=False
                )
                | Q(
                    status__in=[InvoiceStatus.DRAFT, InvoiceStatus.VOID],
                    number=None,
                    issued_on=None,
                    due_on=None,
                ),
                name="invoice_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status=InvoiceStatus.ISSUED)
                | Q(due_on__isnull=False)
                | Q(terms_from=TermsFrom.FAPIAO),
                name="invoice_due_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(original_total=None)
                | Q(is_history=True, original_total__gte=F("total")),
                name="invoice_original_total_of_history",
            ),
            models.CheckConstraint(
                condition=Q(history_confirmed_at=None, history_confirmed_by=None)
                | Q(history_confirmed_at__isnull=False, is_history=True),
                name="invoice_confirmed_when_history",
            ),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, credited__gte=0, written_off__gte=0),
                name="invoice_settled_by_positive_amounts",
            ),
            models.CheckConstraint(
                condition=Q(status=InvoiceStatus.ISSUED, open_amount__gte=0)
                | Q(~Q(status=InvoiceStatus.ISSUED), allocated=0, credited=0, written_off=0),
                name="invoice_open_amount_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                "partner",
                "due_on",
                name="invoices_to_flag",
                condition=Q(
                    status=InvoiceStatus.ISSUED,
                    kind=InvoiceKind.SERVICES,
                    open_amount__gt=0,
                    overdue_flagged_on=None,
                ),
            ),
            models.Index(
                "customer",
                "currency",
                "due_on",
                name="invoices_open",
                condition=Q(status=InvoiceStatus.ISSUED, open_amount__gt=0),
            ),
            models.Index(
                "partner",
                "due_on",
                "id",
                name="invoices_open_by_due",
                condition=Q(status=InvoiceStatus.ISSUED, open_amount__gt=0),
            ),
            models.Index(
                "partner",
                "id",
                name="invoices_settled",
                condition=Q(status=InvoiceStatus.ISSUED, open_amount=0),
            ),
            models.Index(
                "partner",
                "id",
                name="invoices_disputed",
                condition=Q(disputed_since__isnull=False),
            ),
            models.Index(
                "partner",
                "id",
                name="invoices_unconfirmed",
                condition=Q(is_history=True, history_confirmed_at=None),
            ),
            models.Index(
                "partner",
                "id",
                name="invoices_of_late_charges",
                condition=Q(kind=InvoiceKind.LATE_CHARGES),
            ),
            models.Index("partner", "status", "id", name="invoices_by_status"),
            models.Index("partner", "id", name="invoices_newest"),
            models.Index("customer", "id", name="invoices_of_customer"),
            models.Index(
                "partner",
                "id",
                name="invoices_waiting_for_fapiao",
                condition=Q(status=InvoiceStatus.ISSUED, terms_from=TermsFrom.FAPIAO, due_on=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    @property
    def terms(self) -> Terms:
        """What was agreed about when to pay it."""
        return Terms(self.terms_days, TermsKind(self.terms_kind), TermsFrom(self.terms_from))

    @property
    def is_draft(self) -> bool:
        return self.status == InvoiceStatus.DRAFT

    @property
    def is_issued(self) -> bool:
        return self.status == InvoiceStatus.ISSUED

    @property
    def is_disputed(self) -> bool:
        return self.disputed_since is not None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it is an opening balance that nobody has confirmed yet."""
        return self.is_history and self.history_confirmed_at is None

    @property
    def settled_before(self) -> Decimal:
        """What had been settled of an opening balance before it was taken over."""
        return ZERO if self.original_total is None else self.original_total - self.total

    @property
    def is_late_charges(self) -> bool:
        return self.kind == InvoiceKind.LATE_CHARGES

    @property
    def open_disputed(self) -> Decimal:
        """The part of what is open that is in dispute."""
        open_amount: Decimal = self.open_amount
        return min(open_amount, self.disputed_amount)
