"""The list of customers: who they are, what is suspended, and for some people what they owe."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from billing import receivables
from billing.receivables import Overdue
from customers.forms import CustomerFilter
from customers.models import Customer, CustomerQuerySet
from partners import clock
from partners.access import can
from partners.exports import csv_response
from partners.http import PortalRequest, list_view
from partners.lists import list_page
from partners.permissions import Permission
from subscriptions.models import SEEN_SUSPENDED, DeletionClock, Subscription


@dataclass(frozen=True)
class Row:
    """One customer as the list shows it."""

    customer: Customer
    subscriptions: int
    suspended: int
    overdue: tuple[Overdue, ...]
    days_overdue: int | None


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_CUSTOMERS)
def customers(request: PortalRequest) -> HttpResponseBase:
    """The partner's customers, filtered by the address."""
    form = CustomerFilter(request.GET)
    found = _filtered(request, form)
    if request.GET.get("format") == "csv":
        return _export(found)
    page = list_page(request, found, ["pinyin_key", "id"])
    template = "partnercenter/customers.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": _rows(request, page.rows),
        "sees_money": can(request.user, Permission.SEE_RECEIVABLES, request.partner),
    }
    return render(request, template, context)


def _filtered(request: PortalRequest, form: CustomerFilter) -> CustomerQuerySet:
    found = Customer.objects.of_partner(request.partner)
    if not form.is_valid():
        return found.none()
    if text := form.cleaned_data["q"].strip():
        found = found.matching(text)
    subscriptions = Subscription.objects.of_partner(request.partner)
    match form.cleaned_data["state"]:
        case "suspended":
            return found.filter(pk__in=subscriptions.seen_suspended().values("customer"))
        case "deletion":
            running = subscriptions.exclude(deletion_clock=DeletionClock.STOPPED)
            return found.filter(pk__in=running.values("customer"))
    return found


def _rows(request: PortalRequest, found: Collection[Customer]) -> list[Row]:
    """Everything the rows show, in two more queries."""
    ids = [customer.pk for customer in found]
    counts = {
        row["customer"]: row
        for row in Subscription.objects.filter(customer__in=ids)
        .values("customer")
        .annotate(all=Count("pk"), suspended=Count("pk", Q(seen_status=SEEN_SUSPENDED)))
    }
    overdue = _overdue(request, ids)
    today = clock.business_date(request.partner)
    rows = []
    for customer in found:
        owed = overdue.get(customer.pk, ())
        oldest = min((each.oldest_due_on for each in owed if each.oldest_due_on), default=None)
        count = counts.get(customer.pk, {"all": 0, "suspended": 0})
        days = (today - oldest).days if oldest else None
        rows.append(Row(customer, count["all"], count["suspended"], owed, days))
    return rows


def _overdue(request: PortalRequest, ids: Collection[int]) -> dict[int, tuple[Overdue, ...]]:
    if not can(request.user, Permission.SEE_RECEIVABLES, request.partner):
        return {}
    today = clock.business_date(request.partner)
    found: dict[int, tuple[Overdue, ...]] = {}
    for (customer_id, _currency), owed in receivables.overdue_by_currency(ids, today).items():
        found[customer_id] = (*found.get(customer_id, ()), owed)
    return found


def _export(found: CustomerQuerySet) -> StreamingHttpResponse:
    header = [_("Company"), _("Short name"), _("Domain"), _("Tenant ID"), _("Seen at")]
    rows = found.order_by("pinyin_key", "id").values_list(
        "company", "short_name", "domain", "tenant_id", "seen_at"
    )
    return csv_response("customers.csv", header, rows.iterator(chunk_size=2000))
