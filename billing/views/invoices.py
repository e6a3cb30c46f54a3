"""The list of invoices, the review of drafts, and the page of one invoice."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from billing import invoicing, issuing, labels, listing, unexplained, write_offs
from billing.fapiao.finding import standing_of
from billing.forms import InvoiceFilter, IssueForm
from billing.models import Invoice
from billing.models.invoice import InvoiceQuerySet
from billing.views import tables
from billing.views.dialogs import JUDGE
from partners import clock
from partners.access import can
from partners.http import PortalRequest, list_view, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's invoices, filtered by the address."""
    form = InvoiceFilter(request.GET)
    found = _filtered(request, form)
    if request.GET.get("format") in tables.FORMATS:
        return _export(request, found)
    today = clock.business_date(request.partner)
    page = list_page(request, found, listing.invoice_order(form.cleaned_data))
    template = "billing/invoices.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": [(invoice, labels.invoice_label(invoice, today)) for invoice in page.rows],
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
        "has_drafts": Invoice.objects.of_partner(request.partner).drafts().exists(),
        "bulk_actions": bulk_actions(request),
    }
    return render(request, template, context)


def bulk_actions(request: PortalRequest) -> list[dict[str, str]]:
    """What may be done with the chosen drafts of a list."""
    if not can(request.user, Permission.RECORD_MONEY, request.partner):
        return []
    return [{"url": reverse("billing:invoices_issue"), "label": _("Issue drafts…")}]


def _filtered(request: PortalRequest, form: InvoiceFilter) -> InvoiceQuerySet:
    if not form.is_valid():
        return Invoice.objects.none()
    today = clock.business_date(request.partner)
    return listing.invoices(request.partner, form.cleaned_data, today)


def _export(request: PortalRequest, found: InvoiceQuerySet) -> HttpResponseBase:
    header = [
        _("Number"),
        _("Customer"),
        _("Status"),
        _("Kind"),
        _("Issued on"),
        _("Due on"),
        _("Currency"),
        _("Total"),
        _("Paid"),
        _("Credited"),
        _("Written off"),
        _("Open"),
    ]
    return tables.file_of(request, found, _("Invoices"), header, _export_rows(found))


def _export_rows(found: InvoiceQuerySet) -> Iterator[tuple[object, ...]]:
    for invoice in found.order_by("id").iterator(chunk_size=2000):
        yield (
            invoice.number,
            invoice.customer.company,
            invoice.get_status_display(),
            invoice.get_kind_display(),
            invoice.issued_on,
            invoice.due_on,
            invoice.currency,
            invoice.total,
            invoice.allocated,
            invoice.credited,
            invoice.written_off,
            invoice.open_amount,
        )


@require_http_methods(["GET", "POST"])
@list_view(Permission.RECORD_MONEY)
def issue(request: PortalRequest) -> HttpResponseBase:
    """Issue the chosen drafts, or all of them, after showing how many and how much."""
    sent = request.POST if request.method == "POST" else request.GET
    drafts = _chosen_drafts(request, sent)
    shown_for = sent.get("partner", "" if request.method == "POST" else str(request.partner.pk))
    if shown_for != str(request.partner.pk):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    if not drafts.exists():
        messages.info(request, _("There is no draft to issue."))
        return redirect("billing:invoices")
    if request.method == "POST":
        return _issue(request, drafts)
    return render(request, "billing/confirm.html", _issue_page(request, drafts))


def _chosen_drafts(request: PortalRequest, sent: Any) -> InvoiceQuerySet:
    """Drafts by the ids sent, or all up to the newest one that was shown."""
    drafts = Invoice.objects.of_partner(request.partner).drafts()
    ids = [int(pk) for pk in sent.getlist("ids") if pk.isdecimal()]
    if ids:
        return drafts.filter(pk__in=ids)
    up_to = sent.get("up_to", "")
    if up_to.isdecimal():
        return drafts.filter(pk__lte=int(up_to))
    return drafts.none() if request.method == "POST" else drafts


