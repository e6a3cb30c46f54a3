"""What a person records about fapiao: each a dialog with an address of its own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from billing import labels
from billing.fapiao import finding, services
from billing.fapiao.forms import (
    CorrectForm,
    DeliverForm,
    IssuedForm,
    ManyIssuedForm,
    RedLetterForm,
    RequestForm,
)
from billing.fapiao.views.pages import facts_of, visible
from billing.lifecycle import InvalidTransition
from billing.models import Fapiao, Invoice
from billing.views import dialogs, invoices
from billing.views.dialogs import JUDGE, Refusals
from partners import clock
from partners.http import PortalRequest, list_view, posted, record_view
from partners.nudges import nudge
from partners.permissions import Permission

RECORD = Permission.RECORD_MONEY


@require_http_methods(["GET", "POST"])
@record_view(RECORD)
def request_one(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The customer asks for a fapiao."""
    invoice = invoices.visible(request, pk, RECORD)
    form = RequestForm(invoice, posted(request))

    def ask() -> None:
        services.request(
            form.invoices, wanted=form.cleaned_data["type"], by=request.user, reason=_("asked for")
        )

    dialog = {
        "title": _("Record a request for the fapiao of %(number)s?") % {"number": invoice},
        "effects": [_("It is on the list of fapiao to issue until its number is recorded.")],
        "verb": _("Record the request"),
    }
    return _about_invoice(request, invoice, form, ask, dialog, done=_("The request is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(RECORD)
def issue_one(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The tax bureau's system issued a fapiao for this invoice."""
    invoice = invoices.visible(request, pk, RECORD)
    standing = finding.standing_of(invoice)
    today = clock.business_date(invoice.partner)
    initial = {"issued_on": today, "type": standing.type if standing else ""}
    form = IssuedForm(invoice, today, posted(request), initial=initial)
    asked = list(standing.invoices.all()) if standing else []
    if standing:
        form.fields.pop("also", None)

    def record() -> None:
        covered = asked or form.invoices
        services.record_issued(covered, form.facts, by=request.user, reason=_("issued"))

    dialog = {
        "title": _("Record the fapiao of %(number)s?") % {"number": invoice},
        "effects": [_("This records what the tax bureau's system issued; nothing is issued here.")],
        "verb": _("Record the fapiao"),
    }
    return _about_invoice(request, invoice, form, record, dialog, done=_("The fapiao is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(RECORD)
def deliver(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The customer has it."""
    fapiao = visible(request, pk, RECORD)
    today = clock.business_date(fapiao.partner)
    form = DeliverForm(fapiao, today, posted(request), initial={"on": today})

    def record() -> None:
        services.deliver(fapiao, by=request.user, reason=_("delivered"), **form.cleaned_data)

    dialog = {
        "title": _("Record the delivery of fapiao %(number)s?") % {"number": fapiao},
        "effects": [_("Where the terms count from its delivery, the due date is set.")],
        "verb": _("Record the delivery"),
    }
    return _about(request, fapiao, form, record, dialog, done=_("The delivery is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(RECORD)
def red_letter(request: PortalRequest, pk: int) -> HttpResponseBase:
    """It was taken back by a red-letter fapiao."""
    fapiao = visible(request, pk, RECORD)
    today = clock.business_date(fapiao.partner)
    form = RedLetterForm(today, posted(request), initial={"on": today})

    def record() -> None:
        services.red_letter(fapiao, by=request.user, **form.cleaned_data)

    dialog = {
        "title": _("Record that fapiao %(number)s was red-lettered?") % {"number": fapiao},
        "effects": [
            _("It is kept, and its invoices can get another one."),
            _("Where the terms count from the delivery, nothing is due until that one arrives."),
        ],
        "verb": _("Record the red letter"),
        "is_safe": False,
    }
    return _about(request, fapiao, form, record, dialog, done=_("The red letter is recorded."))


@require_http_methods(["GET", "POST"])
@record_view(RECORD)
def correct(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Something was recorded wrongly."""
    fapiao = visible(request, pk, RECORD)
    form = CorrectForm(fapiao, clock.business_date(fapiao.partner), posted(request))

    def record() -> None:
        reason = form.cleaned_data["reason"]
        services.correct(fapiao, form.correction, by=request.user, reason=reason)

    dialog = {
        "title": _("Correct what is known of fapiao %(number)s") % {"number": fapiao},
        "effects": [_("The timeline keeps what stood here before. Due dates follow.")],
        "verb": _("Correct"),
    }
    return _about(request, fapiao, form, record, dialog, done=_("The fapiao is corrected."))


@require_http_methods(["GET", "POST"])
@list_view(RECORD)
def issue_many(request: PortalRequest) -> HttpResponseBase:
    """Record the numbers of many fapiao, all or nothing."""
    today = clock.business_date(request.partner)
    form = ManyIssuedForm(request.partner, today, posted(request), initial=_chosen(request, today))
    if form.is_bound and str(request.partner.pk) != request.POST.get("partner"):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    if form.is_bound and form.is_valid() and _issued(request, form):
        return redirect("billing:fapiao_list")
    context = {
        "form": form,
        "title": _("Record the numbers of fapiao"),
        "effects": [_("All are recorded, or none: every line that does not fit is named.")],
        "verb": _("Record the fapiao"),
        "is_safe": True,
        "cancel_url": reverse("billing:fapiao_list"),
    }
    return render(request, "billing/confirm.html", context, status=422 if form.is_bound else 200)


def _chosen(request: PortalRequest, today: Any) -> dict[str, Any]:
    """The chosen invoices' numbers, one a line, for the digits to be pasted beside."""
    ids = [int(pk) for pk in request.GET.getlist("ids") if pk.isdecimal()]
    chosen = Invoice.objects.of_partner(request.partner).filter(pk__in=ids).order_by("id")
    lines = "".join(f"{number}\t\n" for number in chosen.values_list("number", flat=True))
    return {"partner": request.partner.pk, "issued_on": today, "lines": lines}


def _issued(request: PortalRequest, form: ManyIssuedForm) -> bool:
    try:
        made = services.issue_many(form.answers, by=request.user, reason=_("issued"))
    except tuple(_REFUSALS) as refusal:
        form.add_error("lines", _REFUSALS[type(refusal)]() + f" ({refusal})" * bool(str(refusal)))
        return False
    nudge(JUDGE)
    text = ngettext("%(n)s fapiao is recorded.", "%(n)s fapiao are recorded.", len(made))
    messages.success(request, text % {"n": len(made)})
    return True


_REFUSALS: Refusals = {
    services.NotIssued: lambda: _("Only an issued invoice has a fapiao."),
    services.AlreadyCovered: lambda: _(
        "A fapiao stands for this invoice already. Nothing was changed."
    ),
    services.NotOneCustomer: lambda: _("One fapiao is for one customer, in one currency."),
    services.NumberTaken: lambda: _("Another fapiao has this number. Nothing was changed."),
    InvalidTransition: lambda: _("The fapiao has moved on since. Nothing was changed."),
}


def _about_invoice(
    request: PortalRequest,
    invoice: Invoice,
    form: forms.Form,
    act: Callable[[], None],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    about = {
        "facts": labels.invoice_facts(invoice),
        "cancel_url": reverse("billing:invoice", args=[invoice.pk]),
        "is_safe": True,
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS)


def _about(
    request: PortalRequest,
    fapiao: Fapiao,
    form: forms.Form,
    act: Callable[[], None],
    dialog: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    about = {
        "facts": facts_of(fapiao),
        "cancel_url": reverse("billing:fapiao", args=[fapiao.pk]),
        "is_safe": True,
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS)
