"""What is done to one reconciliation file: check again, import, discard, download."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.bill.services import InUse, record_partner_invoice
from billing.files import lifecycle, presenting, services
from billing.files.forms import CorrectionForm
from billing.files.views.files import DRAIN, file_of, file_page
from billing.models import ReconciliationFile
from partners.exports import csv_response
from partners.forms import ReasonForm
from partners.http import PortalRequest, ensure, posted, record_view
from partners.nudges import nudge
from partners.permissions import Permission


@require_POST
@record_view(Permission.SEE_PARTNER_BILL)
def confirm(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Ask for the import of a checked file."""
    found = _writable(request, pk)
    try:
        services.confirm(found, by=request.user)
    except lifecycle.AlreadyMoved as moved:
        messages.warning(request, presenting.already(moved.file))
    else:
        nudge(DRAIN)
    return redirect("billing:reconciliation_file", pk)


@require_POST
@record_view(Permission.SEE_PARTNER_BILL)
def check_again(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Correct what was typed of the invoice, and check the file again."""
    found = _writable(request, pk)
    form = CorrectionForm.of(found, request.POST)
    if not form.is_valid():
        return file_page(request, found, form, status=422)
    try:
        _check_again(request, found, form)
    except lifecycle.AlreadyMoved as moved:
        messages.warning(request, presenting.already(moved.file))
    except InUse:
        form.add_error("issued_on", _("Another file of this invoice is imported: its date stays."))
        return file_page(request, found, form, status=422)
    return redirect("billing:reconciliation_file", pk)


def _check_again(request: PortalRequest, found: ReconciliationFile, form: CorrectionForm) -> None:
    record_partner_invoice(
        found.partner, form.facts(), by=request.user, reason=_("corrected before the check")
    )
    services.check_again(
        found,
        expected_total=form.cleaned_data["expected_total"],
        replaces=form.cleaned_data["replaces"],
        by=request.user,
    )
    nudge(DRAIN)


@require_http_methods(["GET", "POST"])
@record_view(Permission.SEE_PARTNER_BILL)
def discard(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Throw away a file that was not imported."""
    found = _writable(request, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.discard(found, by=request.user, reason=form.cleaned_data["reason"])
        except lifecycle.AlreadyMoved as moved:
            messages.warning(request, presenting.already(moved.file))
            return redirect("billing:reconciliation_file", pk)
        messages.success(request, _("“%(name)s” was discarded.") % {"name": found.name})
        return redirect("billing:reconciliation")
    context = {
        "title": _("Discard “%(name)s”?") % {"name": found.name},
        "facts": [{"label": _("21Vianet's invoice"), "value": found.invoice.number}],
        "effects": [
            _("The file and what the check found are thrown away. Nothing was imported."),
            _("The same file can be uploaded again."),
        ],
        "form": form,
        "verb": _("Discard"),
        "blocked": not found.may_be_discarded,
        "cancel_url": reverse("billing:reconciliation_file", args=[found.pk]),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/confirm.html", context, status=status)


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def problems(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Everything the check named, as CSV."""
    found = file_of(request, pk)
    header = [_("Severity"), _("Row"), _("Column"), _("Value"), _("What is wrong")]
    return csv_response(f"problems-{found.pk}.csv", header, _problem_rows(found))


def _problem_rows(found: ReconciliationFile) -> Iterator[tuple[object, ...]]:
    for key, severity in (("errors", _("Error")), ("warnings", _("Warning"))):
        for problem in presenting.problems(found, key):
            yield severity, problem.row, problem.place, problem.value, problem.sentence


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def original(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The bytes as they were uploaded, always as a download."""
    found = file_of(request, pk)
    response = FileResponse(
        found.content.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def _writable(request: PortalRequest, pk: int) -> ReconciliationFile:
    found = file_of(request, pk)
    ensure(request.user, Permission.RECORD_MONEY, found.partner)
    return found
