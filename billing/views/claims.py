"""Payments that customers say are on their way: the list, a new one, its page, taking it back."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from billing import claims, labels, ledger, listing
from billing.lifecycle import InvalidTransition
from billing.models import Invoice, RemittanceClaim
from billing.objection_forms import ClaimFilter, ClaimForm
from billing.views import dialogs
from billing.views.dialogs import JUDGE, Refusals
from customers.models import Customer
from partners import attachments, clock
from partners.access import can
from partners.attachments import presenting
from partners.formatting import moment_in
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission

OFFERED = 100


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's payments on their way, filtered by the address."""
    form = ClaimFilter(request.GET)
    found = (
        listing.claims(request.partner, form.cleaned_data)
        if form.is_valid()
        else RemittanceClaim.objects.none()
    )
    page = list_page(request, found, listing.NEWEST_FIRST)
    template = "billing/claims.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    rows = [(row, labels.claim_label(row)) for row in page.rows]
    return render(request, template, {"form": form, "page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Record that a customer says it has paid."""
    mine = Customer.objects.for_user(request.user, Permission.RECORD_MONEY)
    customer = get_object_or_404(mine.select_related("partner__settings"), pk=pk)
    owed = list(Invoice.objects.owed().filter(customer=customer).oldest_first()[:OFFERED])
    named = [row.pk for row in owed if str(row.pk) == request.GET.get("invoice")]
    today = clock.business_date(customer.partner)
    form = ClaimForm(
        customer.partner,
        owed,
        today,
        posted(request),
        request.FILES or None,
        initial={"invoices": named},
    )
    if form.is_bound and form.is_valid():
        return _record(request, customer, form)
    context = _page(customer, form)
    return render(request, "billing/claim_new.html", context, status=422 if form.is_bound else 200)


def _record(request: PortalRequest, customer: Customer, form: ClaimForm) -> HttpResponse:
    try:
        claim = _open(request, customer, form)
    except claims.SameSlip as refusal:
        form.add_error(None, _("This slip was recorded before."))
        same = {"url": refusal.claim.get_absolute_url(), "words": _("Look at it")}
    except claims.AlreadyReceived as refusal:
        form.add_error(None, _("This money is recorded as a receipt."))
        same = {
            "url": reverse("billing:receipt", args=[refusal.receipt.pk]),
            "words": _("Look at the receipt"),
        }
    except attachments.FileRefused as refusal:
        form.add_error("slip", str(refusal))
        same = {}
    except ledger.WrongInvoice:
        form.add_error("invoices", _("An invoice is not owed in this currency any more."))
        same = {}
    else:
        nudge(JUDGE)
        messages.success(request, _("Recorded. Nothing it covers is proposed or suspended."))
        return redirect(claim.get_absolute_url())
    context = {**_page(customer, form), "same": same}
    return render(request, "billing/claim_new.html", context, status=422)


def _open(request: PortalRequest, customer: Customer, form: ClaimForm) -> RemittanceClaim:
    """The claim with its slip, both or neither."""
    upload = form.cleaned_data["slip"]
    digest = sha256(upload.read()).hexdigest() if upload else ""
    note = form.cleaned_data["note"]
    with transaction.atomic():
        claim = claims.open_claim(customer, form.slip_of(digest), by=request.user, reason=note)
        if upload:
            upload.seek(0)
            attachments.store(
                claim, claim.partner, claim.customer_id, upload, by=request.user, reason=note
            )
    return claim


def _page(customer: Customer, form: ClaimForm) -> dict[str, Any]:
    """How long it would hold, and what became of the customer's claims of the past."""
    expires_at = claims.expires_at(customer.partner, clock.now())
    return {
        "form": form,
        "customer": customer,
        "record": claims.record_of(customer),
        "expires_at": moment_in(expires_at, customer.partner),
        "cancel_url": reverse("customer", args=[customer.pk]),
    }


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def claim(request: PortalRequest, pk: int) -> HttpResponseBase:
    """One payment on its way: what it pays, until when it holds, what became of it."""
    found = _visible(request, pk, Permission.SEE_RECEIVABLES)
    context = {
        "claim": found,
        "label": labels.claim_label(found),
        "facts": labels.claim_facts(found),
        "invoices": found.invoices.oldest_first(),
        "record": claims.record_of(found.customer),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "attachments": presenting.listing(found, found.partner, request.user),
        "timeline": timeline(found.partner, None, found, user=request.user),
    }
    return render(request, "billing/claim.html", context)


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def withdraw(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take a payment on its way back."""
    found = _visible(request, pk, Permission.RECORD_MONEY)
    form = ReasonForm(posted(request))

    def act() -> None:
        claims.withdraw(found, by=request.user, reason=form.cleaned_data["reason"])

    dialog = {
        "title": _("Withdraw this payment on its way?"),
        "facts": labels.claim_facts(found),
        "effects": [
            _("What it covered is proposed again when it is due."),
            _("It is not counted among the customer's claims: use this for mistakes."),
        ],
        "verb": _("Withdraw"),
        "blocked": not found.is_open,
        "cancel_url": found.get_absolute_url(),
    }
    done = _("The payment on its way is withdrawn.")
    return dialogs.answer(request, form, act, dialog, done=done, refusals=_REFUSALS)


_REFUSALS: Refusals = {
    InvalidTransition: lambda: _("It has ended before. Nothing was changed."),
}


def _visible(request: PortalRequest, pk: int, permission: Permission) -> RemittanceClaim:
    mine = RemittanceClaim.objects.for_user(request.user, permission)
    return get_object_or_404(
        mine.select_related("customer", "partner__settings", "receipt", "opened_by"), pk=pk
    )
