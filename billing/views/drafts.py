"""What a person may change on a draft: each a dialog with an address of its own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import drafts, labels
from billing.draft_forms import LineForm, NoteForm, WordsForm
from billing.invoicing import NotADraft
from billing.models import Invoice, InvoiceLine
from billing.views import dialogs
from billing.views.dialogs import Refusals
from billing.views.invoices import visible
from partners.forms import ReasonForm
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission

REASON = "reviewed"

_REFUSALS: Refusals = {
    NotADraft: lambda: _("It is not a draft any more. Nothing was changed."),
    drafts.NoSuchLine: lambda: _("The draft does not have this line any more."),
    drafts.LinesChanged: lambda: _(
        "The lines of this draft have changed since the page was shown. Nothing was changed: "
        "look at them and add yours if it is still missing."
    ),
    drafts.OnlyLateCharges: lambda: _(
        "A draft of late charges holds nothing else. Put the line on an invoice of services."
    ),
}


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def add_line(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Add a line by hand."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = LineForm(drafts.newest_line(invoice), posted(request))

    def add() -> None:
        cleaned = form.cleaned_data
        drafts.add_line(
            invoice, form.line, seen=cleaned["seen"], by=request.user, reason=cleaned["reason"]
        )

    dialog = {
        "title": _("Add a line to this draft?"),
        "effects": [_("The total follows. The line can be removed until the draft is issued.")],
        "verb": _("Add the line"),
        "is_safe": True,
    }
    return _answer(request, invoice, form, add, dialog, done=_("The line is added."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def remove_line(request: PortalRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """Take a line off."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    line = _line(invoice, line_pk)
    if line is None:
        return _gone(request, invoice)
    form = ReasonForm(posted(request))

    def remove() -> None:
        reason = form.cleaned_data["reason"]
        drafts.remove_line(invoice, line_pk, by=request.user, reason=reason)

    dialog = {
        "title": _("Remove this line?"),
        "facts": [*_line_facts(line), *labels.invoice_facts(invoice)],
        "effects": [_("The customer is not charged for it. The total follows.")],
        "verb": _("Remove the line"),
    }
    return _answer(request, invoice, form, remove, dialog, done=_("The line is removed."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reword_line(request: PortalRequest, pk: int, line_pk: int) -> HttpResponseBase:
    """Say in other words what is charged."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    line = _line(invoice, line_pk)
    if line is None:
        return _gone(request, invoice)
    form = WordsForm(posted(request), initial={"description": line.description})

    def reword() -> None:
        words = form.cleaned_data["description"]
        drafts.reword_line(invoice, line_pk, words, by=request.user, reason=REASON)

    dialog = {
        "title": _("Word this line anew?"),
        "facts": _line_facts(line),
        "effects": [_("The customer reads the new words. The amount stays.")],
        "verb": _("Save the words"),
        "is_safe": True,
    }
    return _answer(request, invoice, form, reword, dialog, done=_("The words are saved."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def note(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Write what the customer reads below the lines."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = NoteForm(posted(request), initial={"note": invoice.note})

    def write() -> None:
        drafts.set_note(invoice, form.cleaned_data["note"], by=request.user, reason=REASON)

    dialog = {
        "title": _("Write a note on this draft?"),
        "effects": [_("The customer reads it on the invoice.")],
        "verb": _("Save the note"),
        "is_safe": True,
    }
    return _answer(request, invoice, form, write, dialog, done=_("The note is saved."))


def _line(invoice: Invoice, line_pk: int) -> InvoiceLine | None:
    return invoice.lines.filter(pk=line_pk).first()


def _gone(request: PortalRequest, invoice: Invoice) -> HttpResponse:
    """What the second click reads."""
    messages.error(request, _REFUSALS[drafts.NoSuchLine]())
    return redirect("billing:invoice", invoice.pk)


def _line_facts(line: InvoiceLine) -> list[dict[str, object]]:
    amount = labels.amount(line.gross, line.invoice.currency)
    return [
        {"label": _("Description"), "value": line.description},
        {"label": _("Gross"), "value": amount},
    ]


def _answer(
    request: PortalRequest,
    invoice: Invoice,
    form: forms.Form,
    act: Callable[[], None],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    """A dialog about this draft, which leads back to its page; an issued one is told at once."""
    if not invoice.is_draft:
        messages.error(request, _REFUSALS[NotADraft]())
        return redirect("billing:invoice", invoice.pk)
    about = {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS, then=None)
