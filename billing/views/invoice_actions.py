"""What a person may do to one invoice: each a dialog with an address of its own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import disputes, invoicing, labels, ledger, write_offs
from billing.forms import DisputeForm, ReductionForm, ResolveForm
from billing.lifecycle import InvalidTransition
from billing.models import Dispute, DisputeCode, DisputeOutcome, Invoice
from billing.views import dialogs
from billing.views.dialogs import Refusals
from billing.views.invoices import visible
from partners.forms import ReasonForm
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def void(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Drop a draft."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def drop() -> None:
        invoicing.void_draft(invoice, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Drop this draft?"),
        "effects": [_("It never had a number, so none is lost. The draft can't be brought back.")],
        "verb": _("Drop the draft"),
    }
    return _answer(request, invoice, form, drop, dialog, done=_("The draft is dropped."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def dispute(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Record a customer's objection."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = DisputeForm(posted(request))

    def object_to() -> None:
        facts = form.cleaned_data
        code = DisputeCode(facts["code"])
        disputes.dispute(invoice, code, facts["text"], by=request.user, reason=facts["text"])

    dialog = {
        "title": _("Record a dispute of %(number)s?") % {"number": invoice},
        "effects": [
            _("Until it is resolved, this invoice is not chased and is no ground to suspend."),
        ],
        "verb": _("Record the dispute"),
        "is_safe": True,
    }
    return _answer(request, invoice, form, object_to, dialog, done=_("The dispute is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def resolve(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Answer a dispute."""
    mine = Dispute.objects.for_user(request.user, Permission.RECORD_MONEY)
    row = get_object_or_404(mine.select_related("invoice"), pk=pk)
    invoice = visible(request, row.invoice_id, Permission.RECORD_MONEY)
    form = ResolveForm(posted(request))

    def answer() -> None:
        facts = form.cleaned_data
        outcome, resolution = DisputeOutcome(facts["outcome"]), facts["resolution"]
        disputes.resolve_dispute(row, outcome, resolution, by=request.user, reason=resolution)

    dialog = {
        "title": _("Resolve the dispute of %(number)s?") % {"number": invoice},
        "effects": [
            _("What is still open on the invoice is chased again."),
            _("What the customer need not pay is a credit note of its own."),
        ],
        "verb": _("Resolve the dispute"),
        "is_safe": True,
    }
    return _answer(request, invoice, form, answer, dialog, done=_("The dispute is resolved."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def credit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Make a credit note."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = ReductionForm(invoice.open_amount, posted(request))

    def reduce() -> None:
        ledger.credit(invoice, by=request.user, **form.cleaned_data)

    dialog = {
        "title": _("Make a credit note for %(number)s?") % {"number": invoice},
        "effects": [_("The customer owes so much less. A credit note can't be taken back.")],
        "verb": _("Make the credit note"),
    }
    return _answer(request, invoice, form, reduce, dialog, done=_("The credit note is made."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def write_off(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Give up an amount."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = ReductionForm(invoice.open_amount, posted(request))

    def give_up() -> None:
        write_offs.write_off(invoice, by=request.user, **form.cleaned_data)

    dialog = {
        "title": _("Write off part of %(number)s?") % {"number": invoice},
        "effects": [_("The amount is given up inside the house; the customer is not told.")],
        "verb": _("Write off"),
    }
    return _answer(request, invoice, form, give_up, dialog, done=_("The amount is written off."))


_REFUSALS: Refusals = {
    invoicing.NotADraft: lambda: _("It is not a draft any more."),
    disputes.AlreadyDisputed: lambda: _("This invoice has an open dispute already."),
    InvalidTransition: lambda: _("This dispute was resolved before."),
    ledger.WrongInvoice: lambda: _("Nothing is owed on this invoice."),
    ledger.NothingLeft: lambda: _("Less is open than the page showed. Nothing was changed."),
}


def _answer(
    request: PortalRequest,
    invoice: Invoice,
    form: forms.Form,
    act: Callable[[], None],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    """A dialog about this invoice, which leads back to its page."""
    about = {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS)
