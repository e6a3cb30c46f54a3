"""Money for platform admins: to be searched and read, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from billing.models import (
    Allocation,
    BankLayout,
    BillAlarm,
    CreditNote,
    Dispute,
    Fapiao,
    Invoice,
    InvoiceLine,
    InvoiceSeries,
    PartnerInvoice,
    PartnerPayment,
    PartnerPaymentPart,
    PayerAlias,
    PriceRule,
    Receipt,
    ReceiptsFreshness,
    ReconciliationFile,
    Refund,
    RemittanceClaim,
    TableImport,
    WriteOff,
)
from partners import clock
from partners.platform_admin import ReadOnly, ReadOnlyAdmin


class OverdueFilter(admin.SimpleListFilter):
    """Issued, something open, and past its due date."""

    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue")), ("disputed", _("Overdue and disputed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        overdue = Invoice.objects.overdue(clock.now().date())
        if self.value() == "disputed":
            overdue = overdue.filter(disputed_since__isnull=False)
        return queryset.filter(pk__in=overdue.values("pk")) if self.value() else queryset


class LineInline(ReadOnly, admin.TabularInline[InvoiceLine, Invoice]):
    """The lines of an invoice."""

    model = InvoiceLine
    fk_name = "invoice"
    extra = 0
    raw_id_fields = ("subscription", "interest_on")


class AllocationInline(ReadOnly, admin.TabularInline[Allocation, Receipt]):
    """What a receipt settled."""

    model = Allocation
    extra = 0


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin[Invoice]):
    """Invoices to customers."""

    list_display = ("__str__", "customer", "status", "currency", "total", "open_amount", "due_on")
    list_filter = (OverdueFilter, "status", "kind", "is_history", "currency", "partner")
    search_fields = ("number", "customer__company", "customer__tenant_id", "fapiao__number")
    list_select_related = ("customer",)
    date_hierarchy = "issued_on"
    inlines = (LineInline,)

    def view_on_site(self, obj: Invoice) -> str:
        return reverse("billing:invoice", args=[obj.pk])


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin[Receipt]):
    """Payments of customers."""

    list_display = ("__str__", "customer", "payer", "currency", "amount", "unallocated")
    list_filter = (
        ("customer", admin.EmptyFieldListFilter),
        ("reversed_at", admin.EmptyFieldListFilter),
        "currency",
        "partner",
    )
    search_fields = ("bank_serial", "payer", "remark", "customer__company")
    list_select_related = ("customer",)
    date_hierarchy = "received_on"
    inlines = (AllocationInline,)

    def view_on_site(self, obj: Receipt) -> str:
        return reverse("billing:receipt", args=[obj.pk])


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyAdmin[Allocation]):
    """Which receipt settled which invoice."""

    list_display = ("__str__", "amount", "rule", "made_at", "reversed_at")
    list_filter = ("rule", ("reversed_at", admin.EmptyFieldListFilter), "partner")
    search_fields = ("invoice__number", "receipt__bank_serial")
    list_select_related = ("receipt", "invoice")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin[Refund]):
    """What was paid back."""

    list_display = ("__str__", "payee", "amount", "refunded_on", "reversed_at")
    list_filter = (("reversed_at", admin.EmptyFieldListFilter), "partner")
    search_fields = ("bank_serial", "payee", "receipt__bank_serial")
    list_select_related = ("receipt",)
    date_hierarchy = "refunded_on"


@admin.register(PayerAlias)
class PayerAliasAdmin(ReadOnlyAdmin[PayerAlias]):
    """Who is known to pay for whom."""

    list_display = ("__str__", "customer", "learned_by", "learned_at")
    list_filter = ("partner",)
    search_fields = ("payer", "payer_account", "customer__company")
    list_select_related = ("customer", "learned_by")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin[Dispute]):
    """Objections of customers."""

    list_display = ("invoice", "customer", "code", "status", "opened_at", "outcome")
    list_filter = ("status", "code", "outcome", "partner")
    search_fields = ("invoice__number", "customer__company", "text")
    list_select_related = ("invoice", "customer")


@admin.register(Fapiao)
class FapiaoAdmin(ReadOnlyAdmin[Fapiao]):
    """Tax invoices, as far as they are known here."""

    list_display = ("__str__", "customer", "status", "type", "issued_on", "delivered_on")
    list_filter = ("status", "type", "partner")
    search_fields = ("number", "customer__company", "invoices__number")
    list_select_related = ("customer",)

    def view_on_site(self, obj: Fapiao) -> str:
        return reverse("billing:fapiao", args=[obj.pk])


@admin.register(RemittanceClaim)
class RemittanceClaimAdmin(ReadOnlyAdmin[RemittanceClaim]):
    """Payments that customers say are on their way."""

    list_display = ("__str__", "customer", "currency", "amount", "status", "expires_at")
    list_filter = ("status", "currency", "partner")
    search_fields = ("bank_serial", "customer__company", "note")
    list_select_related = ("customer",)
    raw_id_fields = ("invoices",)


@admin.register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin[CreditNote]):
    """What customers need not pay."""

    list_display = ("number", "customer", "invoice", "currency", "amount", "issued_on")
    list_filter = ("currency", "partner")
    search_fields = ("number", "customer__company", "invoice__number")
    list_select_related = ("customer", "invoice")


@admin.register(WriteOff)
class WriteOffAdmin(ReadOnlyAdmin[WriteOff]):
    """What was given up."""

    list_display = ("invoice", "customer", "currency", "amount", "made_at")
    list_filter = ("currency", "partner")
    search_fields = ("customer__company", "invoice__number")
    list_select_related = ("customer", "invoice")


@admin.register(InvoiceSeries)
class InvoiceSeriesAdmin(ReadOnlyAdmin[InvoiceSeries]):
    """The next number of each series."""

    list_display = ("prefix", "partner", "next_number")
    list_filter = ("partner",)
    search_fields = ("prefix",)


@admin.register(ReceiptsFreshness)
class ReceiptsFreshnessAdmin(ReadOnlyAdmin[ReceiptsFreshness]):
    """How far payment data reaches."""

    list_display = ("partner", "recorded_up_to", "confirmed_by", "confirmed_at")
    search_fields = ("partner__name",)
    list_select_related = ("partner", "confirmed_by")


@admin.register(TableImport)
class TableImportAdmin(ReadOnlyAdmin[TableImport]):
    """Bank statements and opening balances."""

    list_display = ("name", "partner", "kind", "status", "uploaded_at", "imported_at")
    list_filter = ("kind", "status", "partner")
    search_fields = ("name", "sha256", "bank_account")
    list_select_related = ("partner",)

    def view_on_site(self, obj: TableImport) -> str:
        return reverse("billing:import", args=[obj.pk])


@admin.register(BankLayout)
class BankLayoutAdmin(ReadOnlyAdmin[BankLayout]):
    """How banks write their statements."""

    list_display = ("name", "partner", "bank_account", "currency", "remembered_at")
    list_filter = ("partner",)
    search_fields = ("name", "bank_account")
    list_select_related = ("partner",)


class PaymentPartInline(ReadOnly, admin.TabularInline[PartnerPaymentPart, PartnerPayment]):
    """Which of 21Vianet's invoices a payment was for."""

    model = PartnerPaymentPart
    extra = 0
    raw_id_fields = ("invoice",)


