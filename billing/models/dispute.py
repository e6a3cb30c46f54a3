"""A customer's objection to an invoice or to some of its lines: that part is not chased."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models.credit import CreditNote
from billing.models.invoice import Invoice
from billing.models.invoice_line import InvoiceLine
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner


class DisputeCode(models.TextChoices):
    """What the customer objects to."""

    FAPIAO_MISSING = "fapiao_missing", _("Fapiao missing")
    FAPIAO_WRONG = "fapiao_wrong", _("Wrong fapiao")
    PRICE = "price", _("Wrong price")
    QUANTITY = "quantity", _("Wrong number of seats")
    NO_SERVICE = "no_service", _("Service was not available")
    NOT_ORDERED = "not_ordered", _("Not ours: not ordered")
    ALREADY_PAID = "already_paid", _("Already paid")
    OTHER = "other", _("Something else")
    FAPIAO = "fapiao", _("Fapiao missing or wrong")

    @classmethod
    def offered(cls) -> list[tuple[str, str | Promise]]:
        """What may be chosen now; older disputes did not tell the two fapiao objections apart."""
        return [(code.value, code.label) for code in cls if code is not cls.FAPIAO]


class DisputeStatus(models.TextChoices):
    """Whether somebody still has to answer."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")


class DisputeOutcome(models.TextChoices):
    """How a dispute ended."""

    UPHELD = "upheld", _("In the customer's favour")
    PARTLY = "partly", _("Partly in the customer's favour")
    REJECTED = "rejected", _("In our favour: the invoice stands")
    WITHDRAWN = "withdrawn", _("Withdrawn by the customer")


class DisputeQuerySet(ScopedQuerySet["Dispute"]):
    """Disputes by whether they are settled."""

    def are_open(self) -> Self:
        """Not answered yet."""
        return self.filter(status=DisputeStatus.OPEN)


class Dispute(models.Model):
    """One objection to one invoice, whole or by lines. Amounts are gross, in its currency."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="disputes")
    code = models.CharField(_("objection"), max_length=15, choices=DisputeCode)
    text = models.TextField(_("what the customer says"))
    amount = models.DecimalField(_("disputed"), max_digits=18, decimal_places=2)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=DisputeStatus, default=DisputeStatus.OPEN
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=DisputeOutcome, blank=True)
    resolution = models.TextField(_("answer"), blank=True)
    credit_note = models.OneToOneField(
        CreditNote,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("credit note"),
    )
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True)

    objects: ClassVar[DisputeQuerySet] = DisputeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(status=DisputeStatus.OPEN),
                name="one_open_dispute_per_invoice",
            ),
            models.CheckConstraint(
                condition=Q(code__in=DisputeCode.values), name="dispute_code_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=DisputeStatus.OPEN,
                    outcome="",
                    resolution="",
                    resolved_at=None,
                    resolved_by=None,
                )
                | (
                    Q(
                        status=DisputeStatus.RESOLVED,
                        outcome__in=DisputeOutcome.values,
                        resolved_at__isnull=False,
                    )
                    & ~Q(resolution="")
                ),
                name="dispute_resolved_with_answer",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(credit_note=None)
                | Q(outcome__in=[DisputeOutcome.UPHELD, DisputeOutcome.PARTLY]),
                name="dispute_credited_for_the_customer",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DisputeOutcome.PARTLY) | Q(credit_note__isnull=False),
                name="dispute_partly_with_credit_note",
            ),
        ]
        indexes = [
            models.Index(
                "partner", "id", name="disputes_open", condition=Q(status=DisputeStatus.OPEN)
            ),
            models.Index(
                "customer",
                "resolved_at",
                name="disputes_answered",
                condition=Q(status=DisputeStatus.RESOLVED),
            ),
            models.Index("partner", "id", name="disputes_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} · {self.invoice}"

    @property
    def is_open(self) -> bool:
        return self.status == DisputeStatus.OPEN


class DisputedLine(models.Model):
    """A line of the invoice that is disputed, with the part of its gross amount."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="lines")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="+")
    amount = models.DecimalField(_("disputed"), max_digits=18, decimal_places=2)

    objects: ClassVar[ScopedQuerySet["DisputedLine"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("disputed line")
        verbose_name_plural = _("disputed lines")
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "line"], name="one_disputed_part_per_line"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="disputed_line_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.line} · {self.amount}"
