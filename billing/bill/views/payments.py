"""Recording what we paid to 21Vianet, and the page of one payment."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.bill import payments
from billing.bill.forms import PaymentForm, SeenForm
from billing.bill.presenting import payment_facts, payment_label
from billing.labels import amount
from billing.models import PartnerInvoice, PartnerPayment
from billing.views import dialogs
from partners import clock
from partners.access import can
from partners.attachments import presenting
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.panels import timeline
from partners.permissions import Permission

OFFERED = 50
"""So many unpaid invoices are offered, first due first."""
MAX_DIGITS = 18


@require_http_methods(["GET", "POST"])
@list_view(Permission.RECORD_MONEY)
def new(request: PortalRequest) -> HttpResponseBase:
    """Record a payment to 21Vianet: one payment may be for several invoices."""
    if written := _written_before(request):
        return redirect(written)
    chosen = _chosen(request)
    invoices = _offered(request, chosen)
    if not invoices:
        messages.info(request, _("There is no invoice of 21Vianet to pay."))
        return redirect("billing:statement")
    today = clock.business_date(request.partner)
    form = PaymentForm(
        request.partner, invoices, today, posted(request), initial=_prefilled(chosen)
    )
    if form.is_bound and (done := _recorded(request, form)) is not None:
        return done
    context = {
        "form": form,
        "title": _("Record a payment to 21Vianet"),
        "verb": _("Record payment"),
        "cancel_url": reverse("billing:statement"),
    }
    return render(request, "billing/form.html", context, status=422 if form.is_bound else 200)


def _written_before(request: PortalRequest) -> PartnerPayment | None:
    """What a first click on this very form has recorded."""
    try:
        token = UUID(request.POST.get("entry_token", ""))
    except ValueError:
        return None
    return payments.written_before(request.partner, token)


def _chosen(request: PortalRequest) -> PartnerInvoice | None:
    """The invoice from whose page the person came."""
    pk = request.GET.get("invoice", "")
    if not pk.isascii() or not pk.isdigit() or len(pk) > MAX_DIGITS:
        return None
    found = PartnerInvoice.objects.of_partner(request.partner).filter(pk=int(pk)).first()
    if found is None:
        raise Http404
    return found


def _offered(request: PortalRequest, chosen: PartnerInvoice | None) -> list[PartnerInvoice]:
    """Invoices of one currency that can be paid, the chosen one among them."""
    to_pay = PartnerInvoice.objects.of_partner(request.partner).to_pay()
    if chosen is None:
        chosen = to_pay.unpaid().first()
    if chosen is None:
        return []
    others = to_pay.filter(currency=chosen.currency).exclude(pk=chosen.pk)
    return [chosen, *others[:OFFERED]]


def _prefilled(chosen: PartnerInvoice | None) -> dict[str, Any]:
    if chosen is None or not chosen.balance or chosen.balance < 0:
        return {}
    return {"amount": chosen.balance, f"invoice_{chosen.pk}": chosen.balance}


def _recorded(request: PortalRequest, form: PaymentForm) -> HttpResponse | None:
    """Where to go once the payment is recorded; None when the person has to look again."""
    form.full_clean()
    partner = form.cleaned_data.get("partner")
    if partner and partner != request.partner.pk:
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    if not form.is_valid():
        return None
    try:
        reason = form.cleaned_data["remark"] or _("paid to 21Vianet")
        row = payments.record(request.partner, form.payment, by=request.user, reason=reason)
    except payments.SameSerial as same:
        text = _("This bank serial number is recorded already, on %(day)s.")
        form.add_error("bank_serial", text % {"day": same.payment.paid_on})
    except (payments.BillsChanged, payments.WrongParts):
        form.add_error(None, _("What is left to pay has changed since. Look at it again."))
    else:
        messages.success(request, _("The payment is recorded."))
        return redirect(row)
    return None


@require_GET
@record_view(Permission.SEE_PARTNER_BILL)
def payment(request: PortalRequest, pk: int) -> HttpResponse:
    """One payment to 21Vianet and what it was for."""
    found = _visible(request, pk, Permission.SEE_PARTNER_BILL)
    context = {
        "payment": found,
        "label": payment_label(found),
        "facts": payment_facts(found),
        "parts": found.parts.select_related("invoice").order_by("invoice__due_on", "id"),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "attachments": presenting.listing(found, found.partner, request.user),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    return render(request, "billing/partner_payment.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def reverse_payment(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a payment back."""
    found = _visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        payments.reverse(found, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Reverse this payment?"),
        "effects": [
            _("It counts no more. What was really paid is recorded again as a new payment."),
            *(_reopens(part) for part in found.parts.select_related("invoice")),
        ],
        "verb": _("Reverse the payment"),
        "blocked": found.is_reversed,
    }
    return _answer(request, found, form, act, dialog, done=_("The payment is reversed."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def seen(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Note that 21Vianet shows the payment."""
    found = _visible(request, pk, Permission.RECORD_MONEY)
    form = SeenForm(found, clock.business_date(found.partner), posted(request))

    def act() -> None:
        on = form.cleaned_data["on"]
        payments.mark_seen(found, on, by=request.user, reason=_("read at 21Vianet"))

    dialog = {
        "title": _("Does 21Vianet show this payment?"),
        "effects": [_("It is noted with your name that 21Vianet shows it.")],
        "verb": _("Yes, 21Vianet shows it"),
        "is_safe": True,
        "blocked": found.is_reversed or found.seen_on is not None,
    }
    return _answer(request, found, form, act, dialog, done=_("That is noted with your name."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def not_seen(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Note that 21Vianet does not show it after all."""
    found = _visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        payments.take_seen_back(found, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Does 21Vianet not show this payment after all?"),
        "effects": [_("It stays recorded as paid by us, not yet seen by 21Vianet.")],
        "verb": _("21Vianet does not show it"),
        "blocked": found.is_reversed or found.seen_on is None,
    }
    return _answer(request, found, form, act, dialog, done=_("That is noted with your name."))


def _visible(request: PortalRequest, pk: int, permission: Permission) -> PartnerPayment:
    mine = PartnerPayment.objects.for_user(request.user, permission)
    people = ("recorded_by", "reversed_by", "seen_by")
    return get_object_or_404(mine.select_related("partner", *people), pk=pk)


def _reopens(part: Any) -> str:
    return _("%(amount)s of %(number)s is unpaid again.") % {
        "amount": amount(part.amount, part.invoice.currency),
        "number": part.invoice,
    }


_REFUSALS: dialogs.Refusals = {
    payments.AlreadyReversed: lambda: _("It was reversed before. Nothing was changed."),
    payments.AlreadySeen: lambda: _("Somebody did that before. Nothing was changed."),
    payments.SeenTooEarly: lambda: _("That day can't be right. Nothing was changed."),
}


def _answer(
    request: PortalRequest,
    found: PartnerPayment,
    form: forms.Form,
    act: dialogs.Act,
    dialog: dict[str, object],
    *,
    done: str,
) -> HttpResponse:
    """A dialog about this payment, which leads back to its page."""
    about = {"facts": payment_facts(found), "cancel_url": found.get_absolute_url(), **dialog}
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS, then=None)
