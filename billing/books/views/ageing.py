"""What customers owed at the end of any day, by how long it was overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing import history, labels
from billing.books.forms import OVERDUE, AgeingForm, OpenInvoicesForm
from billing.history import CustomerAge, OpenInvoice
from billing.receivables import BUCKETS, NOT_DUE, AgeingRow
from customers.models import Customer
from partners import clock
from partners.exports import table_response
from partners.http import PortalRequest, list_view
from partners.lists import PAGE_SIZE
from partners.permissions import Permission

LONGEST_NUMBER = 6
"""Digits of a page number; what is longer is no page of ours."""


@dataclass(frozen=True)
class Cell:
    """An amount, and the invoices it is made of."""

    amount: str
    url: str


@dataclass(frozen=True)
class Line:
    """A row of the report: a currency, or a customer."""

    name: str
    url: str
    cells: list[Cell]


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """Totals per currency, and the customers of one currency, the most overdue first."""
    form = AgeingForm(clock.business_date(request.partner), request.GET)
    day = form.day
    totals = history.ageing_as_of(request.partner, day) if form.is_valid() else []
    currency = _currency(request, totals)
    if "format" in request.GET and form.is_valid():
        return _export(request, day, currency)
    page = _page_number(request)
    found = history.customers_as_of(
        request.partner, day, currency, limit=PAGE_SIZE + 1, offset=page * PAGE_SIZE
    )
    context = {
        "form": form,
        "day": day,
        "is_today": day == form.today,
        "buckets": list(labels.buckets().values()),
        "totals": [_total(row, day) for row in totals],
        "currency": currency,
        "customers": [_customer(row, day) for row in found[:PAGE_SIZE]],
        **_pager(request, page, has_more=len(found) > PAGE_SIZE),
    }
    return render(request, "billing/ageing.html", context, status=200 if form.is_valid() else 422)


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def invoices(request: PortalRequest) -> HttpResponseBase:
    """The invoices behind a number of the report."""
    form = OpenInvoicesForm(clock.business_date(request.partner), request.GET)
    if not form.is_valid():
        return render(request, "billing/ageing_invoices.html", {"form": form}, status=422)
    if "format" in request.GET:
        return _export_invoices(request, form)
    page = _page_number(request)
    found = history.invoices_as_of(
        request.partner, form.day, form.which, limit=PAGE_SIZE + 1, offset=page * PAGE_SIZE
    )
    names = labels.buckets()
    whose = Customer.objects.of_partner(request.partner).filter(pk=form.which.customer_id or 0)
    context = {
        "form": form,
        "day": form.day,
        "customer": whose.first(),
        "rows": [(row, names[row.bucket], row.bucket != NOT_DUE) for row in found[:PAGE_SIZE]],
        **_pager(request, page, has_more=len(found) > PAGE_SIZE),
    }
    template = "billing/ageing_invoices.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    return render(request, template, context)


def _currency(request: PortalRequest, totals: list[AgeingRow]) -> str:
    """The currency asked for, else the partner's own, else the first that is owed."""
    owed = [row.currency for row in totals]
    for wish in (request.GET.get("currency", "").upper(), request.partner.currency):
        if wish in owed:
            return wish
    return owed[0] if owed else request.partner.currency


def _page_number(request: PortalRequest) -> int:
    text = request.GET.get("page", "")
    is_number = text.isdecimal() and len(text) <= LONGEST_NUMBER
    return max(int(text), 1) - 1 if is_number else 0


def _pager(request: PortalRequest, page: int, *, has_more: bool) -> dict[str, str]:
    """Pages by number: a report of sums has no key to go on from."""

    def url(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number + 1)
        return f"{request.path}?{query.urlencode()}"

    return {
        "first_url": url(0) if page else "",
        "previous_url": url(page - 1) if page else "",
        "next_url": url(page + 1) if has_more else "",
    }


def _total(row: AgeingRow, day: date) -> Line:
    amounts = [*(row.amounts[bucket] for bucket in BUCKETS), row.overdue, row.total]
    shown = [labels.amount(amount, row.currency) for amount in amounts]
    url = f"{reverse('billing:ageing')}?{urlencode({'on': day, 'currency': row.currency})}"
    return Line(row.currency, url, _cells(shown, {"on": day, "currency": row.currency}))


def _customer(row: CustomerAge, day: date) -> Line:
    amounts = [*(row.amounts[bucket] for bucket in BUCKETS), row.overdue, row.total]
    shown = [labels.amount(amount, row.currency) if amount else "–" for amount in amounts]
    query = {"on": day, "currency": row.currency, "customer": row.customer_id}
    return Line(row.company, reverse("customer", args=[row.customer_id]), _cells(shown, query))


def _cells(amounts: Iterable[str], query: dict[str, Any]) -> list[Cell]:
    """Each amount leads to its invoices; what is nothing leads nowhere."""
    address = reverse("billing:ageing_invoices")
    which = [*BUCKETS, OVERDUE, ""]
    return [
        Cell(text, f"{address}?{urlencode({**query, 'bucket': bucket})}" if text != "–" else "")
        for text, bucket in zip(amounts, which, strict=True)
    ]


def _export(request: PortalRequest, day: date, currency: str) -> HttpResponseBase:
    """All customers of the currency, with the ledger's own buckets."""
    header = [
        _("As of"),
        _("Customer"),
        _("Currency"),
        *labels.buckets().values(),
        _("Overdue"),
        _("Open"),
    ]
    rows = [
        (day, row.company, row.currency, *row.amounts.values(), row.overdue, row.total)
        for row in history.customers_as_of(request.partner, day, currency, limit=None)
    ]
    return _file(request, f"ageing-{day:%Y%m%d}-{currency}", header, rows)


def _export_invoices(request: PortalRequest, form: OpenInvoicesForm) -> HttpResponseBase:
    header = [
        _("As of"),
        _("Invoice"),
        _("Customer"),
        _("Due on"),
        _("Overdue for"),
        _("Disputed"),
        _("Late charges"),
        _("Currency"),
        _("Total"),
        _("Open"),
    ]
    names = labels.buckets()
    found = history.invoices_as_of(request.partner, form.day, form.which, limit=None)
    rows = [_invoice_cells(row, form.day, names) for row in found]
    return _file(request, f"open-invoices-{form.day:%Y%m%d}", header, rows)


def _invoice_cells(row: OpenInvoice, day: date, names: dict[str, str]) -> tuple[object, ...]:
    return (
        day, row.number, row.company, row.due_on, names[row.bucket],
        _("yes") if row.is_disputed else "", _("yes") if row.is_late_charges else "",
        row.currency, row.total, row.open_amount,
    )  # fmt: skip


def _file(
    request: PortalRequest, name: str, header: list[str], rows: list[tuple[object, ...]]
) -> HttpResponseBase:
    suffix = "xlsx" if request.GET["format"] == "xlsx" else "csv"
    return table_response(f"{name}.{suffix}", _("Ageing"), header, rows)
