"""What the register says on shared pages, as the reader may see it."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import PartnerInvoice
from customers.models import Customer
from partners import clock
from partners.access import can
from partners.models import Partner, User
from partners.panels import Panel
from partners.permissions import Permission
from service_requests import rules
from service_requests.access import may_draft
from service_requests.billed import BilledForm
from service_requests.labels import Row, row
from service_requests.models import ServiceRequest, Topic
from subscriptions.models import Subscription

SHOWN = 10


def customer_panel(customer: Customer, user: User) -> Panel | None:
    """The customer's open requests, and the way to a new one."""
    about = ServiceRequest.objects.filter(customer=customer)
    return _about(
        about.unfinished().for_list()[:SHOWN], customer.partner, user, customer=customer.pk
    )


def subscription_panel(subscription: Subscription, user: User) -> Panel | None:
    """The open requests about this subscription, and the way to a new one."""
    about = ServiceRequest.objects.filter(subscription=subscription)
    partner, pk = subscription.partner, subscription.pk
    return _about(about.unfinished().for_list()[:SHOWN], partner, user, subscription=pk)


def bill_panel(invoice: PartnerInvoice, user: User) -> Panel | None:
    """The requests about a bill of 21Vianet, and the way to a new one: it goes there with amounts.

    For people who see our bill; filing is for people who file Partner Center requests.
    """
    if not can(user, rules.permission_to_read(Topic.WRONG_BILL), invoice.partner):
        return None
    found = ServiceRequest.objects.filter(partner_invoice=invoice).for_list()[:SHOWN]
    context = {
        "rows": _rows(found, user, clock.business_date(invoice.partner)),
        "invoice": invoice,
        "topic": Topic.WRONG_BILL,
        "form": BilledForm() if may_draft(user, invoice.partner) else None,
        "may_record": can(user, Permission.RECORD_MONEY, invoice.partner),
    }
    return Panel(_("Is this bill wrong?"), "service_requests/_about_bill.html", context)


def _about(
    found: Iterable[ServiceRequest], partner: Partner, user: User, **subject: int
) -> Panel | None:
    if not can(user, Permission.SEE_CUSTOMERS, partner):
        return None
    new_url = f"{reverse('service_requests:new')}?{urlencode(subject)}"
    context = {
        "rows": _rows(found, user, clock.business_date(partner)),
        "new_url": new_url if may_draft(user, partner) else "",
    }
    return Panel(_("Service requests"), "service_requests/_open_requests.html", context)


def home_panel(partner: Partner, user: User) -> Panel | None:
    """What the register needs today, for people who work on requests; None when it is nothing."""
    if not may_draft(user, partner):
        return None
    today = clock.business_date(partner)
    ours = ServiceRequest.objects.of_partner(partner).for_list()
    checks = ours.checks_due(today).order_by("next_check_on", "id")[:SHOWN]
    context = {
        "checks": _rows(checks, user, today),
        "to_tell": _rows(ours.to_be_told()[:SHOWN], user, today),
        "drafts": _rows(ours.drafts()[:SHOWN], user, today),
    }
    if not any(context.values()):
        return None
    links = {"list_url": reverse("service_requests:list")}
    return Panel(_("Support requests"), "service_requests/_home.html", {**context, **links})


def _rows(found: Iterable[ServiceRequest], user: User, today: date) -> list[Row]:
    return [row(request, user, today) for request in found]
