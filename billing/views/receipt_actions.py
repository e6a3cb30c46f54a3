"""What a person may do to one receipt: each a dialog that shows what it settles or reopens."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import labels, ledger, receipts, refunds, splits
from billing.models import Allocation, Receipt, Refund
from billing.previews import Act
from billing.receipt_forms import AssignForm, MoveForm, RefundForm
from billing.views import acts
from billing.views.acts import Wishes, act_on, reason_in
from billing.views.receipts import visible
from customers.models import Customer
from partners import clock
from partners.forms import ReasonForm
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def assign(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Say whose money it is, or whose it really is."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    suggested = _suggested(request, receipt)
    initial = {"customer": suggested.company} if suggested else {}
    kind = AssignForm if receipt.is_unidentified else MoveForm
    form = kind(receipt.partner, posted(request), initial=initial)

    def act(wishes: Wishes) -> Act:
        customer: Customer | None = wishes["customer"]

        def do() -> object:
            if receipt.is_unidentified and customer is not None:
                why = reason_in(wishes)
                return receipts.assign_customer(receipt, customer, by=request.user, reason=why)
            return receipts.reassign(receipt, customer, by=request.user, reason=reason_in(wishes))

        return act_on(receipt, do, wishes, customer.pk if customer else None)

    start = {"customer": suggested} if suggested else None
    dialog = _assigning() if receipt.is_unidentified else _moving()
    return acts.answer(request, form, act, _about(receipt, dialog), **dialog["end"], start=start)


def _assigning() -> dict[str, Any]:
    return {
        "title": _("Assign this receipt to a customer?"),
        "effects": [_("It settles invoices named in its remark, then those due, oldest first.")],
        "verb": _("Assign"),
        "is_safe": True,
        "end": {"done": _("The receipt is assigned.")},
    }


def _moving() -> dict[str, Any]:
    return {
        "title": _("Move this receipt to another customer?"),
        "effects": [
            _("What it settled is owed again, and it settles what the other customer owes."),
            _("If this receipt taught for whom the payer pays, that is forgotten."),
        ],
        "verb": _("Move"),
        "end": {"done": _("The receipt is moved.")},
    }


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_receipt(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a receipt back."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)

    def do(reason: str) -> object:
        return receipts.reverse_receipt(receipt, by=request.user, reason=reason)

    dialog = {
        "title": _("Reverse this receipt?"),
        "effects": [
            _("It counts no more. What was really paid is recorded again as a new receipt."),
        ],
        "verb": _("Reverse the receipt"),
    }
    return _with_reason(request, receipt, do, dialog, done=_("The receipt is reversed."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_allocation(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a receipt away from one invoice."""
    mine = Allocation.objects.for_user(request.user, Permission.RECORD_MONEY)
    allocation = get_object_or_404(mine.select_related("receipt", "invoice"), pk=pk)
    receipt = visible(request, allocation.receipt_id, Permission.RECORD_MONEY)

    def do(reason: str) -> object:
        return ledger.reverse_allocation(allocation, by=request.user, reason=reason)

    dialog = {
        "title": _("Take this receipt away from %(number)s?") % {"number": allocation.invoice},
        "effects": [
            _("The amount is credit again, which a person may use for another invoice."),
        ],
        "verb": _("Take it away"),
    }
    return _with_reason(request, receipt, do, dialog, done=_("The invoice is open again."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def refund(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Record that what is left was paid back."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    today = clock.business_date(receipt.partner)
    form = RefundForm(receipt, posted(request), initial={"refunded_on": today})

    def act(wishes: Wishes) -> Act:
        def do() -> object:
            return refunds.refund(receipt, form.paid, by=request.user, reason=reason_in(wishes))

        return act_on(receipt, do, wishes)

    dialog = {
        "title": _("Record a refund of this receipt?"),
        "effects": [_("Only what is left can be paid back. The portal itself pays nothing.")],
        "verb": _("Record the refund"),
        "blocked": not receipt.unallocated,
    }
    about = _about(receipt, dialog)
    return acts.answer(request, form, act, about, done=_("The refund is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_refund(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take the record of a refund back."""
    mine = Refund.objects.for_user(request.user, Permission.RECORD_MONEY)
    row = get_object_or_404(mine.select_related("receipt"), pk=pk)
    receipt = visible(request, row.receipt_id, Permission.RECORD_MONEY)

    def do(reason: str) -> object:
        return refunds.reverse_refund(row, by=request.user, reason=reason)

    dialog = {
        "title": _("Take this refund back?"),
        "effects": [_("The amount is left on the receipt again.")],
        "verb": _("Take the refund back"),
    }
    return _with_reason(request, receipt, do, dialog, done=_("The refund is taken back."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def undo_split(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Put a divided payment together again."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)

    def do(reason: str) -> object:
        return splits.undo(receipt, by=request.user, reason=reason)

    dialog = {
        "title": _("Put this payment together again?"),
        "effects": [_("Its parts count no more; the payment counts as a whole.")],
        "verb": _("Put it together"),
    }
    return _with_reason(request, receipt, do, dialog, done=_("The payment is whole again."))


def _suggested(request: PortalRequest, receipt: Receipt) -> Customer | None:
    """The customer whose suggestion the person followed."""
    pk = request.GET.get("customer", "")
    mine = Customer.objects.of_partner(receipt.partner)
    return mine.filter(pk=int(pk)).first() if pk.isdecimal() else None


def _with_reason(
    request: PortalRequest,
    receipt: Receipt,
    do: Callable[[str], object],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    """A dialog that asks for nothing but the reason: it shows at once what happens."""
    form: forms.Form = ReasonForm(posted(request))

    def act(wishes: Wishes) -> Act:
        return act_on(receipt, lambda: do(reason_in(wishes)), wishes)

    return acts.answer(request, form, act, _about(receipt, dialog), done=done, start={})


def _about(receipt: Receipt, dialog: dict[str, Any]) -> dict[str, Any]:
    """A dialog about this receipt, which leads back to its page."""
    return {
        "facts": labels.receipt_facts(receipt),
        "cancel_url": reverse("billing:receipt", args=[receipt.pk]),
        **dialog,
    }
