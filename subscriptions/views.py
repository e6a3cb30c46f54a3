"""Lists subscriptions, shows how a change is coming on, and lets a person help it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from customers.models import Customer
from partners.access import can
from partners.exports import csv_response
from partners.forms import ReasonForm
from partners.http import PortalRequest, ensure, list_view, posted, record_view
from partners.lists import list_page
from partners.nudges import nudge
from partners.permissions import Permission
from subscriptions import reading, services
from subscriptions.forms import ReleaseForm, SubscriptionFilter
from subscriptions.labels import status_label
from subscriptions.models import Hold, HoldReason, Subscription
from subscriptions.models.subscription import SubscriptionQuerySet


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_CUSTOMERS)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's subscriptions, filtered by the address."""
    form = SubscriptionFilter(request.GET)
    found = _filtered(request, form)
    if request.GET.get("format") == "csv":
        return _export(found)
    page = list_page(request, found.for_list(), ["id"])
    rows = [(subscription, status_label(subscription)) for subscription in page.rows]
    template = "subscriptions/list.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {"form": form, "page": page, "rows": rows, "bulk_actions": _bulk_actions(request)}
    return render(request, template, context)


def _bulk_actions(request: PortalRequest) -> list[dict[str, str]]:
    if not can(request.user, Permission.SUSPEND, request.partner):
        return []
    return [
        {"url": reverse("bulk_suspend"), "label": _("Suspend…"), "kind": "danger"},
        {"url": reverse("bulk_unblock"), "label": _("Unblock…")},
    ]


def _filtered(request: PortalRequest, form: SubscriptionFilter) -> SubscriptionQuerySet:
    found = Subscription.objects.of_partner(request.partner)
    if not form.is_valid():
        return found.none()
    text = form.cleaned_data["q"].strip()
    if text:
        customers = Customer.objects.of_partner(request.partner).matching(text)
        found = found.matching(text, customers)
    return found.in_state(form.cleaned_data["status"])


def _export(found: SubscriptionQuerySet) -> StreamingHttpResponse:
    header = [_("Customer"), _("Subscription"), _("ID"), _("Seats"), _("Status"), _("Seen at")]
    header.append(_("Data deleted not later than"))
    rows = (
        (
            subscription.customer.company,
            str(subscription),
            subscription.pc_id,
            subscription.quantity,
            status_label(subscription).text,
            subscription.seen_at,
            subscription.data_deletion_on,
        )
        for subscription in found.for_list().iterator(chunk_size=2000)
    )
    return csv_response("subscriptions.csv", header, rows)


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def status(request: PortalRequest, pk: int) -> HttpResponse:
    """The status label by itself: it asks until 21Vianet has confirmed, then tells the page."""
    subscription = _visible(request, pk)
    label = status_label(subscription)
    context = {"subscription": subscription, "label": label}
    response = render(request, "subscriptions/_status.html", context)
    if label.is_settled:
        trigger_client_event(response, "subscription-settled")
    return response


@require_http_methods(["GET", "POST"])
@record_view(Permission.SUSPEND)
def reapply(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask 21Vianet again for what our holds say."""
    subscription = _visible(request, pk)
    ensure(request.user, Permission.SUSPEND, subscription.partner)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.reapply(subscription, by=request.user, reason=form.cleaned_data["reason"])
        except services.NothingToReapply:
            messages.info(
                request, _("Nothing to ask for: a change is under way, or 21Vianet agrees.")
            )
        except services.NotReleased:
            messages.error(request, _("Record first that 21Vianet released it."))
        else:
            _nudge_senders()
            messages.success(request, _("21Vianet is being asked again."))
        return redirect("subscription", subscription.pk)
    context = {"subscription": subscription, "form": form, "label": status_label(subscription)}
    return render(request, "subscriptions/reapply.html", context, status=_status_of(form))


@require_http_methods(["GET", "POST"])
@record_view(Permission.SUSPEND)
def release(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that 21Vianet released a suspension of its own."""
    holds = Hold.objects.are_open().for_user(request.user, Permission.SUSPEND)
    hold = get_object_or_404(holds, pk=pk, reason=HoldReason.OPERATOR)
    if hold.released_at is not None:
        messages.info(request, _("The release is recorded already."))
        return redirect("subscription", hold.subscription_id)
    form = ReleaseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        services.record_release(hold, by=request.user, **form.cleaned_data)
        messages.success(request, _("The release is recorded. You may unblock now."))
        return redirect("subscription", hold.subscription_id)
    context = {"hold": hold, "subscription": hold.subscription, "form": form}
    return render(request, "subscriptions/release.html", context, status=_status_of(form))


@require_POST
@list_view(Permission.SEE_CUSTOMERS)
def read_now(request: PortalRequest) -> HttpResponse:
    """Read everything from Partner Center in the background."""
    job = reading.ask_for_reading(request.partner, by=request.user)
    nudge("subscriptions.tasks.drain_readings")
    return redirect("job", job.pk)


def _visible(request: PortalRequest, pk: int) -> Subscription:
    visible = Subscription.objects.for_user(request.user).select_related(
        "customer", "partner__settings", "base"
    )
    return get_object_or_404(visible, pk=pk)


def _nudge_senders() -> None:
    nudge("subscriptions.tasks.drain_unblocks")
    nudge("subscriptions.tasks.drain_suspensions")


def _status_of(form: ReasonForm) -> int:
    return 422 if form.is_bound else 200
