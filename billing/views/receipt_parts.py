"""The pages on which a person settles invoices by hand, and divides a payment."""

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import labels, ledger, rules, splits
from billing.models import AllocationRule, Invoice, Receipt
from billing.previews import Act
from billing.receipt_forms import FEWEST_ROWS, MORE_ROWS, AllocateForm, SplitForm
from billing.views import acts
from billing.views.acts import Wishes, act_on, reason_in
from billing.views.receipts import visible
from partners import clock
from partners.http import PortalRequest, posted, record_view
from partners.permissions import Permission

OFFERED = 100
"""So many open invoices are offered, oldest due date first."""
LONGEST_COUNT = 3
"""Digits of a count of rows that is worth reading."""


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def allocate(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Choose by hand which invoices a receipt settles."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    owed = Invoice.objects.owed().filter(
        customer_id=receipt.customer_id or 0, currency=receipt.currency
    )
    invoices = list(owed.oldest_first()[: OFFERED + 1])
    form = _allocate_form(request, receipt, invoices[:OFFERED])

    def act(wishes: Wishes) -> Act:
        shares = [
            rules.Share(invoice_id, amount, AllocationRule.BY_HAND)
            for invoice_id, amount in form.chosen.items()
        ]

        def do() -> object:
            return ledger.allocate(receipt, shares, by=request.user, reason=reason_in(wishes))

        return act_on(receipt, do, wishes)

    today = clock.business_date(receipt.partner)
    dialog = {
        **_about(receipt),
        "template": "billing/receipt_allocate.html",
        "title": _("Which invoices does this receipt settle?"),
        "verb": _("Settle"),
        "left": receipt.unallocated,
        "has_more": len(invoices) > OFFERED,
        "rows": [
            (invoice, field, labels.invoice_label(invoice, today)) for invoice, field in form.rows
        ],
    }
    return acts.answer(request, form, act, dialog, done=_("The invoices are settled."))


@require_http_methods(["GET", "POST"])
@record_view(Permission.RECORD_MONEY)
def split(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Divide one payment among several customers."""
    receipt = visible(request, pk, Permission.RECORD_MONEY)
    form = _split_form(request, receipt)

    def act(wishes: Wishes) -> Act:
        parts = form.parts

        def do() -> object:
            return splits.split(receipt, parts, by=request.user, reason=reason_in(wishes))

        others = (part.customer.pk if part.customer else None for part in parts)
        return act_on(receipt, do, wishes, *others)

    dialog = {
        **_about(receipt),
        "template": "billing/receipt_split.html",
        "title": _("Divide this payment?"),
        "verb": _("Divide the payment"),
    }
    return acts.answer(request, form, act, dialog, done=_("The payment is divided."))


def _allocate_form(
    request: PortalRequest, receipt: Receipt, invoices: list[Invoice]
) -> AllocateForm:
    """The form as sent; or filled, oldest first, for the person who asked for that."""
    if "fill" not in request.POST:
        return AllocateForm(receipt, invoices, posted(request))
    shares = rules.fill(receipt.unallocated, [ledger.debt(invoice) for invoice in invoices])
    amounts: dict[str, object] = {f"invoice_{share.invoice_id}": share.amount for share in shares}
    amounts["reason"] = request.POST.get("reason", "")
    return AllocateForm(receipt, invoices, initial=amounts)


def _split_form(request: PortalRequest, receipt: Receipt) -> SplitForm:
    """The form as sent; or with more rows, for the person who asked for them."""
    sent = request.POST.get("rows", "")
    rows = int(sent) if sent.isdecimal() and len(sent) <= LONGEST_COUNT else FEWEST_ROWS
    if "more" not in request.POST:
        return SplitForm(receipt, rows, posted(request), initial={"rows": rows})
    rows += MORE_ROWS
    return SplitForm(receipt, rows, initial={**request.POST.dict(), "rows": rows})


def _about(receipt: Receipt) -> dict[str, object]:
    return {
        "receipt": receipt,
        "facts": labels.receipt_facts(receipt),
        "cancel_url": reverse("billing:receipt", args=[receipt.pk]),
    }
