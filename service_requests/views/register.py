"""The register: the list of requests, and writing a new one."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from billing.models import PartnerInvoice
from customers.models import Customer
from partners import clock
from partners.exports import csv_response
from partners.http import PortalRequest, ensure, list_view, record_view
from partners.lists import list_page
from partners.permissions import Permission
from service_requests import rules, services, wording
from service_requests.access import may_draft, title_for, topics_for
from service_requests.billed import BilledForm
from service_requests.forms import ORDERS, DraftForm, RequestFilter
from service_requests.labels import row
from service_requests.models import ServiceRequest, ServiceRequestQuerySet, Status, Topic
from service_requests.services import Subject
from subscriptions.models import Subscription

MATCHES_SHOWN = 20
MAX_DIGITS = 18
NAMED_BY_ADDRESS = ("customer", "subscription", "bill", "section", "charged", "expected")


@require_GET
@vary_on_headers("HX-Request")
@list_view(Permission.SEE_CUSTOMERS)
def index(request: PortalRequest) -> HttpResponseBase:
    """The partner's requests, filtered by the address."""
    form = RequestFilter(request.GET)
    found = _filtered(request, form)
    if request.GET.get("format") == "csv":
        return _export(request, found)
    order = ORDERS.get(request.GET.get("order", ""), ORDERS["newest"])
    page = list_page(request, found.for_list().with_check_order(), order)
    today = clock.business_date(request.partner)
    template = "service_requests/list.html"
    if request.htmx and not request.htmx.boosted:
        template += "#table"
    context = {
        "form": form,
        "page": page,
        "rows": [row(found, request.user, today) for found in page.rows],
        "may_draft": may_draft(request.user, request.partner),
    }
    return render(request, template, context)


def _filtered(request: PortalRequest, form: RequestFilter) -> ServiceRequestQuerySet:
    found = ServiceRequest.objects.of_partner(request.partner)
    if not form.is_valid():
        return found.none()
    chosen = form.cleaned_data
    if text := chosen["q"].strip():
        customers = Customer.objects.of_partner(request.partner).matching(text)
        found = found.filter(Q(reference__icontains=text) | Q(customer__in=customers))
    for name in ("kind", "topic"):
        if chosen[name]:
            found = found.filter(**{name: chosen[name]})
    found = _in_status(found, chosen["status"])
    today = clock.business_date(request.partner)
    checks = {"due": found.checks_due, "overdue": found.checks_overdue}
    return checks[chosen["check"]](today) if chosen["check"] else found


def _in_status(found: ServiceRequestQuerySet, status: str) -> ServiceRequestQuerySet:
    """The list shows what is not closed until another status is chosen."""
    if status == "all":
        return found
    return found.filter(status=status) if status in Status.values else found.unfinished()


def _export(request: PortalRequest, found: ServiceRequestQuerySet) -> StreamingHttpResponse:
    header = [_("Number"), _("Kind"), _("Topic"), _("Title"), _("Customer"), _("Subscription ID")]
    header += [_("Severity"), _("Status"), _("21Vianet's reference"), _("Filed at")]
    header.append(_("Next check on"))
    rows = (
        (
            entry.pk,
            entry.get_kind_display(),
            entry.get_topic_display(),
            title_for(request.user, entry),
            entry.customer.company if entry.customer else "",
            entry.subscription.pc_id if entry.subscription else "",
            entry.get_severity_display(),
            entry.get_status_display(),
            entry.reference,
            entry.filed_at,
            entry.next_check_on,
        )
        for entry in found.for_list().iterator(chunk_size=2000)
    )
    return csv_response("service-requests.csv", header, rows)


