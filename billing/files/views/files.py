"""The list of reconciliation files with the upload, and the page of one file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from billing.bill.services import InUse
from billing.files import exporting, presenting, services
from billing.files.forms import CorrectionForm, FileFilter, LineFilter, UploadForm
from billing.files.services import AlreadyUploaded
from billing.models import ReconciliationFile, ReconciliationLine
from billing.models.reconciliation import ReconciliationFileQuerySet
from partners.access import ScopedQuerySet, can
from partners.http import PortalRequest, ensure, list_view, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission

DRAIN = "billing.tasks.drain_imports"


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_PARTNER_BILL)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's files, newest first; a POST uploads one."""
    if request.method == "POST":
        return _upload(request)
    if request.GET.get("format") == "csv":
        return exporting.files(_filtered(request, FileFilter(request.GET)))
    return _index_page(request, UploadForm(partner=request.partner))


def _index_page(request: PortalRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    filters = FileFilter(request.GET)
    page = list_page(request, _filtered(request, filters), ["-id"])
    form.fields["partner"].initial = request.partner.pk
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "rows": [(file, presenting.file_label(file)) for file in page.rows],
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
    }
    return _render(request, "billing/reconciliation.html", "table", context, status)


def _filtered(request: PortalRequest, filters: FileFilter) -> ReconciliationFileQuerySet:
    files = ReconciliationFile.objects.of_partner(request.partner).for_list()
    typed = filters.cleaned_data if filters.is_valid() else {}
    if typed.get("status"):
        files = files.filter(status=typed["status"])
    if text := typed.get("q"):
        files = files.filter(name__icontains=text) | files.filter(invoice__number__iexact=text)
    return files


def _upload(request: PortalRequest) -> HttpResponseBase:
    ensure(request.user, Permission.RECORD_MONEY, request.partner)
    if request.POST.get("partner") != str(request.partner.pk):
        message = _("You have switched to another partner since. Nothing was uploaded.")
        return render(request, "409.html", {"message": message}, status=409)
    form = UploadForm(request.POST, request.FILES, partner=request.partner)
    if form.is_valid():
        try:
            return redirect("billing:reconciliation_file", _stored(request, form).pk)
        except AlreadyUploaded as refused:
            return _told_already(request, refused.file)
        except InUse:
            form.add_error("issued_on", _in_use())
    return _index_page(request, form, status=422)


def _stored(request: PortalRequest, form: UploadForm) -> ReconciliationFile:
    content = form.cleaned_data["file"]
    file = services.receive(
        request.partner,
        form.facts(),
        content,
        name=content.name,
        expected_total=form.cleaned_data["expected_total"],
        replaces=form.cleaned_data["replaces"],
        by=request.user,
        reason=_("uploaded"),
    )
    nudge(DRAIN)
    return file


def _told_already(request: PortalRequest, file: ReconciliationFile) -> HttpResponseBase:
    messages.info(request, presenting.same_file(file))
    return redirect("billing:reconciliation_file", file.pk)


def _in_use() -> str:
    return _(
        "A file of this invoice is imported, so that its date and currency stay. "
        "Check the invoice number."
    )


@require_GET
@vary_on_headers("HX-Request")
@record_view(Permission.SEE_PARTNER_BILL)
def file(request: PortalRequest, pk: int) -> HttpResponseBase:
    """One file: its check, its import, its lines."""
    found = file_of(request, pk)
    if request.GET.get("format") == "csv":
        return exporting.lines(_lines(found, LineFilter(request.GET)))
    return file_page(request, found, CorrectionForm.of(found))


def file_of(request: PortalRequest, pk: int) -> ReconciliationFile:
    """The file with this key, of a partner whose bill the person may see; else 404."""
    files = ReconciliationFile.objects.for_user(request.user, Permission.SEE_PARTNER_BILL)
    files = files.for_list().select_related("replaces", "job", "partner__settings")
    return get_object_or_404(files, pk=pk)


def file_page(
    request: PortalRequest, found: ReconciliationFile, form: CorrectionForm, status: int = 200
) -> HttpResponse:
    """The page of a file in whatever state it is."""
    filters = LineFilter(request.GET)
    context = {
        "file": found,
        "label": presenting.file_label(found),
        "facts": presenting.facts(found),
        "form": form,
        "errors": presenting.problems(found, "errors")[: presenting.SHOWN_PROBLEMS],
        "warnings": presenting.problems(found, "warnings")[: presenting.SHOWN_PROBLEMS],
        "error_count": presenting.counted(found, "errors"),
        "warning_count": presenting.counted(found, "warnings"),
        "overlaps": presenting.overlaps(found),
        "sections": presenting.section_rows(found),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    if found.is_busy:
        context["progress"] = presenting.progress(found, found.job)
    if found.may_be_imported:
        context["effects"] = presenting.created_sentences(found)
    if found.imported_at and not found.is_busy:
        page = list_page(request, _lines(found, filters), ["row"])
        context |= {"filters": filters, "page": page, "outcome": presenting.outcome_facts(found)}
    return _render(request, "billing/reconciliation_file.html", "lines", context, status)


def _lines(found: ReconciliationFile, filters: LineFilter) -> ScopedQuerySet[ReconciliationLine]:
    lines = ReconciliationLine.objects.filter(file=found).select_related("customer").defer("raw")
    typed = filters.cleaned_data if filters.is_valid() else {}
    if typed.get("section"):
        lines = lines.filter(section=typed["section"])
    if text := typed.get("q"):
        lines = (
            lines.filter(customer__search_text__contains=text.casefold())
            | lines.filter(offer_name__icontains=text)
            | lines.filter(subscription_ref__iexact=text)
        )
    return lines


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def progress(request: PortalRequest, pk: int) -> HttpResponse:
    """How far the check or the import is; when it ends, the page is shown anew."""
    found = file_of(request, pk)
    if not found.is_busy:
        if request.htmx:
            return HttpResponseClientRefresh()
        return redirect("billing:reconciliation_file", found.pk)
    context = presenting.progress(found, found.job) | {"id": "progress", "is_finished": False}
    return render(request, "components/progress.html", context)


def _render(
    request: PortalRequest, template: str, fragment: str, context: dict[str, Any], status: int
) -> HttpResponse:
    if request.htmx and not request.htmx.boosted and status == 200:  # noqa: PLR2004  (OK)
        template += f"#{fragment}"
    return render(request, template, context, status=status)
