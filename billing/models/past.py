"""What invoices and receipts said before: rows that only ever are added.

The ledger's own rows say when they were made and when they were taken back. Two facts are columns
that change, and are kept here: when an invoice was due, and whose a receipt was. Every row is known
from `made_at`, the business time of the act, whatever dates a person typed.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoice import Invoice
from billing.models.receipt import Receipt
from customers.models import Customer
from partners.access import ScopedQuerySet
from partners.models import Partner
from partners.models.audit import append_only


class InvoiceDueDate(models.Model):
    """When an invoice was due from this moment on; the first row is that of its issue."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="due_dates", db_index=False)
    due_on = models.DateField(_("due on"), null=True)
    is_first = models.BooleanField(_("at issue"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    objects: ClassVar[ScopedQuerySet["InvoiceDueDate"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("due date of an invoice")
        verbose_name_plural = _("due dates of invoices")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(is_first=True), name="invoice_issued_once"
            ),
        ]
        indexes = [
            models.Index(fields=["invoice", "id"], name="due_dates_of_invoice"),
            models.Index(fields=["partner", "made_at"], name="due_dates_by_time"),
        ]
        triggers = append_only("due_date")

    def __str__(self) -> str:
        return f"{self.invoice_id} · {self.due_on}"


class ReceiptOwner(models.Model):
    """Whose a receipt was from this moment on, nobody's at first if it came unidentified."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", db_index=False)
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="owners", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    previous = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    is_first = models.BooleanField(_("when recorded"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"))

    objects: ClassVar[ScopedQuerySet["ReceiptOwner"]] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("owner of a receipt")
        verbose_name_plural = _("owners of receipts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(is_first=True), name="receipt_recorded_once"
            ),
        ]
        indexes = [
            models.Index(fields=["receipt", "id"], name="owners_of_receipt"),
            models.Index(fields=["partner", "made_at"], name="owners_by_time"),
        ]
        triggers = append_only("receipt_owner")

    def __str__(self) -> str:
        return f"{self.receipt_id} · {self.customer_id}"
