"""The journal of a period: whether it adds up, and its files for the accounting system."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing import labels
from billing.books import exporting, journal
from billing.books.exporting import CSV, FORMATS
from billing.books.forms import PeriodForm
from billing.books.journal import REPLAYED, Account, Period, Sums
from partners import clock
from partners.access import partner_ids_where
from partners.exports import csv_response, xlsx_response
from partners.http import PortalRequest, list_view, record_view
from partners.models import Job
from partners.nudges import nudge
from partners.permissions import Permission


@require_GET
@list_view(Permission.RECORD_MONEY)
def index(request: PortalRequest) -> HttpResponseBase:
    """Opening balances, movements and closing balances per currency; what the files hold."""
    form = PeriodForm(clock.business_date(request.partner), request.GET)
    period = _period(request, form)
    sums = journal.sums(period) if period else []
    context = {
        "form": form,
        "period": period,
        "is_over": period and period.last < form.today,
        "tables": [_table(each) for each in sums],
        "columns": exporting.columns(),
        "codes": exporting.accounts(),
    }
    return render(request, "billing/journal.html", context, status=200 if period else 422)


@require_POST
@list_view(Permission.RECORD_MONEY)
def export(request: PortalRequest) -> HttpResponseBase:
    """The file at once when it is small, else a job that makes it."""
    if str(request.partner.pk) != request.POST.get("partner"):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    form = PeriodForm(clock.business_date(request.partner), request.POST)
    period = _period(request, form)
    suffix = request.POST.get("format", "")
    if period is None or suffix not in FORMATS:
        return render(request, "billing/journal.html", {"form": form}, status=422)
    if journal.count(period) > exporting.AT_ONCE:
        job = exporting.ask_for(period, suffix, get_language() or "en", by=request.user)
        nudge("billing.tasks.drain_imports")
        return redirect("job", job.pk)
    name = exporting.name_of(period, suffix)
    if suffix == CSV:
        return csv_response(name, exporting.header(), exporting.rows(period))
    return xlsx_response(name, exporting.workbook(period, journal.sums(period)))


@require_GET
@record_view(Permission.RECORD_MONEY)
def file(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The file that a job has made, as long as it is kept."""
    at = partner_ids_where(request.user, Permission.RECORD_MONEY)
    made = Job.objects.filter(kind=exporting.KIND, status=Job.Status.DONE, partner__in=at)
    job = get_object_or_404(made.select_related("partner"), pk=pk)
    path = job.result.get("path", "")
    if not path or not default_storage.exists(path):
        raise Http404
    suffix = job.parameters["format"]
    return FileResponse(
        default_storage.open(path),
        as_attachment=True,
        filename=exporting.name_of(exporting.period_of(job), suffix),
    )


def _period(request: PortalRequest, form: PeriodForm) -> Period | None:
    if not form.is_valid():
        return None
    return Period(request.partner, form.cleaned_data["first"], form.cleaned_data["last"])


def _table(sums: Sums) -> dict[str, Any]:
    """One currency's table: opening, movements, closing, in words."""

    touched = {account for moved in sums.moved.values() for account in moved}
    accounts = [account for account in Account if account in touched or account in REPLAYED]

    def line(amounts: Any) -> list[str]:
        found = [amounts.get(account) for account in accounts]
        return [labels.amount(value, sums.currency) if value else "–" for value in found]

    return {
        "currency": sums.currency,
        "accounts": [account.label for account in accounts],
        "opening": line(sums.opening),
        "rows": [(kind.label, line(moved)) for kind, moved in exporting.in_order(sums)],
        "change": line(sums.change),
        "closing": line(sums.closing),
        "replayed": line(sums.replayed),
        "adds_up": sums.adds_up,
        "differences": [
            (account.label, labels.amount(amount, sums.currency))
            for account, amount in sums.difference.items()
        ],
    }
