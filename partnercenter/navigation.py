"""What the shell around every page shows: menu, partner, business date."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.books import overview
from billing.books.overview import Begun
from partners import clock
from partners.access import can, memberships_of
from partners.models import Partner, User
from partners.permissions import Permission


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    label: str
    url: str
    is_current: bool
    badge: int | None = None


@dataclass(frozen=True)
class Group:
    """Entries under one heading; the first group has none."""

    title: str
    items: list[Item]


type Entry = tuple[str, str, Permission]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor of every page; error pages come here too, without a user."""
    user = getattr(request, "user", None)
    partner: Partner | None = getattr(request, "partner", None)
    if user is None or not user.is_authenticated or partner is None:
        return {"demo": settings.DEMO, "business_today": clock.now() if settings.DEMO else None}
    return {
        "navigation": list(_groups(user, partner, request.path)),
        "current_partner": partner,
        "memberships": [membership.partner for membership in memberships_of(user)],
        "demo": settings.DEMO,
        "business_today": clock.business_date(partner),
        "clock_url": reverse("partners:clock") if settings.DEMO else "",
    }


def _groups(user: User, partner: Partner, path: str) -> Iterator[Group]:
    yield Group("", [Item(_("Home"), "/", path == "/")])
    menu = _menu(_begun(user, partner, path))
    addresses = [url for _title, entries in menu for _label, url, _permission in entries]
    current = max((url for url in addresses if path.startswith(url)), key=len, default="")
    for title, entries in menu:
        items = [
            Item(label, url, url == current)
            for label, url, permission in entries
            if can(user, permission, partner)
        ]
        if items:
            yield Group(title, items)


def _begun(user: User, partner: Partner, path: str) -> Begun:
    """Inside Billing, which lists have a first record; elsewhere the menu stays small."""
    if not path.startswith(reverse("billing:home")):
        return Begun(disputes=False, credit_notes=False, claims=False)
    if not can(user, Permission.SEE_RECEIVABLES, partner):
        return Begun(disputes=False, credit_notes=False, claims=False)
    return overview.begun(partner)


def _menu(begun: Begun) -> list[tuple[str, list[Entry]]]:
    see, owe, bill = (
        Permission.SEE_CUSTOMERS,
        Permission.SEE_RECEIVABLES,
        Permission.SEE_PARTNER_BILL,
    )
    manage = [
        (_("Customers"), reverse("customers"), see),
        (_("Subscriptions"), reverse("subscriptions:list"), see),
    ]
    billing = [
        (_("Billing"), reverse("billing:home"), owe),
        (_("Our bill from 21Vianet"), reverse("billing:statement"), bill),
        (_("Reconciliation"), reverse("billing:reconciliation"), bill),
        (_("Invoices"), reverse("billing:invoices"), owe),
        *_if(begun.disputes, _("Disputes"), "billing:disputes"),
        *_if(begun.credit_notes, _("Credit notes"), "billing:credit_notes"),
        (_("Fapiao"), reverse("billing:fapiao_list"), owe),
        (_("Receipts"), reverse("billing:receipts"), owe),
        *_if(begun.claims, _("Payments on their way"), "billing:claims"),
        (_("Ageing"), reverse("billing:ageing"), owe),
        (_("Journal"), reverse("billing:journal"), Permission.RECORD_MONEY),
        (_("Imports"), reverse("billing:imports"), owe),
    ]
    collections = [
        (_("Collections"), reverse("collections_policy:index"), Permission.WORK_CASES),
        (_("Sweeps"), reverse("collections_policy:sweeps"), Permission.WORK_CASES),
        (_("Our collections policy"), reverse("collections_policy:policy"), see),
    ]
    support = [(_("Support requests"), reverse("service_requests:list"), see)]
    house = [
        (_("Activity"), reverse("partners:activity"), see),
        (_("Settings"), reverse("partners:settings"), see),
        (_("People and roles"), reverse("partners:people"), Permission.MANAGE_PEOPLE),
    ]
    return [
        (_("Manage"), manage),
        (_("Billing"), billing),
        (_("Collections"), collections),
        (_("Support"), support),
        (_("House"), house),
    ]


def _if(has_begun: bool, label: str, name: str) -> list[Entry]:  # noqa: FBT001  (read as a question)
    """The entry of a list of money once it has its first record."""
    return [(label, reverse(name), Permission.SEE_RECEIVABLES)] if has_begun else []
