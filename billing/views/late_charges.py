"""Drafting interest and fees for late payment, shown line by line before it happens."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import labels, late_charges
from billing.objection_forms import LateChargesForm
from billing.views import dialogs
from customers.models import Customer
from partners import clock
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def late_charges_of(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Compute simple interest, show the formula of each line, and make a draft of it."""
    mine = Customer.objects.for_user(request.user, Permission.RECORD_MONEY)
    customer = get_object_or_404(mine.select_related("partner__settings"), pk=pk)
    rate = customer.partner.settings.late_charge_rate
    today = clock.business_date(customer.partner)
    form = LateChargesForm(customer.partner, today, posted(request))
    effects = [_("A draft is made, to be reviewed and issued like any other.")]
    if rate is not None and form.is_valid():
        terms = form.terms
        lines = [*late_charges.accrued(customer, terms)]
        effects = [*_in_words(lines, terms), *effects]
        digest = "|".join(effects)
        if dialogs.is_previewed(form, digest):
            return _draft(request, customer, form)
    warnings = [] if rate is not None else [_("Not used: no rate is set in the settings.")]
    context = {
        "title": _("Interest and fees for late payment of %(company)s?")
        % {"company": customer.company},
        "facts": [{"label": _("Customer"), "value": customer.company}],
        "effects": [*effects, *_notes()],
        "warnings": warnings,
        "blocked": rate is None,
        "form": form,
        "verb": _("Make the draft"),
        "is_safe": True,
        "cancel_url": reverse("customer", args=[customer.pk]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "billing/confirm.html", context, status=status)


def _draft(request: PortalRequest, customer: Customer, form: LateChargesForm) -> HttpResponse:
    reason = _("late payment")
    try:
        invoice = late_charges.draft(customer, form.terms, by=request.user, reason=reason)
    except late_charges.NothingToCharge:
        messages.info(request, _("There is nothing to charge. Nothing was done."))
        return redirect("customer", customer.pk)
    messages.success(request, _("The draft is made. Review it, then issue it."))
    return redirect("billing:invoice", invoice.pk)


def _in_words(lines: list[late_charges.Interest], terms: late_charges.Terms) -> list[str]:
    words = [f"{line.formula} = {labels.amount(line.amount, terms.currency)}" for line in lines]
    total = sum((line.amount for line in lines), terms.fee)
    shown = {"total": labels.amount(total, terms.currency)}
    return [*words, _("Together, with the fee: %(total)s.") % shown]


def _notes() -> list[str]:
    return [
        _("On what is open and undisputed today, from the due date or the last day charged."),
        _("Whether the agreed rate is within the law is yours to judge."),
        _("Nobody is chased or suspended for late charges."),
    ]
