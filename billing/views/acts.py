"""Asks before an act on the ledger: shows what it does, and does only what was shown."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from billing import effects, ledger, previews, receipts, refunds, splits
from billing.models import Receipt
from billing.previews import Act, Preview, Shown
from billing.views.dialogs import JUDGE, Refusals
from partners.http import PortalRequest
from partners.nudges import nudge

type Wishes = Mapping[str, Any]
NOT_SAID_YET = "…"
"""The reason of an act that is only shown: nobody has given one yet."""

REFUSALS: Refusals = {
    ledger.AlreadyReversed: lambda: _("It was reversed before. Nothing was changed."),
    ledger.NothingLeft: lambda: _("That is more than is left. Nothing was changed."),
    ledger.WrongInvoice: lambda: _("An invoice can't be settled by this receipt any more."),
    ledger.Unidentified: lambda: _("First say whose money it is."),
    receipts.AlreadyAssigned: lambda: _("It is this customer's, or somebody has moved it."),
    receipts.AlreadySplit: lambda: _("The payment is divided: its parts count instead of it."),
    receipts.PartOfPayment: lambda: _(
        "This is a part of a payment. Reverse the whole payment, or put it together again."
    ),
    receipts.WasRefunded: lambda: _("Some of it was paid back. Take the refund back first."),
    refunds.AlreadyPaidBack: lambda: _(
        "A refund with this bank serial number is recorded already."
    ),
    refunds.WrongDay: lambda: _("It can't be paid back before it came in, nor after today."),
    splits.NotTheWhole: lambda: _("The parts do not add up to the payment."),
    splits.PartsInUse: lambda: _(
        "A part settles invoices, was paid back or was divided. Take that back first."
    ),
}


def act_on(
    receipt: Receipt, do: Callable[[], object], wishes: Wishes, *customer_ids: int | None
) -> Act:
    """An act on a receipt and, with it, on the money of these customers."""
    involved = {row.customer_id for row in receipts.with_parts(receipt)} | set(customer_ids)
    asked = {name: value for name, value in wishes.items() if name not in {"reason", "rows"}}
    return Act(
        receipt=receipt,
        customer_ids=frozenset(pk for pk in involved if pk is not None),
        asked=previews.asked(asked),
        do=do,
    )


def reason_in(wishes: Wishes) -> str:
    """Why the person does it."""
    return wishes.get("reason") or NOT_SAID_YET


def answer(
    request: PortalRequest,
    form: forms.Form,
    act_for: Callable[[Wishes], Act],
    dialog: Mapping[str, Any],
    *,
    done: str,
    start: Wishes | None = None,
) -> HttpResponse:
    """Show the form, then what it does, then do it and go back to `dialog["cancel_url"]`.

    `start`: what is wished before the person fills anything in, if that is enough to show it.
    """
    wishes, is_wrong = _wishes(form, start), form.is_bound and not form.is_valid()
    status = 422 if is_wrong else 200
    if wishes is None:
        return _page(request, form, dialog, {}, status)
    act = act_for(wishes)
    shown = Shown() if is_wrong else previews.shown_by(request.POST.get("shown", ""))
    try:
        preview = previews.attempt(act, shown)
    except tuple(REFUSALS) as refusal:
        news = _news(request, act, shown) if shown.asked == act.asked else []
        context = {"warnings": [REFUSALS[type(refusal)](), *news], "blocked": True}
        return _page(request, form, dialog, context, 409 if form.is_bound else 200)
    if preview.is_done:
        nudge(JUDGE)
        messages.success(request, done)
        return redirect(dialog["cancel_url"])
    context = _shown(act, preview)
    if shown.asked == act.asked:
        context["warnings"] = _news(request, act, shown)
        status = 409
    return _page(request, form, dialog, context, status)


def _wishes(form: forms.Form, start: Wishes | None) -> Wishes | None:
    """What the person wants, as far as it is said: all but the reason is needed to show it."""
    if not form.is_bound:
        return start
    if form.is_valid() or not (form.errors.keys() - {"reason"}):
        return form.cleaned_data
    return None


def _shown(act: Act, preview: Preview) -> dict[str, Any]:
    return {"shown": previews.token(act, preview), "preview": effects.lines(preview)}


def _news(request: PortalRequest, act: Act, shown: Shown) -> list[str]:
    entries = previews.news(act.receipt, shown)
    return effects.changed(entries, act.receipt.partner, request.user)


def _page(
    request: PortalRequest,
    form: forms.Form,
    dialog: Mapping[str, Any],
    context: Mapping[str, Any],
    status: int,
) -> HttpResponse:
    is_shown = "shown" in context
    merged = {"form": form, **dialog, **context}
    merged["verb"] = dialog["verb"] if is_shown else _("Show what happens")
    merged["is_safe"] = dialog.get("is_safe", False) or not is_shown
    merged["effects"] = [*dialog.get("effects", []), *context.get("preview", [])]
    template = dialog.get("template", "billing/confirm.html")
    return render(request, template, merged, status=status)
