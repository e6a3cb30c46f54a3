"""Finds customers, subscriptions and invoices by whatever a caller reads out."""

from dataclasses import dataclass

from django.db.models import Q

from billing.models import Invoice
from customers.models import Customer
from customers.names import folded
from partners.models import User
from partners.permissions import Permission
from subscriptions.models import Subscription

MOST = 20
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """What matched, at most twenty of each."""

    customers: list[Customer]
    subscriptions: list[Subscription]
    invoices: list[Invoice]

    @property
    def count(self) -> int:
        return len(self.customers) + len(self.subscriptions) + len(self.invoices)


def find(text: str, user: User) -> Found:
    """Over all of the person's partners: by company, short name, pinyin or domain, a whole sign-in
    name, a tenant or subscription id, and for those who may see them an invoice number.
    """
    text = folded(text.replace("\x00", ""))
    if len(text) < SHORTEST:
        return Found([], [], [])
    return Found(_customers(text, user), _subscriptions(text, user), _invoices(text, user))


def _customers(text: str, user: User) -> list[Customer]:
    visible = Customer.objects.for_user(user).select_related("partner")
    domain = text.rpartition("@")[2] if "@" in text else ""
    if domain:
        return list(visible.filter(domain__iexact=domain)[:MOST])
    matching = Customer.objects.for_user(user).matching(text)
    return list(visible.filter(Q(tenant_id=text) | Q(pk__in=matching.values("pk")))[:MOST])


def _subscriptions(text: str, user: User) -> list[Subscription]:
    visible = Subscription.objects.for_user(user).select_related("partner", "customer")
    return list(visible.filter(pc_id=text)[:MOST])


def _invoices(text: str, user: User) -> list[Invoice]:
    visible = Invoice.objects.for_user(user, Permission.SEE_RECEIVABLES)
    return list(visible.filter(number__iexact=text).select_related("partner", "customer")[:MOST])
