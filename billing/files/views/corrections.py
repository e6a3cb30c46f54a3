"""After a file replaced another: what was invoiced by the old one, and what to do about it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.files import corrections, lifecycle, presenting, services
from billing.files.views.files import DRAIN, file_of
from billing.models import ReconciliationFile
from partners.access import can
from partners.http import PortalRequest, ensure, record_view
from partners.nudges import nudge
from partners.permissions import Permission

SHOWN = 500


@require_http_methods(["GET", "POST"])
@record_view(Permission.SEE_PARTNER_BILL)
def differences(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Each customer's difference; a POST makes the drafts of those that are ticked."""
    found = file_of(request, pk)
    if request.method == "POST":
        ensure(request.user, Permission.RECORD_MONEY, found.partner)
        return _draft(request, found)
    rows = corrections.differences(found) if found.is_live else []
    context = {
        "file": found,
        "rows": rows[:SHOWN],
        "left": max(0, len(rows) - SHOWN),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
    }
    return render(request, "billing/reconciliation_differences.html", context)


def _draft(request: PortalRequest, found: ReconciliationFile) -> HttpResponse:
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal()]
    if not ids or not found.is_live:
        messages.info(request, _("Nothing was chosen, so nothing was made."))
        return redirect("billing:reconciliation_differences", found.pk)
    reason = _("“%(name)s” was replaced") % {"name": found.replaces}
    made = corrections.draft(found, ids, by=request.user, reason=reason)
    text = _("Drafts made: %(invoices)s invoices, %(credit_notes)s credit notes.")
    messages.success(request, text % {"invoices": made.invoices, "credit_notes": made.credit_notes})
    return redirect("billing:reconciliation_differences", found.pk)


@require_POST
@record_view(Permission.SEE_PARTNER_BILL)
def choose(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Say what becomes of lines that another file holds: replace it, or import only the rest."""
    found = file_of(request, pk)
    ensure(request.user, Permission.RECORD_MONEY, found.partner)
    replaced = request.POST.get("replaces", "")
    live = ReconciliationFile.objects.of_partner(found.partner).live()
    replaces = live.filter(pk=int(replaced)).first() if replaced.isdecimal() else None
    if replaced and replaces is None:
        messages.warning(request, _("That file has changed since. Nothing was changed."))
        return redirect("billing:reconciliation_file", pk)
    try:
        services.check_again(
            found,
            expected_total=found.expected_total,
            replaces=replaces or found.replaces,
            only_new=replaces is None,
            by=request.user,
        )
    except lifecycle.AlreadyMoved as moved:
        messages.warning(request, presenting.already(moved.file))
    else:
        nudge(DRAIN)
    return redirect("billing:reconciliation_file", pk)
