"""The dialog that suspends one subscription."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collections_policy.services import NotReady
from partnercenter import withholding
from partnercenter.pages.forms import SuspendForm
from partners import clock
from partners.http import PortalRequest, ensure, posted, record_view
from partners.models import Partner
from partners.nudges import nudge
from partners.permissions import Permission
from subscriptions import rules
from subscriptions.labels import status_label
from subscriptions.models import HoldReason, Subscription
from subscriptions.services import SubscriptionDeleted


@require_http_methods(["GET", "POST"])
@record_view(Permission.SUSPEND)
def suspend(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask for reason and note, say what will happen, and suspend."""
    visible = Subscription.objects.for_user(request.user).select_related(
        "customer", "partner__settings"
    )
    subscription = get_object_or_404(visible, pk=pk)
    ensure(request.user, Permission.SUSPEND, subscription.partner)
    state = withholding.state_of(subscription)
    choices = withholding.reasons_for(subscription, request.user)
    form = SuspendForm(choices, posted(request), initial={"state": state})
    if form.is_bound and form.is_valid() and _is_fresh(form, state):
        return _suspended(request, subscription, form)
    status = 422 if form.is_bound else 200
    return render(
        request, "partnercenter/suspend.html", _context(subscription, form), status=status
    )


def _is_fresh(form: SuspendForm, state: str) -> bool:
    if form.cleaned_data["state"] in {"", state}:
        return True
    form.add_error(None, _("The subscription has changed since this page was opened. Look again."))
    form.data = dict(form.data.items()) | {"state": state}
    return False


def _suspended(
    request: PortalRequest, subscription: Subscription, form: SuspendForm
) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    try:
        withholding.suspend(subscription, reason, note=form.cleaned_data["note"], by=request.user)
    except SubscriptionDeleted:
        form.add_error(None, _("21Vianet has deleted this subscription. It cannot be suspended."))
    except NotReady as refusal:
        form.add_error(
            "reason", _("Not ready: %(missing)s") % {"missing": ", ".join(refusal.missing)}
        )
    else:
        nudge("subscriptions.tasks.drain_suspensions")
        messages.success(request, _("21Vianet is being asked to suspend it. This page follows."))
        return redirect(_next_page(subscription, reason))
    context = _context(subscription, form)
    return render(request, "partnercenter/suspend.html", context, status=422)


def _next_page(subscription: Subscription, reason: HoldReason) -> str:
    """After fraud or misuse the page offers a service request with 21Vianet next."""
    url = reverse("subscription", args=[subscription.pk])
    return f"{url}?next=request" if reason in {HoldReason.FRAUD, HoldReason.MISUSE} else url


def _context(subscription: Subscription, form: SuspendForm) -> dict[str, object]:
    label = status_label(subscription)
    return {
        "subscription": subscription,
        "form": form,
        "title": _("Suspend %(subscription)s?") % {"subscription": subscription},
        "facts": [
            {"label": _("Customer"), "value": subscription.customer.company},
            {"label": _("Subscription"), "value": str(subscription), "note": subscription.pc_id},
            {"label": _("Status"), "value": label.text, "note": label.note},
            {"label": _("Seats"), "value": subscription.quantity},
        ],
        "effects": effects_of(
            subscription.partner, subscription.quantity, add_ons_of(subscription)
        ),
        "verb": verb(subscription.quantity),
        "cancel_url": reverse("subscription", args=[subscription.pk]),
    }


def add_ons_of(subscription: Subscription) -> list[str]:
    """Names of what 21Vianet suspends with this base."""
    return [str(add_on) for add_on in subscription.add_ons.all()]


def verb(seats: int) -> str:
    """What the button does, with the number."""
    return ngettext("Suspend %(seats)s seat", "Suspend %(seats)s seats", seats) % {"seats": seats}


def effects_of(partner: Partner, seats: int, add_ons: list[str]) -> list[str]:
    """What a suspension does, as far as 21Vianet's documentation says (Suspend a subscription)."""
    days = partner.settings.data_deletion_days
    last_day = date_format(rules.deletion_date(clock.now(), days), "DATE_FORMAT")
    lines = [
        ngettext(
            "%(seats)s person can no longer sign in or use the service.",
            "%(seats)s people can no longer sign in or use the service.",
            seats,
        )
        % {"seats": seats},
        _("Administrators of the customer can still sign in and reach the data."),
        _(
            "Data is kept until %(date)s. Unless it is reactivated before, 21Vianet deletes it "
            "%(days)s days after the suspension."
        )
        % {"date": last_day, "days": days},
        _billing_effect(partner),
        _("Way back: “Unblock” on the subscription's page, at any time, by one person."),
    ]
    if add_ons:
        lines.insert(1, _("Suspended with it: %(names)s.") % {"names": ", ".join(add_ons)})
    return lines


def _billing_effect(partner: Partner) -> str:
    words = {
        "yes": _("21Vianet goes on billing you for it."),
        "no": _("21Vianet stops billing you for it."),
    }
    unknown = _("Whether 21Vianet goes on billing you for it is not known.")
    return words.get(partner.settings.billed_while_suspended, unknown)
