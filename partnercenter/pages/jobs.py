"""Long work with its progress: a page to leave and come back to."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from partners.access import partner_ids_where
from partners.http import PortalRequest, record_view
from partners.models import Job
from partners.permissions import Permission


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def job(request: PortalRequest, pk: int) -> HttpResponse:
    """How far a job is, and what came of it."""
    partners = partner_ids_where(request.user, Permission.SEE_CUSTOMERS)
    found = get_object_or_404(Job.objects.filter(partner__in=partners), pk=pk)
    is_finished = found.status in {Job.Status.DONE, Job.Status.FAILED}
    context = {
        "job": found,
        "title": _titles().get(found.kind, found.kind),
        "is_finished": is_finished,
        "text": _progress(found),
        "result": [(_words(name), value) for name, value in found.result.items()],
    }
    template = "partnercenter/job.html"
    if request.htmx and not request.htmx.boosted:
        template += "#job"
    return render(request, template, context)


def _titles() -> dict[str, str]:
    return {"subscriptions.read": _("Read from Partner Center")}


def _progress(found: Job) -> str:
    if found.status == Job.Status.WAITING:
        return _("Waiting for a worker")
    return ngettext("%(n)s done", "%(n)s done", found.done) % {"n": found.done}


def _words(name: str) -> str:
    words = {
        "customers": _("Customers read"),
        "subscriptions": _("Subscriptions read"),
        "differing": _("Differ from what we want"),
        "failed_customers": _("Customers that could not be read"),
    }
    return words.get(name, name)
