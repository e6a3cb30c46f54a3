"""What a person may do to one receipt: each a dialog that shows what it settles or reopens."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import labels, ledger, receipts, rules
from billing.forms import AllocateForm, AssignForm
from billing.models import Allocation, AllocationRule, Invoice, Receipt
from billing.views import dialogs
from billing.views.dialogs import Refusals
from billing.views.receipts import visible
from customers.models import Customer
from partners.forms import ReasonForm
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission

OFFERED = 50
"""So many open invoices are offered, oldest due date first."""


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def assign(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Say whose money it is."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    form = AssignForm(receipt.partner, posted(request), initial=_suggested(request, receipt))

    def act() -> None:
        facts = form.cleaned_data
        receipts.assign_customer(
            receipt, facts["customer"], by=request.user, reason=facts["reason"]
        )

    dialog = {
        "title": _("Assign this receipt to a customer?"),
        "effects": [
            _("It settles the invoices named in its remark, then those due, oldest first."),
            *_would_settle(receipt, form.initial.get("customer")),
        ],
        "verb": _("Assign"),
        "is_safe": True,
    }
    return _answer(request, receipt, form, act, dialog, done=_("The receipt is assigned."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def allocate(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Choose by hand which invoices a receipt settles."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    owed = Invoice.objects.owed().filter(
        customer_id=receipt.customer_id or 0, currency=receipt.currency
    )
    form = AllocateForm(list(owed.oldest_first()[:OFFERED]), posted(request))

    def act() -> None:
        shares = [
            rules.Share(invoice_id, amount, AllocationRule.BY_HAND)
            for invoice_id, amount in form.chosen.items()
        ]
        ledger.allocate(receipt, shares, by=request.user, reason=form.cleaned_data["reason"])

    left = labels.amount(receipt.unallocated, receipt.currency)
    dialog = {
        "title": _("Which invoices does this receipt settle?"),
        "effects": [_("Up to %(amount)s can be used.") % {"amount": left}],
        "verb": _("Settle"),
        "is_safe": True,
        "warnings": [] if form.invoices else [_("The customer has no open invoice.")],
        "blocked": not form.invoices or not receipt.unallocated,
    }
    return _answer(request, receipt, form, act, dialog, done=_("The invoices are settled."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_receipt(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a receipt back."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        receipts.reverse_receipt(receipt, by=request.user, reason=form.cleaned_data["reason"])

    standing = receipt.allocations.standing().select_related("invoice")
    dialog = {
        "title": _("Reverse this receipt?"),
        "effects": [
            _("It counts no more. What was really paid is recorded again as a new receipt."),
            *(_reopens(allocation) for allocation in standing),
        ],
        "verb": _("Reverse the receipt"),
        "blocked": receipt.is_reversed,
    }
    return _answer(request, receipt, form, act, dialog, done=_("The receipt is reversed."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_allocation(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a receipt away from one invoice."""
    mine = Allocation.objects.for_user(request.user, Permission.RECORD_MONEY)
    allocation = get_object_or_404(mine.select_related("receipt", "invoice"), pk=pk)
    receipt = visible(request, allocation.receipt_id, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        reason = form.cleaned_data["reason"]
        ledger.reverse_allocation(allocation, by=request.user, reason=reason)

    dialog = {
        "title": _("Take this receipt away from %(number)s?") % {"number": allocation.invoice},
        "effects": [
            _reopens(allocation),
            _("The amount is credit again, which a person may use for another invoice."),
        ],
        "verb": _("Take it away"),
        "blocked": allocation.reversed_at is not None,
    }
    return _answer(request, receipt, form, act, dialog, done=_("The invoice is open again."))


def _suggested(request: PortalRequest, receipt: Receipt) -> dict[str, str]:
    """The customer whose suggestion the person followed."""
    pk = request.GET.get("customer", "")
    mine = Customer.objects.of_partner(receipt.partner)
    customer = mine.filter(pk=int(pk)).first() if pk.isdecimal() else None
    return {"customer": customer.company} if customer else {}


def _would_settle(receipt: Receipt, company: object) -> list[str]:
    """What assigning it to the suggested customer settles today."""
    customer = Customer.objects.of_partner(receipt.partner).filter(company=company).first()
    if customer is None:
        return []
    shares = receipts.preview(receipt.partner, customer, receipts.payment_of(receipt))
    lines = labels.preview(shares, receipt.amount, receipt.currency).lines
    return [
        _("%(amount)s settles %(number)s, of which %(left)s stays open.")
        % {
            "amount": labels.amount(line.amount, receipt.currency),
            "number": line.invoice,
            "left": labels.amount(line.left_open, receipt.currency),
        }
        for line in lines
    ]


def _reopens(allocation: Allocation) -> str:
    return _("%(amount)s of %(number)s is owed again.") % {
        "amount": labels.amount(allocation.amount, allocation.invoice.currency),
        "number": allocation.invoice,
    }


_REFUSALS: Refusals = {
    receipts.AlreadyAssigned: lambda: _("The receipt is in use: take it away from invoices first."),
    ledger.AlreadyReversed: lambda: _("It was reversed before. Nothing was changed."),
    ledger.NothingLeft: lambda: _("That is more than is left. Nothing was changed."),
    ledger.WrongInvoice: lambda: _("An invoice can't be settled by this receipt any more."),
    ledger.Unidentified: lambda: _("First say whose money it is."),
}


def _answer(
    request: PortalRequest,
    receipt: Receipt,
    form: forms.Form,
    act: Callable[[], None],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    """A dialog about this receipt, which leads back to its page."""
    about = {
        "facts": labels.receipt_facts(receipt),
        "cancel_url": reverse("billing:receipt", args=[receipt.pk]),
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS)
