"""What a person may do to a bill of 21Vianet: record, correct, question it, see an alarm."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.bill import alarms, services
from billing.bill.forms import CorrectBillForm, DisputeForm, NewBillForm
from billing.bill.presenting import alarm_words, bill_facts
from billing.bill.views.statement import visible
from billing.models import PartnerInvoice
from billing.views import dialogs
from partners import clock
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@list_view(Permission.RECORD_MONEY)
def new(request: PortalRequest) -> HttpResponseBase:
    """Record an invoice of 21Vianet from paper, before its file is there."""
    form = NewBillForm(request.partner, posted(request))
    if form.is_bound and form.is_valid():
        if form.cleaned_data["partner"] != request.partner.pk:
            message = _("You have switched to another partner since.")
            return render(request, "409.html", {"message": message}, status=409)
        bill = services.record_partner_invoice(
            request.partner, form.facts(), by=request.user, reason=_("typed from the invoice")
        )
        messages.success(request, _("The invoice is recorded."))
        return redirect("billing:partner_invoice", bill.pk)
    context = {
        "form": form,
        "title": _("Record an invoice of 21Vianet"),
        "verb": _("Record invoice"),
        "cancel_url": reverse("billing:statement"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "billing/bill_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def correct(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Correct what was typed: number, date, currency, totals."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = CorrectBillForm(invoice, posted(request))
    if form.is_bound and form.is_valid() and _corrected(request, invoice, form):
        return redirect("billing:partner_invoice", pk)
    context = {
        "form": form,
        "title": _("Correct 21Vianet's invoice %(number)s") % {"number": invoice.number},
        "verb": _("Correct"),
        "cancel_url": reverse("billing:partner_invoice", args=[pk]),
    }
    status = 422 if form.is_bound else 200
    return render(request, "billing/bill_form.html", context, status=status)


def _corrected(request: PortalRequest, invoice: PartnerInvoice, form: CorrectBillForm) -> bool:
    """Whether the page is done with; a refusal that the person can mend stays on the form."""
    typed = form.cleaned_data
    try:
        services.correct(
            invoice, form.facts(), shown=typed["shown"], by=request.user, reason=typed["reason"]
        )
    except services.NumberTaken:
        form.add_error("number", _("Another invoice has this number."))
        return False
    except services.InUse:
        text = _("Number and currency stay: a file was imported or a payment recorded for it.")
        form.add_error(None, text)
        return False
    except services.ChangedSince:
        messages.error(request, _("Somebody has changed the invoice since. Nothing was changed."))
    else:
        messages.success(request, _("The invoice is corrected."))
    return True


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def dispute(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Note in which request 21Vianet was told that the bill is wrong."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = DisputeForm(posted(request), initial={"reference": request.GET.get("request", "")})

    def act() -> None:
        typed = form.cleaned_data
        services.dispute(
            invoice, reference=typed["reference"], by=request.user, reason=typed["reason"]
        )

    dialog = {
        "title": _("Mark %(number)s as disputed with 21Vianet?") % {"number": invoice},
        "effects": [
            _("Everybody sees that it is disputed, and in which request."),
            _("It is due all the same: the alarms go on."),
        ],
        "verb": _("Mark as disputed"),
        "is_safe": True,
    }
    done = _("The invoice is marked as disputed with 21Vianet.")
    return _answer(request, invoice, form, act, dialog, done=done)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def end_dispute(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Note that the question with 21Vianet is settled."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        services.end_dispute(invoice, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Is the question about %(number)s settled?") % {"number": invoice},
        "effects": [_("The invoice is no longer marked as disputed.")],
        "verb": _("Mark as settled"),
        "is_safe": True,
        "blocked": not invoice.is_disputed,
    }
    return _answer(request, invoice, form, act, dialog, done=_("The question is settled."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def acknowledge(request: PortalRequest, pk: int, working_days: int) -> HttpResponseBase:
    """Note that this person has seen the alarm, and what is being done."""
    invoice = visible(request, pk, Permission.RECORD_MONEY)
    alarm = alarms.about(invoice, clock.business_date(invoice.partner))
    form = ReasonForm(posted(request))
    form.fields["reason"].label = _("What is being done")

    def act() -> None:
        reason = form.cleaned_data["reason"]
        alarms.acknowledge(invoice, working_days, by=request.user, reason=reason)

    rings = alarm is not None and alarm.working_days == working_days and not alarm.seen
    dialog = {
        "title": _("Have you seen this alarm?"),
        "effects": [
            *([alarm_words(alarm)] if alarm else []),
            _("It leaves Home. The next one rings nearer to the due date, until it is paid."),
        ],
        "verb": _("I have seen it"),
        "is_safe": True,
        "blocked": not rings,
    }
    return _answer(request, invoice, form, act, dialog, done=_("Your name is noted."))


_REFUSALS: dialogs.Refusals = {
    services.NothingToDo: lambda: _("Somebody did that before. Nothing was changed."),
    alarms.RingsNoMore: lambda: _("This alarm rings no more. Nothing was changed."),
}


def _answer(
    request: PortalRequest,
    invoice: PartnerInvoice,
    form: ReasonForm,
    act: dialogs.Act,
    dialog: dict[str, object],
    *,
    done: str,
) -> HttpResponse:
    """A dialog about this bill, which leads back to its page."""
    about = {
        "facts": bill_facts(invoice, clock.business_date(invoice.partner)),
        "cancel_url": reverse("billing:partner_invoice", args=[invoice.pk]),
        **dialog,
    }
    return dialogs.answer(request, form, act, about, done=done, refusals=_REFUSALS, then=None)
