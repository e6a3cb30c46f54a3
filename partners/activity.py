"""Reads the audit trail for people: who may read what, and how an entry is shown.

What customers owe and what 21Vianet bills appears in the trail too. Unknown means no: free text and
values are open to everybody only for the kinds listed as open here; entries that exist only because
of money are left out altogether for people without the right to see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from partners.access import can
from partners.kinds import label_of, name_of, reason_of
from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission

KINDS_ABOUT_MONEY: Mapping[Permission, tuple[str, ...]] = {
    Permission.SEE_RECEIVABLES: (
        "allocation.",
        "bank_account.",
        "billing.",
        "claim.",
        "credit.",
        "credit_note.",
        "dispute.",
        "fapiao.",
        "import.",
        "invoice.",
        "invoices.",
        "opening_balance.",
        "payer.",
        "payment.",
        "promise.",
        "receipt.",
        "receipts.",
        "write_off.",
    ),
    Permission.SEE_PARTNER_BILL: (
        "partner_invoice.",
        "partner_payment.",
        "price_rule.",
        "reconciliation.",
        "reconciliation_file.",
        "statement.",
    ),
}
"""Entries that are left out for people without the permission, by the beginning of their kind."""

OPEN_KINDS = (
    "calendar.",
    "clock.",
    "connection.",
    "contact.",
    "customer.",
    "hold.",
    "membership.",
    "partner.",
    "person.",
    "policy.",
    "service_request.",
    "subscription.",
    "subscriptions.",
)
"""Kinds whose reason and values everybody at the partner may read, unless a value is an amount."""

AMOUNT_WORDS = ("amount", "balance", "cost", "limit", "margin", "owed", "price", "total")
READERS_NEED = "readers_need"
"""A value by which any room can say which permission an entry's words need."""

PAGES = {
    "customers.customer": "customer",
    "subscriptions.subscription": "subscription",
    "service_requests.servicerequest": "service_requests:detail",
    "billing.invoice": "billing:invoice",
    "billing.fapiao": "billing:fapiao",
    "billing.receipt": "billing:receipt",
    "billing.remittanceclaim": "billing:claim",
    "billing.partnerinvoice": "billing:partner_invoice",
    "billing.tableimport": "billing:import",
    "billing.partnerpayment": "billing:partner_payment",
    "billing.reconciliationfile": "billing:reconciliation_file",
    "collections_policy.case": "collections_policy:case",
    "collections_policy.sweeprun": "collections_policy:sweep",
}
"""The pages of records by their kind; holds and changes are shown with their subscription."""

PAGES_NEED = {
    "billing.invoice": Permission.SEE_RECEIVABLES,
    "billing.fapiao": Permission.SEE_RECEIVABLES,
    "billing.receipt": Permission.SEE_RECEIVABLES,
    "billing.remittanceclaim": Permission.SEE_RECEIVABLES,
    "billing.tableimport": Permission.SEE_RECEIVABLES,
    "billing.partnerinvoice": Permission.SEE_PARTNER_BILL,
    "billing.partnerpayment": Permission.SEE_PARTNER_BILL,
    "billing.reconciliationfile": Permission.SEE_PARTNER_BILL,
    "collections_policy.case": Permission.WORK_CASES,
    "collections_policy.sweeprun": Permission.WORK_CASES,
}
"""What opening such a page needs; the others are open to everybody who reads the trail."""


@dataclass(frozen=True)
class Change:
    """One value before and after."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class Line:
    """One entry as a person may read it."""

    at: datetime
    kind: str
    what: str
    who: str
    why: str
    url: str
    customer_ref: int | None
    changes: tuple[Change, ...]
    is_redacted: bool


def without_money(user: User, partner: Partner) -> Q:
    """Leaves out what exists only because of money that the person may not see."""
    hidden = Q()
    for beginning in hidden_kinds(user, partner):
        hidden |= Q(kind__startswith=beginning)
    return ~hidden if hidden else Q()


def hidden_kinds(user: User, partner: Partner) -> tuple[str, ...]:
    """The beginnings of the kinds that are left out for this person."""
    return tuple(
        beginning
        for permission, beginnings in KINDS_ABOUT_MONEY.items()
        if not can(user, permission, partner)
        for beginning in beginnings
    )


def lines(entries: Iterable[AuditEntry], user: User, partner: Partner) -> list[Line]:
    """Entries of one partner as this person may read them."""
    return [line(entry, user, partner) for entry in entries]


def line(entry: AuditEntry, user: User, partner: Partner) -> Line:
    """One entry; without its reason and values where the person may not read them."""
    is_open = may_read_words(entry, user, partner)
    return Line(
        at=entry.at,
        kind=entry.kind,
        what=label_of(entry.kind),
        who=entry.by_name,
        why=reason_of(entry.reason) if is_open else "",
        url=_page_of(entry) if _may_open(entry, user, partner) else "",
        customer_ref=entry.customer_ref,
        changes=_changes(entry) if is_open else (),
        is_redacted=not is_open,
    )


def may_read_words(entry: AuditEntry, user: User, partner: Partner) -> bool:
    """Whether the person may read the reason and the values of an entry."""
    needed = entry.after.get(READERS_NEED)
    if needed is not None:
        return can(user, Permission(needed), partner)
    for permission, beginnings in KINDS_ABOUT_MONEY.items():
        if entry.kind.startswith(beginnings):
            return can(user, permission, partner)
    return _is_free_of_amounts(entry) or can(user, Permission.SEE_RECEIVABLES, partner)


def _is_free_of_amounts(entry: AuditEntry) -> bool:
    if not entry.kind.startswith(OPEN_KINDS):
        return False
    if entry.kind.startswith("hold.") and entry.after.get("reason") == "non_payment":
        return False
    names = {*entry.before, *entry.after}
    return not any(word in name.lower() for name in names for word in AMOUNT_WORDS)


def _changes(entry: AuditEntry) -> tuple[Change, ...]:
    names = dict.fromkeys([*entry.before, *entry.after])
    return tuple(
        Change(name_of(name), _shown(entry.before, name), _shown(entry.after, name))
        for name in names
        if name != READERS_NEED
    )


def _shown(values: Mapping[str, Any], name: str) -> object:
    value = values.get(name)
    return "" if value is None else value


def _may_open(entry: AuditEntry, user: User, partner: Partner) -> bool:
    needed = PAGES_NEED.get(entry.subject_kind)
    return needed is None or can(user, needed, partner)


def _page_of(entry: AuditEntry) -> str:
    """The page of the record an entry is about; empty when the record has none."""
    name, key = PAGES.get(entry.subject_kind), entry.subject_id
    if name is None and "subscription" in entry.after:
        name, key = "subscription", entry.after["subscription"]
    try:
        return reverse(name, args=[key]) if name else ""
    except NoReverseMatch:
        return ""
