"""Shows what an act on the ledger does before it happens, and lets only what was shown happen.

A preview is the act itself: it is done, looked at, and undone again. When a person confirms, the
act is done once more and kept only if it does what the person was shown; otherwise it is undone
and the new preview is shown. So a preview can't be wrong, and a second click, or a second person on
the same receipt, changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet

from billing.models import Allocation, Invoice, Receipt
from billing.receipts import with_parts
from customers.models import Customer
from partners import audit
from partners.models import AuditEntry

_SALT = "billing.previews"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a person wants to do to a receipt.

    `customer_ids`: everybody whose money it moves. `asked`: what the person filled in, without the
    reason: after other wishes a preview is new, after the same wishes something has changed.
    """

    receipt: Receipt
    customer_ids: frozenset[int]
    asked: str
    do: Callable[[], object]


@dataclass(frozen=True)
class Effect:
    """What happens to one invoice: settled by an amount of a receipt, or reopened by it."""

    customer_id: int
    invoice: Invoice
    amount: Decimal
    open_amount: Decimal
    """Of the invoice, afterwards."""
    rule: str = ""


@dataclass(frozen=True)
class PartAfter:
    """A receipt that counts afterwards: the whole one, or its parts."""

    customer: Customer | None
    amount: Decimal
    settled: Decimal
    left: Decimal
    is_reversed: bool


@dataclass(frozen=True)
class Preview:
    """What an act does. Amounts in the receipt's currency."""

    currency: str
    reopens: tuple[Effect, ...]
    settles: tuple[Effect, ...]
    parts: tuple[PartAfter, ...]
    fingerprint: str
    is_done: bool = False


@dataclass(frozen=True)
class Shown:
    """What a page showed to a person, as it comes back with the form."""

    asked: str = ""
    fingerprint: str = ""
    newest_entry: int = 0
    """The newest entry of the trail about the receipt at that time."""


def attempt(act: Act, shown: Shown) -> Preview:
    """Do it if it still does what was shown; else change nothing and say what it would do now.

    Raises what the act raises; then nothing was changed either.
    """
    with transaction.atomic():
        Customer.objects.lock(act.customer_ids)
        preview = _observed(act)
        if shown.asked != act.asked or shown.fingerprint != preview.fingerprint:
            transaction.set_rollback(True)
            return preview
    return replace(preview, is_done=True)


def token(act: Act, preview: Preview) -> str:
    """What a page carries to say what it showed; nobody can make one up."""
    newest = _entries(act.receipt).order_by("-id").values_list("id", flat=True).first() or 0
    return signing.dumps([act.asked, preview.fingerprint, newest], salt=_SALT, compress=True)


def shown_by(text: str) -> Shown:
    """What the page showed; nothing if the token is missing or not ours."""
    try:
        asked, fingerprint, newest = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return Shown()
    return Shown(asked, fingerprint, newest)


def asked(wishes: Mapping[str, object]) -> str:
    """What a person filled in, in short."""
    return _digest(f"{name}={getattr(value, 'pk', value)}" for name, value in wishes.items())


def news(receipt: Receipt, shown: Shown) -> list[AuditEntry]:
    """What was done to the receipt since the page showed it, oldest first."""
    return list(_entries(receipt).filter(id__gt=shown.newest_entry).order_by("id")[:10])


def _entries(receipt: Receipt) -> QuerySet[AuditEntry]:
    """What was done to the receipt, and to what it settles."""
    settled = map(str, receipt.allocations.values_list("pk", flat=True))
    about = Q(subject_kind=audit.subject_kind(receipt), subject_id=str(receipt.pk))
    about |= Q(subject_kind=Allocation._meta.label_lower, subject_id__in=list(settled))
    return AuditEntry.objects.filter(about, partner_id=receipt.partner_id)


def _observed(act: Act) -> Preview:
    before, was = _standing(act.receipt), _state(act.receipt)
    act.do()
    after, rows = _standing(act.receipt), with_parts(act.receipt)
    reopened = [row for pk, row in before.items() if pk not in after]
    settled = [row for pk, row in after.items() if pk not in before]
    rows_of = Invoice.objects.select_related("customer")
    invoices = rows_of.in_bulk({row.invoice_id for row in [*reopened, *settled]})
    reopens = tuple(_effect(row, invoices[row.invoice_id]) for row in reopened)
    settles = tuple(_effect(row, invoices[row.invoice_id]) for row in settled)
    parts = tuple(_part(row) for row in rows if row.is_reversed or not row.is_split)
    return Preview(
        currency=act.receipt.currency,
        reopens=reopens,
        settles=settles,
        parts=parts,
        fingerprint=_digest([*was, *map(_line, reopens), *map(_line, settles), *map(str, parts)]),
    )


def _standing(receipt: Receipt) -> dict[int, Allocation]:
    rows = Allocation.objects.standing().filter(receipt__in=with_parts(receipt))
    return {row.pk: row for row in rows.order_by("id")}


def _state(receipt: Receipt) -> list[str]:
    """What a receipt and its parts are, as far as it matters for what may be done to them."""
    return [
        f"{row.pk}:{row.customer_id}:{row.allocated}:{row.refunded}:{row.reversed_at}:{row.split_at}"
        for row in with_parts(receipt)
    ]


def _effect(row: Allocation, invoice: Invoice) -> Effect:
    rule = str(row.get_rule_display())
    return Effect(invoice.customer_id, invoice, row.amount, invoice.open_amount, rule)


def _part(row: Receipt) -> PartAfter:
    return PartAfter(
        customer=row.customer,
        amount=row.amount,
        settled=row.allocated,
        left=row.unallocated,
        is_reversed=row.is_reversed,
    )


def _line(effect: Effect) -> str:
    return f"{effect.invoice.pk}:{effect.amount}:{effect.open_amount}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
