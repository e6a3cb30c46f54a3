"""The review of drafts before they are issued: what changed against the month before."""

from collections.abc import Iterator, Mapping

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing import listing, review
from billing.forms import ReviewFilter
from billing.models import PartnerInvoice
from billing.models.invoice import InvoiceQuerySet
from billing.views import tables
from billing.views.invoices import bulk_actions
from partners.access import can
from partners.http import PortalRequest, list_view
from partners.lists import list_page
from partners.permissions import Permission

EXPORTED_AT_ONCE = 1000


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's drafts beside the month before, biggest change first."""
    form = ReviewFilter(request.GET)
    before = review.bills_before(request.partner)
    found = _filtered(request, form, before)
    if request.GET.get("format") in tables.FORMATS:
        return _export(request, found, before)
    page = list_page(request, found, review.BIGGEST_CHANGE_FIRST)
    template = "billing/invoices_review.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": review.reviewed(page.rows, before, with_seats=True),
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
        "bulk_actions": bulk_actions(request),
    }
    return render(request, template, context)


def _filtered(
    request: PortalRequest, form: ReviewFilter, before: Mapping[int, PartnerInvoice]
) -> InvoiceQuerySet:
    is_valid = form.is_valid()
    drafts = listing.drafts(request.partner, form.cleaned_data.get("q", "").strip())
    compared = review.with_change(drafts, before)
    if not is_valid:
        return compared.none()
    return review.changed_much(compared) if form.cleaned_data["changed"] else compared


def _export(
    request: PortalRequest, found: InvoiceQuerySet, before: Mapping[int, PartnerInvoice]
) -> HttpResponseBase:
    header = [
        _("Customer"),
        _("Currency"),
        _("Draft"),
        _("This month"),
        _("Compared with"),
        _("Month before"),
        _("Difference"),
        _("Difference in %"),
    ]
    rows = _export_rows(found, before)
    return tables.file_of(request, found, _("Review drafts"), header, rows)


def _export_rows(
    found: InvoiceQuerySet, before: Mapping[int, PartnerInvoice]
) -> Iterator[tuple[object, ...]]:
    for draft in found.order_by(*review.BIGGEST_CHANGE_FIRST).iterator(EXPORTED_AT_ONCE):
        [row] = review.reviewed([draft], before, with_seats=False)
        yield (
            draft.customer.company,
            draft.currency,
            draft.total,
            row.month,
            row.bill_before.number if row.bill_before else "",
            "" if row.before is None else row.before,
            "" if row.change is None else row.change,
            "" if row.percent is None else round(row.percent, 1),
        )