def _issue_page(request: PortalRequest, drafts: InvoiceQuerySet) -> dict[str, Any]:
    """How many drafts, and their sum per currency."""
    sums = list(drafts.order_by().values("currency").annotate(n=Count("pk"), sum=Sum("total")))
    count = sum(row["n"] for row in sums)
    ids = [int(pk) for pk in request.GET.getlist("ids") if pk.isdecimal()]
    newest = drafts.aggregate(newest=Max("pk"))["newest"]
    initial = {"partner": request.partner.pk, "ids": ids, "up_to": None if ids else newest}
    title = ngettext("Issue %(count)s invoice?", "Issue %(count)s invoices?", count)
    verb = ngettext("Issue %(count)s invoice", "Issue %(count)s invoices", count)
    return {
        "title": title % {"count": count},
        "verb": verb % {"count": count},
        "facts": [
            {"label": row["currency"], "value": labels.amount(row["sum"], row["currency"])}
            for row in sums
        ],
        "effects": [
            _("Each gets its number and its due date, and its letter to the customer is queued."),
            _("An issued invoice can't be changed any more, only credited."),
        ],
        "form": IssueForm(initial=initial),
        "is_safe": True,
        "cancel_url": reverse("billing:invoices") + "?state=draft",
    }


def _issue(request: PortalRequest, drafts: InvoiceQuerySet) -> HttpResponse:
    """A handful at once; many as a job with progress."""
    if issuing.is_many(drafts):
        job = issuing.ask_for(request.partner, drafts, by=request.user)
        nudge("billing.tasks.drain_imports")
        return redirect("job", job.pk)
    report = invoicing.issue_invoices(drafts, by=request.user, reason=_("reviewed"))
    nudge(JUDGE)
    nudge("notices.tasks.send_due")
    count = len(report.issued)
    text = ngettext("%(count)s invoice is issued.", "%(count)s invoices are issued.", count)
    messages.success(request, text % {"count": count})
    for failure in report.failures:
        messages.error(request, f"{failure.invoice.customer}: {failure.why}")
    if count == 1 and not report.failures:
        return redirect("billing:invoice", report.issued[0].pk)
    return redirect("billing:invoices")


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def invoice(request: PortalRequest, pk: int) -> HttpResponse:
    """One invoice: its lines, what settled it, its disputes and its timeline."""
    found = visible(request, pk)
    today = clock.business_date(found.partner)
    all_fapiao = list(found.fapiao.order_by("-id"))
    may_record = can(request.user, Permission.RECORD_MONEY, found.partner)
    context = {
        "invoice": found,
        "fapiao": standing_of(found),
        "all_fapiao": all_fapiao,
        "label": labels.invoice_label(found, today),
        "facts": labels.invoice_facts(found),
        "lines": found.lines.select_related("subscription"),
        "allocations": found.allocations.select_related("receipt").order_by("-id"),
        "disputes": found.disputes.select_related(
            "opened_by", "assigned_to", "credit_note"
        ).prefetch_related("lines__line"),
        "credit_uses": found.credit_uses.select_related("credit_note"),
        "write_offs": found.write_offs.prefetch_related("reversals"),
        "small_difference": _small_difference(found),
        "claims": [(row, labels.claim_label(row)) for row in found.claims.all()],
        "may_record": may_record,
        "edits_draft": may_record and found.is_draft,
        "unexplained": unexplained.unexplained_lines(found) if found.is_draft else set(),
        "why_not_issue": invoicing.why_not_issue(found) if found.is_draft else "",
        "timeline": timeline(found.partner, None, found, *all_fapiao, user=request.user),
    }
    return render(request, "billing/invoice.html", context)


def _small_difference(found: Invoice) -> str:
    """The offer to give up what a payment left, where the partner tolerates so much."""
    if not write_offs.is_small_difference(found):
        return ""
    left = labels.amount(found.open_amount, found.currency)
    return _("Only %(left)s is left open: it can be written off as a small difference.") % {
        "left": left
    }


def visible(
    request: PortalRequest, pk: int, permission: Permission = Permission.SEE_RECEIVABLES
) -> Invoice:
    """The invoice if this person may see it, else 404."""
    found = Invoice.objects.for_user(request.user, permission)
    return get_object_or_404(found.select_related("customer", "partner__settings"), pk=pk)
