"""Credit notes: the list, one of them, and what is done to a draft."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing import credit_notes, labels, ledger
from billing.forms import CreditNoteIssueForm
from billing.invoicing import NotADraft
from billing.models import CreditNote
from billing.views import dialogs
from billing.views.dialogs import Refusals
from partners.access import can
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.lists import list_page
from partners.panels import timeline
from partners.permissions import Permission

_REFUSALS: Refusals = {
    NotADraft: lambda: _("It is not a draft any more."),
    ledger.WrongInvoice: lambda: _("Nothing is owed on this invoice."),
}


@require_GET
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponse:
    """The partner's credit notes, newest first; `?state=draft` shows the drafts."""
    notes = CreditNote.objects.of_partner(request.partner).select_related("customer")
    is_drafts = request.GET.get("state") == "draft"
    page = list_page(request, notes.drafts() if is_drafts else notes, ["-id"])
    context = {
        "page": page,
        "rows": [(note, labels.credit_note_label(note)) for note in page.rows],
        "is_drafts": is_drafts,
    }
    return render(request, "billing/credit_notes.html", context)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def credit_note(request: PortalRequest, pk: int) -> HttpResponse:
    """One credit note: its lines and what it lowered."""
    note = _visible(request, pk, Permission.SEE_RECEIVABLES)
    context = {
        "note": note,
        "label": labels.credit_note_label(note),
        "facts": _facts(note),
        "lines": note.lines.all(),
        "uses": note.uses.select_related("invoice"),
        "may_record": can(request.user, Permission.RECORD_MONEY, note.partner),
        "timeline": timeline(note.partner, None, note, user=request.user),
    }
    return render(request, "billing/credit_note.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def issue(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Issue a draft: it gets its number and lowers what the customer owes."""
    note = _visible(request, pk, Permission.RECORD_MONEY)
    form = CreditNoteIssueForm(credit_notes.invoices_to_lower(note), posted(request))

    def act() -> None:
        credit_notes.issue_credit_note(
            note, lower=form.chosen, by=request.user, reason=_("reviewed")
        )

    dialog = {
        "title": _("Issue this credit note?"),
        "effects": [
            _("It gets its number, and can't be changed any more."),
            _("What no invoice takes stays to the customer's credit."),
        ],
        "verb": _("Issue the credit note"),
        "is_safe": True,
    }
    done = _("The credit note is issued.")
    return dialogs.answer(request, form, act, _about(note) | dialog, done=done, refusals=_REFUSALS)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def void(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Drop a draft."""
    note = _visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def drop() -> None:
        credit_notes.void_credit_draft(note, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Drop this draft?"),
        "effects": [_("It never had a number, so none is lost. The draft can't be brought back.")],
        "verb": _("Drop the draft"),
    }
    about = _about(note) | dialog
    done = _("The draft is dropped.")
    return dialogs.answer(request, form, drop, about, done=done, refusals=_REFUSALS, then=None)


def _visible(request: PortalRequest, pk: int, permission: Permission) -> CreditNote:
    """The credit note if this person may see it, else 404."""
    notes = CreditNote.objects.for_user(request.user, permission)
    return get_object_or_404(notes.select_related("customer", "partner__settings"), pk=pk)


def _about(note: CreditNote) -> dict[str, Any]:
    url = reverse("billing:credit_note", args=[note.pk])
    return {"facts": _facts(note), "cancel_url": url}


def _facts(note: CreditNote) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "label": _("Customer"),
            "value": note.customer.company,
            "url": reverse("customer", args=[note.customer_id]),
        },
        {"label": _("Amount"), "value": labels.amount(note.amount, note.currency)},
    ]
    if note.is_issued:
        left = labels.amount(note.left, note.currency)
        rows.append({"label": _("Still to credit"), "value": left})
    return rows
