"""The page of one customer: each room says what it knows, as far as the reader may know it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from billing import panels as billing
from billing import terms
from collections_policy import panels as collections
from customers.models import Contact, Customer
from customers.services import is_outside_tenant
from notices import panels as notices
from partnercenter.templatetags.money import money
from partners.access import can
from partners.formatting import moment_in
from partners.http import PortalRequest, record_view
from partners.models import User
from partners.panels import Panel, timeline
from partners.permissions import Permission
from service_requests import panels as requests
from subscriptions.labels import status_label
from subscriptions.models import Subscription

ROOMS = (
    collections.customer_panel,
    billing.customer_panel,
    requests.customer_panel,
    notices.customer_panel,
)


@require_GET
@record_view(Permission.SEE_CUSTOMERS)
def customer(request: PortalRequest, pk: int) -> HttpResponse:
    """Everything the portal knows about one customer."""
    visible = Customer.objects.for_user(request.user).select_related("partner__settings")
    found = get_object_or_404(visible, pk=pk)
    contacts = list(found.contacts.all())
    context = {
        "customer": found,
        "facts": _facts(found),
        "subscriptions": _subscriptions(found),
        "contacts": [(contact, is_outside_tenant(contact, found)) for contact in contacts],
        "warning": _contact_warning(contacts, found),
        "credit": _credit(found, request.user),
        "panels": _panels(found, request.user),
        "timeline": timeline(found.partner, found.pk, user=request.user),
        "may": {
            permission.value: can(request.user, permission, found.partner)
            for permission in Permission
        },
    }
    return render(request, "partnercenter/customer.html", context)


def _facts(found: Customer) -> list[dict[str, object]]:
    seen = moment_in(found.seen_at, found.partner) if found.seen_at else _("Not read yet")
    return [
        {"label": _("Company"), "value": found.company},
        {"label": _("Short name"), "value": found.short_name or "–"},
        {"label": _("Domain"), "value": found.domain or "–"},
        {"label": _("Tenant ID"), "value": found.tenant_id, "copy_id": "tenant-id"},
        {"label": _("Language"), "value": found.get_language_display()},
        {"label": _("Partner"), "value": found.partner.name},
        {"label": _("Seen at 21Vianet"), "value": seen},
    ]


def _subscriptions(found: Customer) -> list[tuple[Subscription, object]]:
    rows = Subscription.objects.filter(customer=found).for_list().order_by("base_id", "id")
    return [(row, status_label(row)) for row in rows]


def _contact_warning(contacts: list[Contact], found: Customer) -> str:
    """A suspended tenant can't read its mail: somebody must be reachable outside it."""
    if any(is_outside_tenant(contact, found) for contact in contacts):
        return ""
    return _("No contact can be reached outside the customer's own tenant. Add one.")


def _credit(found: Customer, user: User) -> list[dict[str, object]] | None:
    """The credit decisions, newest first; None for people who see no amounts."""
    if not can(user, Permission.SEE_RECEIVABLES, found.partner):
        return None
    decisions = found.credit_decisions.select_related("decided_by")
    return [
        {
            "terms": terms.words(terms.decided(decision)),
            "limit": money(decision.limit, decision.currency) or "–",
            "prepayment": decision.prepayment,
            "reason": decision.reason,
            "who": str(decision.decided_by or ""),
            "when": moment_in(decision.decided_at, found.partner),
            "review_on": decision.review_on,
        }
        for decision in decisions
    ]


def _panels(found: Customer, user: User) -> list[Panel]:
    said = [room(found, user) for room in ROOMS]
    return [panel for panel in said if panel is not None]
