"""Our bill from 21Vianet: its invoices with due dates, and the files that explain them."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from billing.files import presenting
from billing.labels import Label, amount
from billing.models import PartnerInvoice, ReconciliationFile
from partners import clock
from partners.access import can
from partners.http import PortalRequest, list_view, record_view
from partners.lists import list_page
from partners.panels import timeline
from partners.permissions import Permission


@require_GET
@list_view(Permission.SEE_PARTNER_BILL)
def statement(request: PortalRequest) -> HttpResponse:
    """All invoices of 21Vianet to the chosen partner, newest first."""
    kept = Prefetch("files", ReconciliationFile.objects.kept().order_by("kind", "id"))
    invoices = PartnerInvoice.objects.of_partner(request.partner).prefetch_related(kept)
    page = list_page(request, invoices, ["-issued_on", "-id"])
    today = clock.business_date(request.partner)
    context = {
        "page": page,
        "today": today,
        "rows": [(invoice, _files(invoice)) for invoice in page.rows],
        "terms_days": request.partner.settings.upstream_terms_days,
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
    }
    return render(request, "billing/statement.html", context)


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def partner_invoice(request: PortalRequest, pk: int) -> HttpResponse:
    """One invoice of 21Vianet with its files."""
    invoices = PartnerInvoice.objects.for_user(request.user, Permission.SEE_PARTNER_BILL)
    invoice = get_object_or_404(invoices.select_related("partner", "recorded_by"), pk=pk)
    total = "–" if invoice.total is None else amount(invoice.total, invoice.currency)
    context = {
        "invoice": invoice,
        "total": total,
        "rows": _files(invoice),
        "timeline": timeline(invoice.partner, None, invoice, user=request.user),
    }
    return render(request, "billing/partner_invoice.html", context)


def _files(invoice: PartnerInvoice) -> list[tuple[ReconciliationFile, Label, str]]:
    return [
        (
            file,
            presenting.file_label(file),
            file.get_kind_display() or _("Not known yet"),
        )
        for file in invoice.files.all()
    ]
