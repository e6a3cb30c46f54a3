"""The list of receipts, recording one, and the page of one receipt."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from billing import freshness, labels, listing, lookalikes, receipts, suggestions, write_offs
from billing.forms import FreshnessForm, ReceiptFilter, ReceiptForm
from billing.models import Receipt
from billing.models.receipt import ReceiptQuerySet
from billing.views import tables
from billing.views.dialogs import JUDGE
from customers.models import Customer
from partners import clock
from partners.access import can
from partners.http import PortalRequest, list_view, posted, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.panels import timeline
from partners.permissions import Permission


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_RECEIVABLES)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's receipts, filtered by the address."""
    form = ReceiptFilter(request.GET)
    found = (
        listing.receipts(request.partner, form.cleaned_data)
        if form.is_valid()
        else Receipt.objects.none()
    )
    order = listing.receipt_order(form.cleaned_data)
    if request.GET.get("format") in tables.FORMATS:
        return _export(request, found.order_by(*order))
    page = list_page(request, found, order)
    template = "billing/receipts.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": [(receipt, labels.receipt_label(receipt)) for receipt in page.rows],
        "may_record": can(request.user, Permission.RECORD_MONEY, request.partner),
        **_freshness(request),
    }
    return render(request, template, context)


def _freshness(request: PortalRequest) -> dict[str, Any]:
    """Up to which day receipts are recorded, and the form that says so."""
    up_to = freshness.receipts_recorded_up_to(request.partner)
    today = clock.business_date(request.partner)
    form = FreshnessForm(initial={"partner": request.partner.pk, "up_to": today})
    warning = labels.freshness_warning(up_to, today)
    return {"recorded_up_to": up_to, "freshness_form": form, "freshness_warning": warning}


def _export(request: PortalRequest, found: ReceiptQuerySet) -> HttpResponseBase:
    header = [
        _("Received on"),
        _("Customer"),
        _("Payer"),
        _("Remark"),
        _("Our bank account"),
        _("Bank serial number"),
        _("Currency"),
        _("Amount"),
        _("Used for invoices"),
        _("Paid back"),
        _("Credit left"),
        _("Divided at"),
        _("Reversed at"),
    ]
    return tables.file_of(request, found, _("Receipts"), header, _export_rows(found))


def _export_rows(ordered: ReceiptQuerySet) -> Iterator[tuple[object, ...]]:
    for receipt in ordered.iterator(chunk_size=2000):
        yield (
            receipt.received_on,
            receipt.customer.company if receipt.customer else "",
            receipt.payer,
            receipt.remark,
            receipt.bank_account,
            receipt.bank_serial,
            receipt.currency,
            receipt.amount,
            receipt.allocated,
            receipt.refunded,
            receipt.unallocated,
            receipt.split_at,
            receipt.reversed_at,
        )


@require_POST
@list_view(Permission.RECORD_MONEY)
def confirm_up_to(request: PortalRequest) -> HttpResponseBase:
    """Confirm up to which day the bank's statements are recorded."""
    form = FreshnessForm(request.POST)
    if form.is_valid() and form.cleaned_data["partner"] != request.partner.pk:
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    if form.is_valid():
        try:
            up_to = form.cleaned_data["up_to"]
            freshness.confirm(request.partner, up_to, by=request.user, reason=_("confirmed"))
        except freshness.NotThatFar:
            form.add_error("up_to", _("A day that is not over yet can't have been recorded."))
        else:
            messages.success(request, _("Thank you. The date is recorded."))
            return redirect("billing:receipts")
    context = {"form": form, "verb": _("Confirm"), "title": _("Receipts recorded up to")}
    context["cancel_url"] = reverse("billing:receipts")
    return render(request, "billing/form.html", context, status=422)


@require_http_methods(["GET", "POST"])
@list_view(Permission.RECORD_MONEY)
def new(request: PortalRequest) -> HttpResponseBase:
    """Record a payment: the form, then what it would settle, then the receipt."""
    today = clock.business_date(request.partner)
    initial = _prefilled(request)
    form = ReceiptForm(request.partner, today, posted(request), initial=initial)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        if (written := _written_before(request, form)) is not None:
            return redirect("billing:receipt", written.pk)
        context |= _review(request, form)
        if context["is_confirmed"]:
            return _record(request, form)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "billing/receipt_new.html", context, status=status)


