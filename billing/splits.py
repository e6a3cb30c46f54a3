"""Divides one payment among several customers, and puts it together again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from billing import claims, ledger, remembering
from billing.models import Receipt
from billing.receipts import AlreadyAssigned, AlreadySplit, WasRefunded
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User

FEWEST_PARTS = 2


class NotTheWhole(Exception):
    """The parts are not two or more, or do not add up to the payment."""


class PartsInUse(Exception):
    """A part settles invoices, was refunded or was divided itself."""


@dataclass(frozen=True)
class Part:
    """An amount of a payment, and whose it is; None: not known yet."""

    customer: Customer | None
    amount: Decimal


def split(
    receipt: Receipt, parts: Sequence[Part], *, by: User | None, reason: str
) -> list[Receipt]:
    """Divide a payment into parts, which settle by the rule what they can.

    The payment itself stays as the bank showed it and counts no more. What it settled before is
    reopened first. Raises NotTheWhole, AlreadySplit, WasRefunded, ledger.AlreadyReversed.
    """
    if len(parts) < FEWEST_PARTS or sum(part.amount for part in parts) != receipt.amount:
        raise NotTheWhole
    with transaction.atomic():
        involved = _lock([receipt.customer_id, *(_id_of(part.customer) for part in parts)])
        fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
        _ensure_whole(fresh, receipt.customer_id)
        ledger.release(fresh, by=by, reason=reason)
        at = _divide(fresh, by, reason)
        rows = [_row(fresh, part, by, at) for part in parts]
        Receipt.objects.bulk_create(rows)
        remembering.recorded(rows, by=by)
        audit.record(_fact(fresh, "receipt.split", reason, rows), by=by)
        audit.record_many((_fact(row, "receipt.part_recorded", reason) for row in rows), by=by)
        facts_changed(involved)
        for row in rows:
            if row.customer_id is not None:
                ledger.allocate_automatically(row, by=by, reason=reason)
                claims.match(row, by=by)
    return list(Receipt.objects.filter(pk__in=[row.pk for row in rows]).order_by("id"))


def undo(receipt: Receipt, *, by: User | None, reason: str) -> Receipt:
    """Put a divided payment together again, while its parts settle nothing.

    Raises PartsInUse, ledger.AlreadyReversed.
    """
    with transaction.atomic():
        parts = list(receipt.parts.filter(reversed_at=None).order_by("id"))
        involved = _lock([receipt.customer_id, *(part.customer_id for part in parts)])
        for part in parts:
            claims.receipt_gone(part, by=by)
            _take_back(part, by, reason)
        divided = Receipt.objects.filter(
            Q(customer_id=receipt.customer_id),
            pk=receipt.pk,
            reversed_at=None,
            split_at__isnull=False,
        )
        if not divided.update(split_at=None, split_by=None, split_reason=""):
            raise ledger.AlreadyReversed
        fresh = Receipt.objects.select_related("partner", "customer").get(pk=receipt.pk)
        audit.record(_fact(fresh, "receipt.split_undone", reason, parts), by=by)
        facts_changed(involved)
    return fresh


def _lock(customer_ids: Iterable[int | None]) -> list[Customer]:
    return list(Customer.objects.lock({pk for pk in customer_ids if pk is not None}))


def _id_of(customer: Customer | None) -> int | None:
    return customer.pk if customer else None


def _ensure_whole(receipt: Receipt, customer_id: int | None) -> None:
    if receipt.is_reversed:
        raise ledger.AlreadyReversed
    if receipt.is_split:
        raise AlreadySplit
    if receipt.refunded:
        raise WasRefunded
    if receipt.customer_id != customer_id:
        raise AlreadyAssigned


def _divide(receipt: Receipt, by: User | None, reason: str) -> datetime:
    """Let the parts count instead, unless somebody else was quicker."""
    now = clock.now()
    whole = Receipt.objects.standing().filter(
        Q(customer_id=receipt.customer_id), pk=receipt.pk, allocated=0, refunded=0
    )
    if not whole.update(split_at=now, split_by=by, split_reason=reason):
        raise AlreadySplit
    return now


def _row(receipt: Receipt, part: Part, by: User | None, at: datetime) -> Receipt:
    """A part is a receipt of its own; the bank's serial number stays with the payment."""
    return Receipt(
        partner=receipt.partner,
        customer=part.customer,
        split_from=receipt,
        bank_account=receipt.bank_account,
        amount=part.amount,
        currency=receipt.currency,
        received_on=receipt.received_on,
        payer=receipt.payer,
        payer_account=receipt.payer_account,
        remark=receipt.remark,
        recorded_by=by,
        recorded_at=at,
    )


def _take_back(part: Receipt, by: User | None, reason: str) -> None:
    unused = Receipt.objects.standing().filter(
        Q(customer_id=part.customer_id), pk=part.pk, allocated=0, refunded=0
    )
    if not unused.update(reversed_by=by, reversed_at=clock.now(), reversed_reason=reason):
        raise PartsInUse
    part.refresh_from_db()
    audit.record(_fact(part, "receipt.part_undone", reason), by=by)


def _fact(receipt: Receipt, kind: str, reason: str, parts: Sequence[Receipt] = ()) -> audit.Fact:
    after = {
        "amount": receipt.amount,
        "currency": receipt.currency,
        "customer": receipt.customer_id,
        "part_of": receipt.split_from_id,
    }
    amounts = " + ".join(str(part.amount) for part in parts)
    return audit.Fact(
        partner_id=receipt.partner_id,
        customer_id=receipt.customer_id,
        subject=receipt,
        kind=kind,
        reason=reason,
        after={**after, "amounts": amounts} if parts else after,
    )
