"""The list of invoices by their fapiao, and the page of one fapiao."""

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing import labels
from billing.fapiao import finding
from billing.fapiao.forms import FapiaoFilter
from billing.fapiao.lifecycle import CORRECTIONS
from billing.models import Fapiao, FapiaoStatus, Invoice
from billing.models.invoice import InvoiceQuerySet
from customers.models import Customer
from partners.access import can
from partners.attachments import presenting
from partners.exports import csv_response
from partners.http import PortalRequest, list_view, record_view
from partners.lists import list_page
from partners.panels import timeline
from partners.permissions import Permission

NEWEST_FIRST = ("-id",)


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's invoices by what is known of their fapiao."""
    form = FapiaoFilter(request.GET)
    found = _filtered(request, form)
    if request.GET.get("format") == "csv":
        return _export(found)
    page = list_page(request, found, NEWEST_FIRST)
    may_record = can(request.user, Permission.RECORD_MONEY, request.partner)
    action = {"url": reverse("billing:fapiao_issue"), "label": _("Record numbers…")}
    context = {
        "form": form,
        "page": page,
        "rows": [(invoice, finding.standing_of(invoice)) for invoice in page.rows],
        "bulk_actions": [action] if may_record else [],
    }
    template = "billing/fapiao/index.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    return render(request, template, context)


def _filtered(request: PortalRequest, form: FapiaoFilter) -> InvoiceQuerySet:
    if not form.is_valid():
        return Invoice.objects.none()
    found = finding.in_state(request.partner, form.cleaned_data["state"])
    if text := form.cleaned_data["q"].strip():
        named = Customer.objects.of_partner(request.partner).matching(text).order_by()
        covered = Fapiao.objects.of_partner(request.partner).filter(number=text)
        found = found.filter(
            Q(number__in={text, text.upper()})
            | Q(customer__in=named.values("pk"))
            | Q(pk__in=covered.values("invoices"))
        )
    return finding.with_standing(found.select_related("customer", "partner__settings"))


def _export(found: InvoiceQuerySet) -> StreamingHttpResponse:
    header = [
        _("Number"),
        _("Customer"),
        _("Issued on"),
        _("Currency"),
        _("Total"),
        _("Fapiao"),
        _("Type"),
        _("Fapiao number"),
        _("Fapiao date"),
        _("Delivered on"),
    ]
    return csv_response("fapiao.csv", header, _rows(found))


def _rows(found: InvoiceQuerySet) -> Iterator[tuple[object, ...]]:
    for invoice in found.order_by("id").iterator(chunk_size=2000):
        about = (invoice.number, invoice.customer.company, invoice.issued_on, invoice.currency)
        fapiao = finding.standing_of(invoice)
        known: tuple[object, ...] = (FapiaoStatus.NONE.label, "", "", "", "")
        if fapiao is not None:
            known = (
                fapiao.get_status_display(),
                fapiao.get_type_display(),
                fapiao.number,
                fapiao.issued_on,
                fapiao.delivered_on,
            )
        yield (*about, invoice.total, *known)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def fapiao(request: PortalRequest, pk: int) -> HttpResponse:
    """One fapiao: what stands on it, what it covers, and what happened to it."""
    found = visible(request, pk)
    context = {
        "fapiao": found,
        "facts": facts_of(found),
        "covers": found.covers.select_related("invoice"),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "may_correct": bool(CORRECTIONS[FapiaoStatus(found.status)]),
        "attachments": presenting.listing(found, found.partner, request.user),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    return render(request, "billing/fapiao/fapiao.html", context)


def visible(
    request: PortalRequest, pk: int, permission: Permission = Permission.SEE_RECEIVABLES
) -> Fapiao:
    """The fapiao if this person may see it, else 404."""
    found = Fapiao.objects.for_user(request.user, permission)
    return get_object_or_404(found.select_related("customer", "partner__settings"), pk=pk)


def facts_of(found: Fapiao) -> list[dict[str, object]]:
    """What the page and the dialogs of a fapiao say first."""
    currency = next((row.currency for row in found.invoices.all()[:1]), found.partner.currency)
    days = {
        _("Date"): found.issued_on,
        _("Delivered on"): found.delivered_on,
        _("Red-lettered on"): found.red_lettered_on,
    }
    customer = {
        "value": found.customer.company,
        "url": reverse("customer", args=[found.customer_id]),
    }
    facts: list[dict[str, object]] = [
        {"label": _("Customer"), **customer},
        {"label": _("Status"), "value": found.get_status_display()},
        {"label": _("Type"), "value": found.get_type_display() or "–"},
        {"label": _("Number"), "value": found.number or "–"},
    ]
    if found.amount is not None:
        amount = labels.amount(found.amount, currency)
        facts.append({"label": _("Amount including VAT"), "value": amount})
    facts += [
        {"label": label, "value": date_format(day, "DATE_FORMAT")}
        for label, day in days.items()
        if day
    ]
    texts = {
        _("How it was delivered"): found.delivery,
        _("Number of the red-letter fapiao"): found.red_number,
    }
    facts += [{"label": label, "value": text} for label, text in texts.items() if text]
    return facts