def _prefilled(request: PortalRequest) -> dict[str, Any]:
    """The customer from whose page the person came."""
    pk = request.GET.get("customer", "")
    if not pk.isdecimal():
        return {}
    customer = Customer.objects.of_partner(request.partner).filter(pk=int(pk)).first()
    return {"customer": customer.company} if customer else {}


def _written_before(request: PortalRequest, form: ReceiptForm) -> Receipt | None:
    """The receipt that a first click on this very form has recorded."""
    token = form.payment.entry_token
    return Receipt.objects.of_partner(request.partner).filter(entry_token=token).first()


def _review(request: PortalRequest, form: ReceiptForm) -> dict[str, Any]:
    """What recording would do, and what speaks against it. Confirmed when nothing has changed."""
    payment, customer = form.payment, form.cleaned_data["customer"]
    same = receipts.same_serial(request.partner, payment)
    if same is not None:
        form.add_error("bank_serial", _("This payment is recorded already."))
        return {"same": same, "is_confirmed": False}
    shares = receipts.preview(request.partner, customer, payment) if customer else []
    shown = labels.preview(shares, payment.amount, payment.currency)
    alike = lookalikes.of(request.partner, payment)
    digest = f"{customer.pk if customer else ''}/{payment.received_on}/{shown.digest}"
    is_doubtful = bool(alike) and not form.cleaned_data["not_the_same"]
    is_confirmed = form.cleaned_data["previewed"] == digest and not is_doubtful
    return {
        "preview": shown,
        "customer": customer,
        "lookalikes": alike,
        "digest": digest,
        "is_confirmed": is_confirmed,
    }


def _record(request: PortalRequest, form: ReceiptForm) -> HttpResponse:
    try:
        receipt = receipts.record(
            request.partner,
            form.cleaned_data["customer"],
            form.payment,
            by=request.user,
            reason=_("bank statement"),
        )
    except receipts.SameBankSerial as refusal:
        messages.error(request, _("This payment is recorded already."))
        return redirect("billing:receipt", refusal.receipt.pk)
    nudge(JUDGE)
    messages.success(request, _("The receipt is recorded."))
    return redirect("billing:receipt", receipt.pk)


@require_GET
@record_view(Permission.SEE_RECEIVABLES)
def receipt(request: PortalRequest, pk: int) -> HttpResponse:
    """One receipt: what it settled, what is left, and whose it may be."""
    found = visible(request, pk)
    allocations = list(
        found.allocations.select_related("invoice", "made_by", "reversed_by").order_by("-id")
    )
    parts = list(found.parts.select_related("customer").order_by("id"))
    context = {
        "receipt": found,
        "label": labels.receipt_label(found),
        "facts": labels.receipt_facts(found),
        "allocations": allocations,
        "refunds": list(found.refunds.select_related("made_by", "reversed_by").order_by("-id")),
        "parts": [(part, labels.receipt_label(part)) for part in parts],
        "suggestions": _suggestions(found),
        "may_record": can(request.user, Permission.RECORD_MONEY, found.partner),
        "has_losses": bool(write_offs.losses_of(found.customer_id or 0, found.currency)),
        "timeline": timeline(found.partner, None, found, *allocations, *parts, user=request.user),
    }
    return render(request, "billing/receipt.html", context)


def _suggestions(receipt: Receipt) -> list[tuple[Customer, str]]:
    """Whose money it may be, and why, while nobody has said so."""
    if not receipt.is_unidentified or not receipt.unallocated:
        return []
    found = suggestions.of_receipt(receipt)
    return [(each.customer, labels.suggestion(each)) for each in found]


def visible(
    request: PortalRequest, pk: int, permission: Permission = Permission.SEE_RECEIVABLES
) -> Receipt:
    """The receipt if this person may see it, else 404."""
    found = Receipt.objects.for_user(request.user, permission)
    return get_object_or_404(
        found.select_related("customer", "partner__settings", "recorded_by", "split_from"), pk=pk
    )
