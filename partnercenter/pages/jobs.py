"""Long work with its progress: a page to leave and come back to."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from partners.access import partner_ids_where
from partners.http import PortalRequest, record_view
from partners.models import Job, User
from partners.permissions import Permission

ABOUT_MONEY = "billing."


@require_GET
@vary_on_headers("HX-Request")
@record_view(Permission.SEE_CUSTOMERS)
def job(request: PortalRequest, pk: int) -> HttpResponse:
    """How far a job is, and what came of it."""
    found = get_object_or_404(_visible(request.user), pk=pk)
    is_finished = found.status in {Job.Status.DONE, Job.Status.FAILED}
    context = {
        "job": found,
        "title": _titles().get(found.kind, found.kind),
        "is_finished": is_finished,
        "text": _progress(found),
        "result": list(_result(found)),
        "next": _next_page(found),
    }
    template = "partnercenter/job.html"
    if request.htmx and not request.htmx.boosted:
        template += "#job"
    return render(request, template, context)


def _visible(user: User) -> QuerySet[Job]:
    """Work at the person's partners; work about money only for people who work with it."""
    at = partner_ids_where(user, Permission.SEE_CUSTOMERS)
    with_money = partner_ids_where(user, Permission.RECORD_MONEY)
    is_open = ~Q(kind__startswith=ABOUT_MONEY) | Q(partner__in=with_money)
    return Job.objects.filter(is_open, partner__in=at)


def _titles() -> dict[str, str]:
    return {
        "subscriptions.read": _("Read from Partner Center"),
        "billing.issue": _("Issue invoices"),
        "billing.export_journal": _("Export the journal"),
        "billing.check_reconciliation": _("Check a reconciliation file"),
        "billing.import_reconciliation": _("Import a reconciliation file"),
    }


def _next_page(found: Job) -> dict[str, str]:
    """Where to see what the work has done."""
    if found.kind == "billing.issue":
        return {"url": reverse("billing:invoices"), "label": _("Invoices")}
    if found.kind == "billing.export_journal" and "path" in found.result:
        url = reverse("billing:journal_file", args=[found.pk])
        return {"url": url, "label": _("Download")}
    if found.kind == "billing.export_journal":
        return {"url": reverse("billing:journal"), "label": _("Journal")}
    if found.kind.startswith(ABOUT_MONEY):
        return {"url": reverse("billing:reconciliation"), "label": _("Reconciliation")}
    return {"url": reverse("subscriptions:list"), "label": _("Subscriptions")}


def _progress(found: Job) -> str:
    if found.status == Job.Status.WAITING:
        return _("Waiting for a worker")
    return ngettext("%(n)s done", "%(n)s done", found.done) % {"n": found.done}


def _result(found: Job) -> Iterator[tuple[str, object]]:
    """What came of it, in words; names that only programs read are left out."""
    words = {
        "customers": _("Customers read"),
        "subscriptions": _("Subscriptions read"),
        "differing": _("Differ from what we want"),
        "failed_customers": _("Customers that could not be read"),
        "issued": _("Issued"),
        "failed": _("Not issued"),
        "failures": _("Why not"),
        "errors": _("Errors"),
        "rows": _("Rows written"),
    }
    for name, value in found.result.items():
        if name in words:
            yield words[name], "; ".join(value) if isinstance(value, list) else value
