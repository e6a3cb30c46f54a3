"""The audit trail of the chosen partner, as the reader may see it."""

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from partners import activity
from partners.exports import csv_response
from partners.forms import ActivityFilter
from partners.http import PortalRequest, list_view
from partners.lists import list_page
from partners.models import AuditEntry
from partners.permissions import Permission


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_CUSTOMERS)
def index(request: PortalRequest) -> HttpResponseBase:
    """Who did what, when and why; newest first."""
    hidden = activity.hidden_kinds(request.user, request.partner)
    form = ActivityFilter(request.GET, partner=request.partner, hidden=hidden)
    found = _filtered(request, form)
    if request.GET.get("format") == "csv":
        return _export(request, found)
    page = list_page(request, found, ["-id"])
    lines = activity.lines(page.rows, request.user, request.partner)
    template = "partners/activity.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    return render(request, template, {"form": form, "page": page, "lines": lines})


def _filtered(request: PortalRequest, form: ActivityFilter) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(partner_id=request.partner.pk)
    found = found.filter(activity.without_money(request.user, request.partner))
    if not form.is_valid():
        return found.none()
    chosen = form.cleaned_data
    conditions = {
        "kind": chosen["kind"],
        "by_id": chosen["person"] and chosen["person"].pk,
        "at__gte": form.begins,
        "at__lt": form.ends,
    }
    return found.filter(**{name: value for name, value in conditions.items() if value})


def _export(request: PortalRequest, found: QuerySet[AuditEntry]) -> StreamingHttpResponse:
    header = [_("At"), _("What"), _("Who"), _("Why"), _("Customer"), _("Before and after")]
    rows = (
        (
            line.at.astimezone(request.partner.zone).isoformat(timespec="seconds"),
            line.what,
            line.who,
            line.why,
            line.customer_ref,
            "; ".join(f"{each.name}: {each.before} → {each.after}" for each in line.changes),
        )
        for line in (
            activity.line(entry, request.user, request.partner)
            for entry in found.order_by("-id").iterator(chunk_size=2000)
        )
    )
    return csv_response("activity.csv", header, rows)