@require_http_methods(["GET", "POST"])
@record_view(Permission.DRAFT_CUSTOMER_REQUESTS)
def new(request: PortalRequest) -> HttpResponse:
    """Write a draft, prefilled from what the address names: customer, subscription, topic."""
    subject = _subject(request)
    ensure(request.user, Permission.DRAFT_CUSTOMER_REQUESTS, subject.partner)
    topic = _topic(request, subject)
    form = _form(request, topic, subject)
    if request.method == "POST" and form.is_valid():
        words = dict(form.cleaned_data)
        if words.pop("partner") != subject.partner.pk:
            return _other_partner(request)
        key = words.pop("key")
        words["topic"] = topic
        reason = _("drafted in the portal")
        drafted = services.draft(subject, words, key=key, by=request.user, reason=reason)
        messages.success(request, _("The draft is saved. Now file it at 21Vianet."))
        return redirect(drafted)
    context = {
        "form": form,
        "subject": subject,
        "topics": _topic_chips(request, topic, subject),
        "matches": _matches(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "service_requests/new.html", context, status=status)


def _subject(request: PortalRequest) -> Subject:
    """What the address names, looked up over all the person's partners; else 404."""
    needed = Permission.DRAFT_CUSTOMER_REQUESTS
    if pk := _number(request, "subscription"):
        found = Subscription.objects.for_user(request.user, needed)
        subscription = get_object_or_404(found.select_related("customer", "partner"), pk=pk)
        return Subject(
            partner=subscription.partner,
            customer=subscription.customer,
            subscription=subscription,
        )
    if pk := _number(request, "customer"):
        customers = Customer.objects.for_user(request.user, needed).select_related("partner")
        customer = get_object_or_404(customers, pk=pk)
        return Subject(partner=customer.partner, customer=customer)
    if pk := _number(request, "bill"):
        bills = PartnerInvoice.objects.for_user(request.user, Permission.SEE_PARTNER_BILL)
        bill = get_object_or_404(bills.select_related("partner"), pk=pk)
        billed = BilledForm(request.GET).billed
        return Subject(partner=bill.partner, partner_invoice=bill, billed=billed)
    return Subject(partner=request.partner)


def _number(request: PortalRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > MAX_DIGITS:
        raise Http404
    return int(value)


def _topic(request: PortalRequest, subject: Subject) -> Topic:
    """The topic of the address if the person may write about it, else a technical problem."""
    offered = topics_for(request.user, subject.partner, has_customer=subject.customer is not None)
    return next((topic for topic in offered if topic == request.GET.get("topic")), Topic.TECHNICAL)


def _form(request: PortalRequest, topic: Topic, subject: Subject) -> DraftForm:
    has_customer = subject.customer is not None
    if request.method == "POST":
        return DraftForm(request.POST, topic=topic, has_customer=has_customer)
    letter = wording.letter(topic, subject)
    initial = {
        "key": uuid.uuid4(),
        "partner": subject.partner.pk,
        "kind": rules.usual_kind(topic, has_customer=has_customer),
        "severity": rules.usual_severity(topic),
        "title": letter.title,
        "text": letter.text,
        "text_zh": letter.text_zh,
    }
    return DraftForm(initial=initial, topic=topic, has_customer=has_customer)


def _topic_chips(
    request: PortalRequest, current: Topic, subject: Subject
) -> list[dict[str, object]]:
    named = {name: request.GET[name] for name in NAMED_BY_ADDRESS if name in request.GET}
    offered = topics_for(request.user, subject.partner, has_customer=subject.customer is not None)
    return [
        {
            "url": "?" + urlencode({**named, "topic": topic.value}),
            "label": topic.label,
            "is_current": topic is current,
        }
        for topic in offered
    ]


def _matches(request: PortalRequest) -> list[dict[str, str]]:
    """Customers found by the search on the page, each as a link to their new request."""
    text = request.GET.get("find", "").strip()[:100]
    if not text:
        return []
    found = Customer.objects.of_partner(request.partner).matching(text)
    page = reverse("service_requests:new")
    return [
        {"url": f"{page}?{urlencode({'customer': customer.pk})}", "label": customer.company}
        for customer in found[:MATCHES_SHOWN]
    ]


def _other_partner(request: PortalRequest) -> HttpResponse:
    context = {"message": _("You now work for another partner than when you opened the page.")}
    return render(request, "409.html", context, status=409)
