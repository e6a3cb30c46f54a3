"""The page of one subscription: status, why it is suspended, what lifts it, and what happened."""

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partnercenter.pages.why import why
from partners.access import can
from partners.formatting import moment_in
from partners.http import PortalRequest, record_view
from partners.panels import timeline
from partners.permissions import Permission
from service_requests import panels as requests
from subscriptions.models import DeletionClock, Subscription

RECENT = 50


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def subscription(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything the portal knows about one subscription."""
    visible = Subscription.objects.for_user(request.user).select_related(
        "customer", "partner__settings", "base"
    )
    found = get_object_or_404(visible, pk=pk)
    explained = why(found, request.user)
    context = {
        "subscription": found,
        "why": explained,
        "label": explained.label,
        "facts": _facts(found),
        "add_ons": found.add_ons.with_open_change(),
        "can_suspend": can(request.user, Permission.SUSPEND, found.partner),
        "can_draft": can(request.user, Permission.DRAFT_CUSTOMER_REQUESTS, found.partner),
        "offer_request": request.GET.get("next") == "request",
        "panels": [panel for panel in [requests.subscription_panel(found, request.user)] if panel],
        "timeline": timeline(
            found.partner, found.customer_id, *_subjects(found), user=request.user
        ),
    }
    return render(request, "partnercenter/subscription.html", context)


def _subjects(found: Subscription) -> list[Model]:
    """The subscription with its holds and the intents they led to."""
    return [found, *found.holds.all(), *found.status_changes.all()[:RECENT]]


def _facts(found: Subscription) -> list[dict[str, object]]:
    url = reverse("customer", args=[found.customer_id])
    facts: list[dict[str, object]] = [
        {"label": _("Customer"), "value": found.customer.company, "url": url},
        {"label": _("Partner"), "value": found.partner.name},
        {"label": _("Offer"), "value": found.offer_name or "–"},
        {"label": _("Seats"), "value": found.quantity},
        {"label": _("Subscription ID"), "value": found.pc_id, "copy_id": "subscription-id"},
        {"label": _("Term ends on"), "value": _date(found)},
    ]
    if found.base:
        base_url = reverse("subscription", args=[found.base_id])
        facts.append({"label": _("Add-on of"), "value": str(found.base), "url": base_url})
    if found.is_seen_suspended:
        facts += _clock(found)
    return facts


def _clock(found: Subscription) -> list[dict[str, object]]:
    """Since when, and until when data is kept; both as far as they are known."""
    if found.suspended_not_after is None:
        return []
    last = moment_in(found.suspended_not_after, found.partner)
    when = _("before %(last)s") % {"last": last}
    if found.suspended_not_before is not None:
        first = moment_in(found.suspended_not_before, found.partner)
        between = _("between %(first)s and %(last)s") % {"first": first, "last": last}
        when = last if first == last else between
    deletion = (
        date_format(found.data_deletion_on, "DATE_FORMAT")
        if found.data_deletion_on
        else DeletionClock.AT_RISK.label
    )
    return [
        {"label": _("Suspended"), "value": when},
        {"label": _("Data deleted not later than"), "value": deletion},
    ]


def _date(found: Subscription) -> str:
    if found.commitment_end_on is None:
        return "–"
    return date_format(found.commitment_end_on, "DATE_FORMAT")
