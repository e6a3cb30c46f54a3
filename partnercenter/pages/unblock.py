"""The dialog that lifts reasons, so that service resumes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing import receivables
from collections_policy import pauses
from partnercenter import withholding
from partnercenter.pages.forms import UnblockForm
from partnercenter.templatetags.money import money
from partners import clock
from partners.access import can
from partners.http import PortalRequest, ensure, posted, record_view
from partners.nudges import nudge
from partners.permissions import Permission
from subscriptions.models import Hold, HoldReason, HoldSource, Subscription
from subscriptions.services import NotReleased


@require_http_methods(["GET", "POST"])
@record_view(Permission.SUSPEND)
def unblock(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what holds it and what is owed, ask why, and lift the chosen reasons."""
    visible = Subscription.objects.for_user(request.user).select_related(
        "customer", "partner__settings", "base"
    )
    subscription = get_object_or_404(visible, pk=pk)
    ensure(request.user, Permission.SUSPEND, subscription.partner)
    holds = list(Hold.objects.are_open().on(subscription).select_related("partner", "subscription"))
    refusals = {hold: withholding.may_lift(hold, request.user) for hold in holds}
    liftable = [hold for hold in holds if not refusals[hold]]
    form = _form(request, subscription, liftable)
    if form.is_bound and form.is_valid():
        return _unblocked(request, subscription, form)
    context = _context(request, subscription, form, refusals)
    status = 422 if form.is_bound else 200
    return render(request, "partnercenter/unblock.html", context, status=status)


def _form(request: PortalRequest, subscription: Subscription, holds: list[Hold]) -> UnblockForm:
    today = clock.business_date(subscription.partner)
    owes = any(hold.source_kind == HoldSource.CASE for hold in holds)
    return UnblockForm(
        holds,
        default_pause=pauses.default_end(subscription.partner, today) if owes else None,
        doubt=pauses.doubt(subscription.partner, today) if owes else "",
        today=today,
        data=posted(request),
    )


def _unblocked(
    request: PortalRequest, subscription: Subscription, form: UnblockForm
) -> HttpResponse:
    try:
        withholding.unblock(
            form.cleaned_data["holds"],
            reason=form.cleaned_data["reason"],
            not_before=form.cleaned_data.get("not_before"),
            by=request.user,
        )
    except NotReleased:
        messages.error(request, _("Record first that 21Vianet released it."))
    else:
        nudge("subscriptions.tasks.drain_unblocks")
        messages.success(request, _what_follows(subscription))
    return redirect("subscription", subscription.pk)


def _what_follows(subscription: Subscription) -> str:
    left = Hold.objects.are_open().on(subscription)
    if not left.exists():
        return _("21Vianet is being asked to reactivate it. This page follows.")
    reasons = ", ".join(hold.get_reason_display() for hold in left)
    return _("Lifted. It stays suspended, since there is still: %(reasons)s.") % {
        "reasons": reasons
    }


def _context(
    request: PortalRequest,
    subscription: Subscription,
    form: UnblockForm,
    refusals: dict[Hold, str],
) -> dict[str, object]:
    warnings = [
        f"{hold.get_reason_display()}: {refusal}" for hold, refusal in refusals.items() if refusal
    ]
    if any(hold.reason == HoldReason.NON_PAYMENT for hold in refusals):
        warnings.append(_debt(request, subscription))
    warnings += [
        _("“%(reason)s” stands on the base subscription %(base)s: lifting it resumes that, too.")
        % {"reason": hold.get_reason_display(), "base": hold.subscription}
        for hold in refusals
        if hold.subscription_id != subscription.pk
    ]
    if not refusals:
        warnings.append(_("No reason is open: there is nothing to lift."))
    return {
        "subscription": subscription,
        "form": form,
        "title": _("Unblock %(subscription)s?") % {"subscription": subscription},
        "facts": [
            {"label": _("Customer"), "value": subscription.customer.company},
            {"label": _("Subscription"), "value": str(subscription), "note": subscription.pc_id},
            {"label": _("Seats"), "value": subscription.quantity},
        ],
        "effects": [
            _("When no reason is left, 21Vianet is asked to reactivate it at once."),
            _("People can sign in again as soon as 21Vianet has confirmed."),
        ],
        "warnings": warnings,
        "verb": _("Unblock"),
        "blocked": len([hold for hold in refusals if not refusals[hold]]) == 0,
        "cancel_url": reverse("subscription", args=[subscription.pk]),
    }


def _debt(request: PortalRequest, subscription: Subscription) -> str:
    """What is still owed, for those who may see it."""
    partner, customer = subscription.partner, subscription.customer
    if not can(request.user, Permission.SEE_RECEIVABLES, partner):
        return _("A payment is outstanding. Ask Billing before you unblock.")
    today = clock.business_date(partner)
    overdue = receivables.overdue_by_currency([customer.pk], today).values()
    amounts = ", ".join(money(each.owed_amount, each.currency) for each in overdue)
    if not amounts:
        return _("Nothing is overdue any more.")
    return _("Still overdue: %(amounts)s.") % {"amounts": amounts}
