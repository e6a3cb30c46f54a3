"""Finds what lists of invoices and receipts show, by the filters of their addresses."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from billing import rules
from billing.models import Dispute, Invoice, InvoiceStatus, Receipt, RemittanceClaim
from billing.models.claim import ClaimQuerySet
from billing.models.dispute import DisputeQuerySet, DisputeStatus
from billing.models.invoice import InvoiceQuerySet
from billing.models.receipt import ReceiptQuerySet
from customers.models import Customer
from partners.models import Partner, User

FEW = 1000
NEWEST_FIRST = ("-id",)
OLDEST_DUE_FIRST = ("due_on", "id")
LATEST_RECEIVED_FIRST = ("-received_on", "-id")
RECEIPT_ORDERS = {
    "oldest": ("received_on", "id"),
    "highest": ("-amount", "-id"),
    "lowest": ("amount", "id"),
}


def invoices(partner: Partner, filters: dict[str, Any], today: date) -> InvoiceQuerySet:
    """Invoices of one partner, with their customers."""
    found = Invoice.objects.of_partner(partner).select_related("customer")
    if text := filters["q"].strip():
        numbered = Q(number__in={text, text.upper()})
        found = found.filter(numbered | Q(customer__in=_named(partner, text)))
    return _in_state(found, filters["state"], today)


def drafts(partner: Partner, text: str) -> InvoiceQuerySet:
    """Drafts of one partner, with what their review needs; of customers of this name, if any."""
    found = Invoice.objects.of_partner(partner).drafts().select_related("customer", "source_file")
    return found.filter(Q(customer__in=_named(partner, text))) if text else found


def invoice_order(filters: dict[str, Any]) -> tuple[str, ...]:
    """Overdue ones by age, all others newest first."""
    return OLDEST_DUE_FIRST if filters.get("state") == "overdue" else NEWEST_FIRST


def receipts(partner: Partner, filters: dict[str, Any]) -> ReceiptQuerySet:
    """Receipts of one partner, with their customers."""
    found = Receipt.objects.of_partner(partner).select_related("customer")
    if text := filters["q"].strip():
        found = found.filter(
            Q(payer__icontains=text)
            | Q(remark__icontains=text)
            | Q(bank_serial__in={text, text.upper()})
            | Q(customer__in=_named(partner, text))
        )
    if filters["since"]:
        found = found.filter(received_on__gte=filters["since"])
    if filters["until"]:
        found = found.filter(received_on__lte=filters["until"])
    if filters["least"]:
        found = found.filter(amount__gte=filters["least"])
    if filters["most"]:
        found = found.filter(amount__lte=filters["most"])
    return _receipts_in_state(found, filters["state"])


def receipt_order(filters: dict[str, Any]) -> tuple[str, ...]:
    """As the person chose, else latest received first."""
    return RECEIPT_ORDERS.get(filters.get("sort", ""), LATEST_RECEIVED_FIRST)


def disputes(partner: Partner, filters: dict[str, Any], user: User, today: date) -> DisputeQuerySet:
    """Disputes of one partner, open ones unless others are asked for."""
    found = Dispute.objects.of_partner(partner).select_related("invoice", "customer", "assigned_to")
    found = found.prefetch_related("lines__line")
    if filters["state"] != "any":
        found = found.filter(status=filters["state"] or DisputeStatus.OPEN)
    if text := filters["q"].strip():
        numbered = Q(invoice__number__in={text, text.upper()})
        found = found.filter(numbered | Q(customer__in=_named(partner, text)))
    if filters["code"]:
        found = found.filter(code=filters["code"])
    if filters["age"]:
        latest = today - timedelta(days=int(filters["age"]) - 1)
        found = found.filter(opened_at__lt=datetime.combine(latest, time.min, partner.zone))
    if filters["who"]:
        found = found.filter(assigned_to=user if filters["who"] == "me" else None)
    return found.filter(follow_up_on__lte=today) if filters["due"] else found


def claims(partner: Partner, filters: dict[str, Any]) -> ClaimQuerySet:
    """Payments on their way of one partner, with their customers."""
    found = RemittanceClaim.objects.of_partner(partner).select_related("customer", "partner")
    if text := filters["q"].strip():
        serial = Q(bank_serial=rules.folded(text))
        found = found.filter(serial | Q(customer__in=_named(partner, text)))
    return found.filter(status=filters["state"]) if filters["state"] else found


def _named(partner: Partner, text: str) -> list[int] | QuerySet[Customer, tuple[int]]:
    """Customers of this name: their ids while they are few, so that indexes find their rows."""
    named = Customer.objects.of_partner(partner).matching(text).order_by().values_list("pk")
    ids = [pk for (pk,) in named[: FEW + 1]]
    return ids if len(ids) <= FEW else named


def _in_state(found: InvoiceQuerySet, state: str, today: date) -> InvoiceQuerySet:
    states: dict[str, Callable[[], InvoiceQuerySet]] = {
        "draft": found.drafts,
        "owed": found.owed,
        "overdue": lambda: found.overdue(today),
        "disputed": lambda: found.owed().filter(disputed_since__isnull=False),
        "unconfirmed": found.unconfirmed,
        "late_charges": found.late_charges,
        "settled": lambda: found.filter(status=InvoiceStatus.ISSUED, open_amount=0),
        "void": lambda: found.filter(status=InvoiceStatus.VOID),
    }
    return states[state]() if state in states else found


def _receipts_in_state(found: ReceiptQuerySet, state: str) -> ReceiptQuerySet:
    states: dict[str, Callable[[], ReceiptQuerySet]] = {
        "unidentified": found.unidentified,
        "credit": lambda: found.with_credit().filter(customer__isnull=False),
        "settled": lambda: found.standing().filter(unallocated=0),
        "refunded": lambda: found.filter(refunded__gt=0),
        "split": lambda: found.filter(split_at__isnull=False),
        "reversed": lambda: found.filter(reversed_at__isnull=False),
    }
    return states[state]() if state in states else found
