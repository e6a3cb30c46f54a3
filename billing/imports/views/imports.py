"""The list of imports with the upload, the page of one import, and what can be downloaded."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from billing.imports import opening, presenting, services, template_files
from billing.imports.forms import ImportFilter, UploadForm, upload_form
from billing.imports.services import AlreadyUploaded
from billing.models import ImportedRow, ImportKind, TableImport
from billing.models.table_import import TableImportQuerySet
from partners import clock
from partners.access import can
from partners.exports import csv_response
from partners.http import PortalRequest, ensure, list_view, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission

DRAIN = "billing.tasks.drain_imports"


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's imports, newest first; a POST uploads a table."""
    if request.method == "POST":
        return _upload(request)
    return _index_page(request, upload_form(request.partner))


def _index_page(request: PortalRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    filters = ImportFilter(request.GET)
    page = list_page(request, _filtered(request, filters), ["-id"])
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "rows": [(table, presenting.label(table)) for table in page.rows],
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
    }
    template = "billing/imports.html"
    if request.htmx and not request.htmx.boosted and request.method == "GET":
        template += "#table"
    return render(request, template, context, status=status)


def _filtered(request: PortalRequest, filters: ImportFilter) -> TableImportQuerySet:
    found = TableImport.objects.of_partner(request.partner).for_list()
    typed = filters.cleaned_data if filters.is_valid() else {}
    for name in ("status", "kind"):
        if typed.get(name):
            found = found.filter(**{name: typed[name]})
    return found.filter(name__icontains=typed["q"]) if typed.get("q") else found


def _upload(request: PortalRequest) -> HttpResponseBase:
    ensure(request.user, Permission.RECORD_MONEY, request.partner)
    if request.POST.get("partner") != str(request.partner.pk):
        message = _("You have switched to another partner since. Nothing was uploaded.")
        return render(request, "409.html", {"message": message}, status=409)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _index_page(request, form, status=422)
    content, kind = form.cleaned_data["file"], ImportKind(form.cleaned_data["kind"])
    try:
        found = services.upload(request.partner, kind, content, name=content.name, by=request.user)
    except AlreadyUploaded as refused:
        messages.info(request, presenting.same_file(refused.table))
        return redirect("billing:import", refused.table.pk)
    nudge(DRAIN)
    return redirect("billing:import" if found.is_busy else "billing:import_columns", found.pk)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def table(request: PortalRequest, pk: int) -> HttpResponse:
    """One import: its check, its import, what became of its rows."""
    found = table_of(request, pk)
    context: dict[str, Any] = {
        "table": found,
        "label": presenting.label(found),
        "facts": presenting.facts(found),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    if found.is_busy:
        context["progress"] = presenting.progress(found, found.job)
    else:
        context |= _findings(found)
    if found.summary:
        context |= {
            "count_facts": presenting.count_facts(found),
            "sample": presenting.sample(found),
            "ready": presenting.rows_sentence(presenting.counted(found, "ready")),
        }
    if found.may_be_imported:
        context |= {"effects": presenting.effects(found), "doubtful": _doubtful(found)}
        context["doubtful_count"] = presenting.doubtful_count(found)
    if found.is_imported:
        context |= _outcome(request, found)
    return render(request, "billing/import.html", context)


def _findings(found: TableImport) -> dict[str, Any]:
    shown = presenting.SHOWN_FINDINGS
    errors = found.findings.filter(is_warning=False)[:shown]
    warnings = found.findings.filter(is_warning=True)[:shown]
    return {
        "errors": presenting.problems(errors),
        "error_count": presenting.counted(found, "errors"),
        "warnings": presenting.problems(warnings),
        "warning_count": presenting.counted(found, "warnings"),
        "shown": shown,
    }


def _doubtful(found: TableImport) -> list[Any]:
    rows = found.findings.filter(code__in=presenting.doubtful_codes())
    return presenting.problems(rows[: presenting.SHOWN_FINDINGS])


def _outcome(request: PortalRequest, found: TableImport) -> dict[str, Any]:
    rows = ImportedRow.objects.filter(table=found).select_related(
        "receipt__customer", "invoice__customer"
    )
    return {
        "outcome": presenting.outcome_facts(found),
        "page": list_page(request, rows, ["row"]),
        "unconfirmed": 0 if found.is_statement else opening.of_import(found).unconfirmed().count(),
    }


def table_of(
    request: PortalRequest, pk: int, permission: Permission = Permission.SEE_RECEIVABLES
) -> TableImport:
    """The import with this key, of a partner where the person has this right; else 404."""
    tables = TableImport.objects.for_user(request.user, permission).for_list()
    return get_object_or_404(tables.select_related("layout", "job", "partner__settings"), pk=pk)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def progress(request: PortalRequest, pk: int) -> HttpResponse:
    """How far the check or the import is; when it ends, the page is shown anew."""
    found = table_of(request, pk)
    if not found.is_busy:
        return HttpResponseClientRefresh() if request.htmx else redirect("billing:import", pk)
    context = presenting.progress(found, found.job) | {"id": "progress", "is_finished": False}
    return render(request, "components/progress.html", context)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def findings(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Everything the check named, as CSV."""
    found = table_of(request, pk)
    header = [_("Severity"), _("Row"), _("Column"), _("Value"), _("What is wrong")]
    return csv_response(f"findings-{found.pk}.csv", header, _finding_rows(found))


def _finding_rows(found: TableImport) -> Iterator[tuple[object, ...]]:
    error, warning = _("Error"), _("Warning")
    for finding in found.findings.order_by("is_warning", "id").iterator(chunk_size=2000):
        problem = presenting.problem(finding)
        severity = warning if finding.is_warning else error
        yield severity, problem.row, problem.place, problem.value, problem.sentence


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def original(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The bytes as they were uploaded, always as a download."""
    found = table_of(request, pk)
    if found.status == "discarded":
        return redirect("billing:import", pk)
    response = FileResponse(
        found.content.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def statement_template(request: PortalRequest) -> HttpResponseBase:
    """A bank statement to start from: the column names and one row as an example."""
    return _template(request, ImportKind.BANK_STATEMENT, "bank-statement.csv")


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def balances_template(request: PortalRequest) -> HttpResponseBase:
    """Opening balances to start from: the column names and one row as an example."""
    return _template(request, ImportKind.OPENING_BALANCES, "opening-balances.csv")


def _template(request: PortalRequest, kind: ImportKind, name: str) -> HttpResponseBase:
    today = clock.business_date(request.partner)
    row = template_files.example(kind, today, request.partner.currency)
    return csv_response(name, template_files.header(kind), [row])
