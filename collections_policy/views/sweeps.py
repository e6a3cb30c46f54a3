"""Sweeps: which ran, what they did, and the button that asks for one now."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from billing.freshness import receipts_recorded_up_to
from collections_policy import schedule, services
from collections_policy.models import PolicyVersion, SweepRun
from partners.http import PortalRequest, list_view, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.permissions import Permission

KINDS = {
    "waiting": "neutral",
    "running": "progress",
    "done": "ok",
    "partial": "warning",
    "failed": "danger",
}


@require_GET
@list_view(Permission.WORK_CASES)
def index(request: PortalRequest) -> HttpResponse:
    """The partner's sweeps, newest first, and when the next one is due."""
    runs = SweepRun.objects.of_partner(request.partner).select_related("requested_by")
    page = list_page(request, runs, ["-id"])
    context = {
        "page": page,
        "rows": [(run, KINDS[run.status]) for run in page.rows],
        "next_sweep": schedule.next_sweep(request.partner),
        "last_sweep": schedule.last_sweep(request.partner),
        "receipts_up_to": receipts_recorded_up_to(request.partner),
        "has_policy": PolicyVersion.objects.in_force(request.partner) is not None,
    }
    return render(request, "collections_policy/sweeps.html", context)


@require_POST
@list_view(Permission.WORK_CASES)
def run_now(request: PortalRequest) -> HttpResponse:
    """Ask for a sweep; a second click finds the first one's run."""
    if request.POST.get("partner") != str(request.partner.pk):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    run = services.request_sweep(request.partner, request.user)
    nudge("collections_policy.tasks.drain_runs")
    messages.success(request, _("The sweep is asked for. This page follows it."))
    return redirect("collections_policy:sweep", run.pk)


@require_GET
@vary_on_headers("HX-Request")
@record_view(Permission.WORK_CASES)
def sweep(request: PortalRequest, pk: int) -> HttpResponse:
    """One sweep: how far it is, what it did, and whom it could not work."""
    visible = SweepRun.objects.for_user(request.user, Permission.WORK_CASES)
    run = get_object_or_404(visible.select_related("partner", "requested_by"), pk=pk)
    template = "collections_policy/sweep.html"
    if request.htmx and not request.htmx.boosted:
        template += "#progress"
    context = {
        "run": run,
        "kind": KINDS[run.status],
        "errors": run.errors.select_related("customer")[:100],
    }
    return render(request, template, context)
