"""What a person may do to one invoice: each a dialog with an address of its own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import invoicing, labels, ledger
from billing.forms import ReductionForm
from billing.models import Invoice
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
    done = _("The draft is dropped.")
    return _answer(request, invoice, form, drop, dialog, done=done, then=None)


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


_REFUSALS: Refusals = {
    invoicing.NotADraft: lambda: _("It is not a draft any more."),
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
    then: str | None = dialogs.JUDGE,
) -> HttpResponse:
    """A dialog about this invoice, which leads back to its page."""
    about = {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS, then=then)
