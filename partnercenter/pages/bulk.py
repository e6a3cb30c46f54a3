"""Suspending and unblocking many subscriptions at once; each failure is reported by name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collections_policy import pauses
from collections_policy.services import NotReady
from partnercenter import errors, withholding
from partnercenter.pages.forms import SuspendForm
from partnercenter.pages.suspend import effects_of, verb
from partnercenter.withholding import ReasonChoice
from partners import clock
from partners.access import can
from partners.forms import ReasonForm
from partners.http import PortalRequest, list_view, posted
from partners.models import Partner, User
from partners.nudges import nudge
from partners.permissions import Permission
from subscriptions.models import Hold, HoldReason, Subscription
from subscriptions.services import NotReleased, SubscriptionDeleted

AT_ONCE = 200
ID = re.compile(r"[0-9]{1,18}")


@dataclass
class Result:
    """What became of each."""

    done: int = 0
    failures: list[str] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
@list_view(Permission.SUSPEND)
def bulk_suspend(request: PortalRequest) -> HttpResponse:
    """One reason and note for all chosen subscriptions."""
    chosen = _chosen(request)
    if refusal := _refusal(request, chosen):
        return refusal
    form = SuspendForm(_bulk_reasons(request), posted(request))
    if form.is_bound and form.is_valid():
        reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
        result = _suspend_each(chosen, reason, note=note, by=request.user)
        nudge("subscriptions.tasks.drain_suspensions")
        return _report(request, result)
    seats = sum(subscription.quantity for subscription in chosen)
    context = _context(request, chosen, form) | {
        "title": _title(len(chosen)),
        "effects": effects_of(request.partner, seats, []),
        "verb": verb(seats),
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnercenter/bulk.html", context, status=status)


@require_http_methods(["GET", "POST"])
@list_view(Permission.SUSPEND)
def bulk_unblock(request: PortalRequest) -> HttpResponse:
    """Lift every reason this person may lift, on all chosen subscriptions."""
    chosen = _chosen(request)
    if refusal := _refusal(request, chosen):
        return refusal
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        result = _unblock_each(chosen, reason=form.cleaned_data["reason"], by=request.user)
        nudge("subscriptions.tasks.drain_unblocks")
        return _report(request, result)
    context = _context(request, chosen, form) | {
        "title": _("Unblock %(count)s subscriptions?") % {"count": len(chosen)},
        "effects": _effects_of_unblocking(request.partner),
        "verb": _("Unblock %(count)s subscriptions") % {"count": len(chosen)},
        "is_safe": True,
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnercenter/bulk.html", context, status=status)


def _effects_of_unblocking(partner: Partner) -> list[str]:
    text = _("Debts that are still owed are not proposed again for five working days.")
    return list(filter(None, [text, pauses.doubt(partner, clock.business_date(partner))]))


def _suspend_each(
    chosen: Iterable[Subscription], reason: HoldReason, *, note: str, by: User
) -> Result:
    result = Result()
    for subscription in chosen:
        try:
            withholding.suspend(subscription, reason, note=note, by=by)
        except SubscriptionDeleted:
            result.failures.append(f"{_name(subscription)}: {_('deleted at 21Vianet')}")
        except NotReady as refusal:
            missing = ", ".join(refusal.missing)
            result.failures.append(f"{_name(subscription)}: {missing}")
        else:
            result.done += 1
    return result


def _unblock_each(chosen: Iterable[Subscription], *, reason: str, by: User) -> Result:
    result = Result()
    for subscription in chosen:
        holds = Hold.objects.are_open().on(subscription).select_related("partner", "subscription")
        refusals = {hold: _may_lift_in_bulk(hold, subscription, by) for hold in holds}
        liftable = [hold for hold, refusal in refusals.items() if not refusal]
        try:
            withholding.unblock(liftable, reason=reason, not_before=None, by=by)
        except NotReleased:
            refusals[liftable[0]] = _("Record first that 21Vianet released it.")
        left = [f"{_name(subscription)}: {refusal}" for refusal in refusals.values() if refusal]
        result.failures += left or ([] if holds else [f"{_name(subscription)}: {_('not held')}"])
        result.done += bool(liftable) and not left
    return result


def _may_lift_in_bulk(hold: Hold, subscription: Subscription, by: User) -> str:
    """A base's hold is lifted with the base: lifting it here would resume what nobody chose."""
    if hold.subscription_id != subscription.pk:
        return _("held by its base subscription %(base)s") % {"base": hold.subscription}
    return withholding.may_lift(hold, by)


def _asked(request: PortalRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _ids(request: PortalRequest) -> list[int]:
    return [int(value) for value in _asked(request).getlist("ids") if ID.fullmatch(value)]


def _chosen(request: PortalRequest) -> list[Subscription]:
    found = Subscription.objects.of_partner(request.partner)
    found = found.filter(pk__in=_ids(request)[:AT_ONCE])
    return list(found.select_related("customer", "partner__settings").order_by("pk"))


def _refusal(request: PortalRequest, chosen: list[Subscription]) -> HttpResponse | None:
    """Why nothing is done at all: another partner's page, too many, or nothing chosen."""
    if _asked(request).get("partner") != str(request.partner.pk):
        return errors.conflict(request, _("You have switched to another partner since."))
    if len(_ids(request)) > AT_ONCE:
        text = _("At most %(most)s subscriptions are changed at once. Choose fewer.")
        messages.error(request, text % {"most": AT_ONCE})
    elif not chosen:
        messages.info(request, _("Nothing was chosen. Tick the rows first."))
    else:
        return None
    return redirect("subscriptions:list")


def _bulk_reasons(request: PortalRequest) -> list[ReasonChoice]:
    """Non-payment is judged for each customer by itself when it is done."""
    may_now = can(request.user, Permission.SUSPEND_NOW, request.partner)
    refusal = "" if may_now else _("needs an admin agent or global admin")
    needs_right = {HoldReason.FRAUD, HoldReason.MISUSE}
    reasons = [reason for reason in HoldReason if reason != HoldReason.OPERATOR]
    return [
        ReasonChoice(reason, str(reason.label), refusal if reason in needs_right else "")
        for reason in reasons
    ]


def _report(request: PortalRequest, result: Result) -> HttpResponse:
    if result.done:
        text = ngettext(
            "%(n)s subscription is being changed.", "%(n)s are being changed.", result.done
        )
        messages.success(request, text % {"n": result.done})
    for failure in result.failures:
        messages.error(request, failure)
    return redirect("subscriptions:list")


def _context(
    request: PortalRequest, chosen: list[Subscription], form: SuspendForm | ReasonForm
) -> dict[str, object]:
    return {
        "form": form,
        "chosen": chosen,
        "facts": [
            {"label": _("Partner"), "value": request.partner.name},
            {"label": _("Subscriptions"), "value": len(chosen)},
            {"label": _("Customers"), "value": len({each.customer_id for each in chosen})},
        ],
        "cancel_url": reverse("subscriptions:list"),
    }


def _title(count: int) -> str:
    text = ngettext("Suspend %(n)s subscription?", "Suspend %(n)s subscriptions?", count)
    return text % {"n": count}


def _name(subscription: Subscription) -> str:
    return f"{subscription.customer.company} · {subscription}"
