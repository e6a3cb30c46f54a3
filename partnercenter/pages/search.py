"""Search from the bar on every page, and the help desk's view of the same."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from partnercenter.pages.why import why_each
from partnercenter.search import Found, find
from partners.http import PortalRequest, record_view
from partners.permissions import Permission
from subscriptions.models import Subscription

AT_MOST = 5


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def search(request: PortalRequest) -> HttpResponse:
    """What matches; a single match is opened at once."""
    text = request.GET.get("q", "").strip()
    found = find(text, request.user)
    if found.count == 1:
        return redirect(_only(found))
    return render(request, "partnercenter/search.html", {"q": text, "found": found})


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def helpdesk(request: PortalRequest) -> HttpResponse:
    """“Why can't I sign in?”: the answer by what the caller says, without amounts."""
    text = request.GET.get("q", "").strip()
    found = find(text, request.user)
    customers = found.customers[:AT_MOST] or [each.customer for each in found.subscriptions]
    subscriptions = list(
        Subscription.objects.for_user(request.user)
        .filter(customer__in=customers)
        .for_list()
        .select_related("partner__settings", "customer")
        .order_by("customer", "id")
    )
    answers = why_each(subscriptions, request.user)
    context = {
        "q": text,
        "customers": customers,
        "has_more": len(found.customers) > AT_MOST,
        "answers": answers,
    }
    return render(request, "partnercenter/helpdesk.html", context)


def _only(found: Found) -> str:
    if found.customers:
        return reverse("customer", args=[found.customers[0].pk])
    if found.subscriptions:
        return reverse("subscription", args=[found.subscriptions[0].pk])
    return reverse("billing:invoice", args=[found.invoices[0].pk])