@admin.register(PartnerInvoice)
class PartnerInvoiceAdmin(ReadOnlyAdmin[PartnerInvoice]):
    """21Vianet's invoices."""

    list_display = ("number", "partner", "currency", "total", "balance", "due_on")
    list_filter = ("currency", "partner")
    search_fields = ("number", "partner__name")
    list_select_related = ("partner",)
    date_hierarchy = "issued_on"

    def view_on_site(self, obj: PartnerInvoice) -> str:
        return reverse("billing:partner_invoice", args=[obj.pk])


@admin.register(PartnerPayment)
class PartnerPaymentAdmin(ReadOnlyAdmin[PartnerPayment]):
    """What partners paid to 21Vianet."""

    list_display = ("__str__", "partner", "currency", "amount", "paid_on", "seen_on", "reversed_at")
    list_filter = (("reversed_at", admin.EmptyFieldListFilter), "currency", "partner")
    search_fields = ("bank_serial", "remark", "partner__name")
    list_select_related = ("partner",)
    date_hierarchy = "paid_on"
    inlines = (PaymentPartInline,)

    def view_on_site(self, obj: PartnerPayment) -> str:
        return obj.get_absolute_url()


@admin.register(BillAlarm)
class BillAlarmAdmin(ReadOnlyAdmin[BillAlarm]):
    """Alarms on 21Vianet's invoices that a person has seen."""

    list_display = ("invoice", "partner", "working_days", "due_on", "seen_by", "seen_at")
    list_filter = ("working_days", "partner")
    search_fields = ("invoice__number",)
    list_select_related = ("invoice", "partner", "seen_by")


@admin.register(ReconciliationFile)
class ReconciliationFileAdmin(ReadOnlyAdmin[ReconciliationFile]):
    """Files of 21Vianet's bill."""

    list_display = ("name", "partner", "invoice", "kind", "status")
    list_filter = ("kind", "status", "partner")
    search_fields = ("name", "sha256", "invoice__number")
    list_select_related = ("partner", "invoice")

    def view_on_site(self, obj: ReconciliationFile) -> str:
        return reverse("billing:reconciliation_file", args=[obj.pk])


@admin.register(PriceRule)
class PriceRuleAdmin(ReadOnlyAdmin[PriceRule]):
    """How prices for customers are made."""

    list_display = ("partner", "customer", "offer_id", "kind", "value", "vat_rate")
    list_filter = ("kind", "partner")
    search_fields = ("offer_id", "customer__company")
    list_select_related = ("partner", "customer")
