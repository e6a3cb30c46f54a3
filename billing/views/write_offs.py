"""Giving amounts up, taking that back, and settling a written-off invoice after all."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import labels, ledger, write_offs
from billing.models import Invoice, WriteOff, WriteOffCode
from billing.objection_forms import RecoverForm, ReverseWriteOffForm, WriteOffForm
from billing.views import dialogs, receipts
from billing.views.dialogs import Refusals
from billing.views.invoices import visible
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def write_off(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Give up an amount."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    is_small = write_offs.is_small_difference(invoice)
    code = WriteOffCode.SMALL_DIFFERENCE if is_small else WriteOffCode.OTHER
    form = WriteOffForm(invoice.open_amount, posted(request), initial={"code": code})

    def give_up() -> None:
        facts = form.cleaned_data
        write_offs.write_off(
            invoice,
            amount=facts["amount"],
            code=WriteOffCode(facts["code"]),
            shown_open=facts["shown_open"],
            by=request.user,
            reason=facts["reason"],
        )

    dialog = {
        **_about(invoice),
        "title": _("Write off part of %(number)s?") % {"number": invoice},
        "effects": [
            _("The amount is given up inside the house; the customer is not told."),
            _("It can be taken back, and money that comes in after all can settle it."),
        ],
        "verb": _("Write off"),
    }
    done = _("The amount is written off.")
    return dialogs.answer(request, form, give_up, dialog, done=done, refusals=_REFUSALS)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_write_off(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a write-off back."""
    mine = WriteOff.objects.for_user(request.user, Permission.RECORD_MONEY)
    row = get_object_or_404(mine.select_related("invoice__customer", "invoice__partner"), pk=pk)
    left = write_offs.left_of(row)
    form = ReverseWriteOffForm(left, posted(request))

    def take_back() -> None:
        facts = form.cleaned_data
        write_offs.reverse(row, amount=facts["amount"], by=request.user, reason=facts["reason"])

    words = _("%(amount)s of %(number)s can be owed again, and is chased if it is overdue.")
    shown = {"amount": labels.amount(left, row.currency), "number": row.invoice}
    dialog = {
        **_about(row.invoice),
        "title": _("Take the write-off of %(number)s back?") % {"number": row.invoice},
        "effects": [words % shown],
        "verb": _("Take it back"),
        "blocked": not left,
    }
    done = _("The write-off is taken back.")
    return dialogs.answer(request, form, take_back, dialog, done=done, refusals=_REFUSALS)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def recover(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Settle a written-off invoice with what a receipt has left; shown before it happens."""
    receipt = receipts.visible(request, pk, Permission.RECORD_MONEY)
    losses = write_offs.losses_of(receipt.customer_id or 0, receipt.currency)
    form = RecoverForm(receipt, losses, posted(request))
    dialog: dict[str, Any] = {
        "facts": labels.receipt_facts(receipt),
        "cancel_url": reverse("billing:receipt", args=[receipt.pk]),
        "title": _("Settle a written-off invoice with this receipt?"),
        "effects": _recovers(form, receipt.currency),
        "verb": _("Record the recovery"),
        "is_safe": True,
        "warnings": [] if losses else [_("Nothing is written off of this customer.")],
        "blocked": not losses or not receipt.unallocated,
    }
    if form.is_valid():
        facts = form.cleaned_data
        digest = f"{facts['loss']}/{facts['amount']}/{form.chosen.left}/{receipt.unallocated}"
        if not dialogs.is_previewed(form, digest):
            return render(request, "billing/confirm.html", {"form": form, **dialog})

    def settle() -> None:
        facts = form.cleaned_data
        write_offs.recover(
            receipt,
            form.chosen.row,
            amount=facts["amount"],
            by=request.user,
            reason=facts["reason"],
        )

    done = _("The recovery is recorded.")
    return dialogs.answer(request, form, settle, dialog, done=done, refusals=_REFUSALS)


def _recovers(form: RecoverForm, currency: str) -> list[str]:
    """What is taken back and settled, once it is chosen."""
    if not (form.is_bound and form.is_valid()):
        return [_("The needed part of the write-off is taken back and settled in one act.")]
    amount, loss = form.cleaned_data["amount"], form.chosen
    words = _("%(amount)s of the write-off of %(number)s is taken back and settled at once.")
    left = _("%(amount)s stays written off.")
    return [
        words % {"amount": labels.amount(amount, currency), "number": loss.row.invoice},
        left % {"amount": labels.amount(loss.left - amount, currency)},
    ]


_REFUSALS: Refusals = {
    ledger.WrongInvoice: lambda: _("Nothing is owed on this invoice."),
    ledger.NothingLeft: lambda: _("Less is open than the page showed. Nothing was changed."),
    ledger.AlreadyReversed: lambda: _("It was reversed before. Nothing was changed."),
    ledger.Unidentified: lambda: _("First say whose money it is."),
}


def _about(invoice: Invoice) -> dict[str, Any]:
    return {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
    }
