"""The list of disputes, and what a person may do about one: record, change, answer it."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from billing import disputes, labels, ledger, listing
from billing.lifecycle import InvalidTransition
from billing.models import Dispute, DisputeOutcome, Invoice, InvoiceLine
from billing.objection_forms import ChangeDisputeForm, DisputeFilter, DisputeForm, ResolveForm
from billing.views import dialogs
from billing.views.dialogs import Refusals
from billing.views.invoices import visible
from partners import clock
from partners.http import PortalRequest, list_view, posted, record_view
from partners.lists import list_page
from partners.permissions import Permission

OFFERED_LINES = 100


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's disputes, filtered by the address; open ones first, oldest first."""
    form = DisputeFilter(request.GET)
    today = clock.business_date(request.partner)
    found = (
        listing.disputes(request.partner, form.cleaned_data, request.user, today)
        if form.is_valid()
        else Dispute.objects.none()
    )
    order = ("-id",) if request.GET.get("state") else ("id",)
    page = list_page(request, found, order)
    template = "billing/disputes.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    rows = [(row, labels.dispute_label(row, today)) for row in page.rows]
    return render(request, template, {"form": form, "page": page, "rows": rows, "today": today})


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def dispute(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Record a customer's objection to an invoice or to some of its lines."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = DisputeForm(invoice.partner, _lines(invoice), posted(request))

    def object_to() -> None:
        objection = form.objection
        disputes.open_dispute(invoice, objection, by=request.user, reason=objection.text)

    dialog = {
        **_about(invoice),
        "title": _("Record a dispute of %(number)s?") % {"number": invoice},
        "effects": [
            _("Until it is answered, what is disputed is not chased and is no ground to suspend."),
            _("The undisputed rest is chased; payments count first against it."),
        ],
        "verb": _("Record the dispute"),
    }
    done = _("The dispute is recorded.")
    return dialogs.answer(request, form, object_to, dialog, done=done, refusals=_REFUSALS)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change what an open dispute is about, or who answers it until when."""
    row = _visible(request, pk)
    form = ChangeDisputeForm(row, _lines(row.invoice), posted(request))

    def change() -> None:
        objection = form.objection
        disputes.change_dispute(row, objection, by=request.user, reason=objection.text)

    dialog = {
        **_about(row.invoice),
        "title": _("Change the dispute of %(number)s?") % {"number": row.invoice},
        "effects": [_("Only what is disputed is kept from being chased.")],
        "verb": _("Change the dispute"),
        "blocked": not row.is_open,
    }
    done = _("The dispute is changed.")
    return dialogs.answer(request, form, change, dialog, done=done, refusals=_REFUSALS)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def resolve(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Answer a dispute; what is credited is shown before it happens."""
    row = _visible(request, pk)
    form = ResolveForm(row, posted(request))
    dialog = {
        **_about(row.invoice),
        "title": _("Answer the dispute of %(number)s?") % {"number": row.invoice},
        "effects": _effects(row, form),
        "verb": _("Answer the dispute"),
        "blocked": not row.is_open,
    }
    if form.is_valid() and form.cleaned_data["award"] and row.is_open:
        digest = f"{form.cleaned_data['award']}/{row.invoice.open_amount}/{row.amount}"
        if not dialogs.is_previewed(form, digest):
            return render(request, "billing/confirm.html", {"form": form, **dialog})

    def answer() -> None:
        facts = form.cleaned_data
        outcome, resolution = DisputeOutcome(facts["outcome"]), facts["resolution"]
        disputes.resolve_dispute(
            row, outcome, resolution, award=facts["award"], by=request.user, reason=resolution
        )

    done = _("The dispute is answered.")
    return dialogs.answer(request, form, answer, dialog, done=done, refusals=_REFUSALS)


def _effects(row: Dispute, form: ResolveForm) -> list[str]:
    """What the answer does; with a credit note, what stays open."""
    invoice = row.invoice
    effects = [
        _("%(amount)s was disputed.") % {"amount": labels.amount(row.amount, invoice.currency)},
        _("What is still open on the invoice is chased again."),
        _("Nothing is proposed for the next five working days."),
    ]
    award = form.cleaned_data.get("award") if form.is_bound and form.is_valid() else None
    if award:
        words = _("A credit note over %(award)s is made; %(left)s of the invoice stays open.")
        left = invoice.open_amount - award
        effects.insert(
            0,
            words
            % {
                "award": labels.amount(award, invoice.currency),
                "left": labels.amount(left, invoice.currency),
            },
        )
    return effects


_REFUSALS: Refusals = {
    disputes.AlreadyDisputed: lambda: _("This invoice has an open dispute already."),
    disputes.NotSoMuch: lambda: _("More is disputed of a line than it charges."),
    disputes.WrongAward: lambda: _("The dispute has changed. Nothing was done: look again."),
    InvalidTransition: lambda: _("This dispute was resolved before."),
    ledger.WrongInvoice: lambda: _("Nothing is owed on this invoice."),
    ledger.NothingLeft: lambda: _("Less is open than the page showed. Nothing was changed."),
}


def _about(invoice: Invoice) -> dict[str, Any]:
    return {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
        "is_safe": True,
    }


def _lines(invoice: Invoice) -> list[InvoiceLine]:
    """The lines that can be disputed."""
    return list(invoice.lines.filter(gross__gt=0)[:OFFERED_LINES])


def _visible(request: PortalRequest, pk: int) -> Dispute:
    mine = Dispute.objects.for_user(request.user, Permission.RECORD_MONEY)
    rows = mine.select_related("invoice__customer", "invoice__partner__settings", "partner")
    return get_object_or_404(rows, pk=pk)
