"""Our bill from 21Vianet: its invoices with due dates, what we paid, and their files."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing.bill import alarms, consequences
from billing.bill.forms import BillFilter
from billing.bill.presenting import (
    STANDING_PARTS,
    alarm_words,
    bill_facts,
    bill_label,
    charge_words,
    payment_label,
    payments_of,
    seen_label,
    seen_words,
)
from billing.files import presenting
from billing.files.layouts import SECTION_NAMES
from billing.labels import Label
from billing.models import PartnerInvoice, PartnerPaymentPart, ReconciliationFile
from billing.models.partner_invoice import PartnerInvoiceQuerySet
from partners import clock
from partners.access import can
from partners.exports import csv_response
from partners.http import PortalRequest, list_view, record_view
from partners.lists import list_page
from partners.models import User
from partners.panels import offered, timeline
from partners.permissions import Permission

NEWEST_FIRST = ["-issued_on", "-id"]


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_PARTNER_BILL)
def statement(request: PortalRequest) -> HttpResponseBase:
    """All invoices of 21Vianet to the chosen partner, newest first, filtered by the address."""
    today = clock.business_date(request.partner)
    form = BillFilter(request.GET)
    found = _filtered(request, form, today).prefetch_related(STANDING_PARTS)
    if request.GET.get("format") == "csv":
        return _export(found, today)
    kept = Prefetch("files", ReconciliationFile.objects.kept().order_by("kind", "id"))
    page = list_page(request, found.prefetch_related(kept), NEWEST_FIRST)
    template = "billing/statement.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": [_row(invoice, today) for invoice in page.rows],
        "terms_days": request.partner.settings.upstream_terms_days,
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
        "alarms": _alarms(request, today),
    }
    return render(request, template, context)


def _filtered(request: PortalRequest, form: BillFilter, today: date) -> PartnerInvoiceQuerySet:
    found = PartnerInvoice.objects.of_partner(request.partner)
    if not form.is_valid():
        return found.none()
    if text := form.cleaned_data["q"].strip():
        found = found.filter(number__icontains=text)
    shown = {
        "": found,
        "open": found.unpaid(),
        "late": found.late(today),
        "paid": found.settled(),
        "credit": found.with_unused_credit(),
        "disputed": found.filter(disputed_since__isnull=False),
    }
    return shown[form.cleaned_data["show"]]


def _row(invoice: PartnerInvoice, today: date) -> dict[str, object]:
    return {
        "invoice": invoice,
        "label": bill_label(invoice, today),
        "seen": seen_label(payments_of(invoice)),
        "files": _files(invoice),
    }


def _alarms(request: PortalRequest, today: date) -> list[dict[str, object]]:
    ringing = alarms.ringing(request.partner, today)
    return [alarm_row(alarm, request.user) for alarm in ringing]


def alarm_row(alarm: alarms.Alarm, user: User) -> dict[str, object]:
    """An alarm as pages show it."""
    may_record = can(user, Permission.RECORD_MONEY, alarm.invoice.partner)
    return {
        "alarm": alarm,
        "kind": "danger" if alarm.is_late else "warning",
        "text": alarm_words(alarm),
        "seen": seen_words(alarm),
        "may_acknowledge": may_record and not alarm.is_late and alarm.seen is None,
    }


def _export(found: PartnerInvoiceQuerySet, today: date) -> StreamingHttpResponse:
    header = [
        _("Invoice"),
        _("Invoice date"),
        _("Due on"),
        _("Currency"),
        _("Total after tax"),
        _("We paid"),
        _("Still to pay"),
        _("Status"),
        _("At 21Vianet"),
        _("Disputed with 21Vianet"),
    ]
    return csv_response("our-bill.csv", header, _export_rows(found, today))


def _export_rows(found: PartnerInvoiceQuerySet, today: date) -> Iterator[tuple[object, ...]]:
    for invoice in found.order_by(*NEWEST_FIRST).iterator(chunk_size=2000):
        seen = seen_label(payments_of(invoice))
        yield (
            invoice.number,
            invoice.issued_on,
            invoice.due_on,
            invoice.currency,
            invoice.total,
            invoice.paid,
            invoice.balance,
            bill_label(invoice, today).text,
            seen.text if seen else "",
            invoice.dispute_reference,
        )


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def partner_invoice(request: PortalRequest, pk: int) -> HttpResponse:
    """One invoice of 21Vianet: how it stands, what we paid, its files, and what it would cost."""
    invoice = visible(request, pk)
    today = clock.business_date(invoice.partner)
    alarm = alarms.about(invoice, today)
    parts = _parts(invoice)
    payments = [part.payment for part in parts]
    context = {
        "invoice": invoice,
        "label": bill_label(invoice, today),
        "facts": bill_facts(invoice, today),
        "sections": _sections(invoice),
        "alarm": alarm_row(alarm, request.user) if alarm else None,
        "charge": charge_words(invoice, today),
        "is_late": invoice.is_unpaid and invoice.due_on < today,
        "cannot": consequences.cannot(),
        "can_still": consequences.can_still(),
        "parts": [(part, payment_label(part.payment)) for part in parts],
        "rows": _files(invoice),
        "may_record": can(request.user, Permission.RECORD_MONEY, invoice.partner),
        "panels": offered(invoice, request.user),
        "timeline": timeline(invoice.partner, None, invoice, *payments, user=request.user),
    }
    return render(request, "billing/partner_invoice.html", context)


def visible(
    request: PortalRequest, pk: int, permission: Permission = Permission.SEE_PARTNER_BILL
) -> PartnerInvoice:
    """One of the invoices that the person may see; else 404."""
    invoices = PartnerInvoice.objects.for_user(request.user, permission)
    related = invoices.select_related("partner__settings", "recorded_by")
    return get_object_or_404(related.prefetch_related(STANDING_PARTS), pk=pk)


def _parts(invoice: PartnerInvoice) -> list[PartnerPaymentPart]:
    """What was paid, reversed payments too, newest first."""
    parts = invoice.payment_parts.select_related("payment__partner", "payment__seen_by")
    return list(parts.order_by("-payment__paid_on", "-id"))


def _sections(invoice: PartnerInvoice) -> list[tuple[object, str]]:
    names = {str(section): name for section, name in SECTION_NAMES.items()}
    return [(names.get(key, key), value) for key, value in invoice.section_totals.items()]


def _files(invoice: PartnerInvoice) -> list[tuple[ReconciliationFile, Label, str]]:
    return [
        (
            file,
            presenting.file_label(file),
            file.get_kind_display() or _("Not known yet"),
        )
        for file in invoice.files.all()
    ]
