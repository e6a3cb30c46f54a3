"""Records what happens to fapiao. Where terms count from the delivery, due dates follow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from billing import remembering
from billing.fapiao import lifecycle
from billing.lifecycle import InvalidTransition
from billing.models import Fapiao, FapiaoCover, FapiaoStatus, Invoice
from billing.terms import DueDates
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User


class NotIssued(Exception):
    """Only an issued invoice has a fapiao."""


class AlreadyCovered(Exception):
    """Another fapiao stands for one of these invoices."""


class NumberTaken(Exception):
    """A standing fapiao of this partner has the number."""


class NotOneCustomer(Exception):
    """A fapiao is made out to one customer, in one currency."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands on an issued fapiao. The amount includes VAT, in the currency of its invoices."""

    number: str
    type: str
    issued_on: date | None
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Correction(Facts):
    """All that is known of a fapiao, as it should have been recorded."""

    status: FapiaoStatus
    delivered_on: date | None = None
    delivery: str = ""


def request(invoices: Sequence[Invoice], *, wanted: str, by: User | None, reason: str) -> Fapiao:
    """The customer wants one fapiao for these invoices.

    Raises NotIssued, NotOneCustomer, AlreadyCovered.
    """
    with _locked(invoices[0].customer_id) as customer:
        fapiao = _new(customer, invoices, by)
        fapiao.type = wanted
        _move(fapiao, FapiaoStatus.REQUESTED, "fapiao.requested", by=by, reason=reason)
    return fapiao


def record_issued(
    invoices: Sequence[Invoice], facts: Facts, *, by: User | None, reason: str
) -> Fapiao:
    """The tax bureau's system issued a fapiao for these invoices, asked for before or not.

    Raises NotIssued, NotOneCustomer, AlreadyCovered, NumberTaken.
    """
    with _locked(invoices[0].customer_id) as customer:
        fapiao = _requested_for(invoices) or _new(customer, invoices, by)
        _write(fapiao, facts)
        _move(fapiao, FapiaoStatus.ISSUED, "fapiao.issued", by=by, reason=reason)
    return fapiao


def issue_many(
    answers: Iterable[tuple[Invoice, Facts]], *, by: User | None, reason: str
) -> list[Fapiao]:
    """Record many, all or nothing; the same number for several invoices is one fapiao.

    Raises as `record_issued`.
    """
    together: dict[tuple[int, str], list[tuple[Invoice, Facts]]] = {}
    for invoice, facts in answers:
        together.setdefault((invoice.customer_id, facts.number), []).append((invoice, facts))
    with transaction.atomic():
        Customer.objects.lock({customer_id for customer_id, _number in together})
        return [
            record_issued([invoice for invoice, _ in rows], rows[0][1], by=by, reason=reason)
            for rows in together.values()
        ]


def deliver(fapiao: Fapiao, *, on: date, how: str, by: User | None, reason: str) -> Fapiao:
    """The customer has it since this day of the partner's zone. Raises InvalidTransition."""
    with _fresh(fapiao) as fresh:
        _ensure_at(fresh, FapiaoStatus.ISSUED, FapiaoStatus.DELIVERED)
        fresh.delivered_on, fresh.delivery = on, how
        _move(fresh, FapiaoStatus.DELIVERED, "fapiao.delivered", by=by, reason=reason)
    return fresh


def red_letter(
    fapiao: Fapiao, *, on: date, red_number: str, by: User | None, reason: str
) -> Fapiao:
    """It was taken back by a red-letter fapiao; its invoices may get another.

    Raises InvalidTransition.
    """
    with _fresh(fapiao) as fresh:
        _ensure_at(fresh, FapiaoStatus.ISSUED, FapiaoStatus.RED_LETTERED, FapiaoStatus.DELIVERED)
        fresh.red_lettered_on, fresh.red_number = on, red_number
        _move(fresh, FapiaoStatus.RED_LETTERED, "fapiao.red_lettered", by=by, reason=reason)
    return fresh


def correct(fapiao: Fapiao, correction: Correction, *, by: User | None, reason: str) -> Fapiao:
    """Something was recorded wrongly: other facts, or a step that never happened.

    Raises InvalidTransition, NumberTaken, AlreadyCovered.
    """
    with _fresh(fapiao) as fresh:
        here, to = FapiaoStatus(fresh.status), correction.status
        if to != here and to not in lifecycle.CORRECTIONS[here]:
            raise InvalidTransition(here, to)
        before = _told(fresh)
        _write(fresh, correction)
        is_delivered = to in {FapiaoStatus.DELIVERED, FapiaoStatus.RED_LETTERED}
        fresh.delivered_on = correction.delivered_on if is_delivered else None
        fresh.delivery = correction.delivery if is_delivered else ""
        if to != FapiaoStatus.RED_LETTERED:
            fresh.red_lettered_on, fresh.red_number = None, ""
        if to == FapiaoStatus.REQUESTED:
            fresh.number, fresh.issued_on, fresh.amount = "", None, None
        _move(fresh, to, "fapiao.corrected", by=by, reason=reason, before=before)
    return fresh


@contextmanager
def _locked(customer_id: int) -> Iterator[Customer]:
    """A transaction under the customer's lock, in which the facts of money change."""
    with transaction.atomic():
        [customer] = Customer.objects.lock([customer_id])
        yield customer
        facts_changed([customer])


@contextmanager
def _fresh(fapiao: Fapiao) -> Iterator[Fapiao]:
    with _locked(fapiao.customer_id):
        yield Fapiao.objects.select_related("partner__settings").get(pk=fapiao.pk)


def _ensure_at(fapiao: Fapiao, here: FapiaoStatus, to: FapiaoStatus, *also: FapiaoStatus) -> None:
    """A second click, or a correction, must not pass for this step."""
    if fapiao.status not in {here, *also}:
        raise InvalidTransition(fapiao.status, to)


def _requested_for(invoices: Sequence[Invoice]) -> Fapiao | None:
    """The one request that covers exactly these invoices. Raises AlreadyCovered for another."""
    covers = FapiaoCover.objects.filter(is_standing=True, invoice__in=invoices)
    standing = {cover.fapiao_id for cover in covers}
    if not standing:
        return None
    found = Fapiao.objects.select_related("partner__settings").get(pk=min(standing))
    covered = set(found.covers.values_list("invoice_id", flat=True))
    if len(standing) > 1 or not found.is_requested or covered != {row.pk for row in invoices}:
        raise AlreadyCovered(_named(invoices))
    return found


def _new(customer: Customer, invoices: Sequence[Invoice], by: User | None) -> Fapiao:
    fresh = list(Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices]))
    if not all(invoice.is_issued for invoice in fresh):
        raise NotIssued(_named(fresh))
    if {(row.customer_id, row.currency) for row in fresh} != {(customer.pk, fresh[0].currency)}:
        raise NotOneCustomer(_named(fresh))
    fapiao = Fapiao.objects.create(
        partner=customer.partner, customer=customer, created_by=by, created_at=clock.now()
    )
    covers = [
        FapiaoCover(partner_id=customer.partner_id, fapiao=fapiao, invoice=invoice)
        for invoice in fresh
    ]
    try:
        with transaction.atomic():
            FapiaoCover.objects.bulk_create(covers)
    except IntegrityError as error:
        raise AlreadyCovered(_named(fresh)) from error
    return fapiao


def _named(invoices: Sequence[Invoice]) -> str:
    return ", ".join(str(invoice) for invoice in invoices)


def _write(fapiao: Fapiao, facts: Facts) -> None:
    fapiao.number, fapiao.type = facts.number, facts.type
    fapiao.issued_on, fapiao.amount = facts.issued_on, facts.amount


def _move(
    fapiao: Fapiao,
    status: FapiaoStatus,
    kind: str,
    *,
    by: User | None,
    reason: str,
    before: Mapping[str, object] | None = None,
) -> None:
    """Move it, let due dates follow, and tell the trail, on the fapiao and on each invoice."""
    before = before or {"status": fapiao.status}
    try:
        with transaction.atomic():
            lifecycle.move(fapiao, status)
    except IntegrityError as error:
        taken = "one_standing_fapiao_per_number" in str(error)
        raise (NumberTaken if taken else AlreadyCovered)(fapiao.number) from error
    audit.record(_fact(fapiao, kind, reason, before, _told(fapiao)), by=by)
    _follow(fapiao, by=by, reason=reason)


def _follow(fapiao: Fapiao, *, by: User | None, reason: str) -> None:
    """Set due dates that count from the delivery; the sweep has to see such invoices anew."""
    dates = DueDates(fapiao.partner)
    delivered_on = fapiao.delivered_on if fapiao.status == FapiaoStatus.DELIVERED else None
    for invoice in fapiao.invoices.all():
        due_on = dates.of(invoice.terms, delivered_on) if delivered_on else None
        if not invoice.terms.waits_for_fapiao or due_on == invoice.due_on:
            continue
        audit.record(_due_fact(invoice, due_on, reason), by=by)
        invoice.due_on, invoice.overdue_flagged_on = due_on, None
        invoice.save(update_fields=["due_on", "overdue_flagged_on"])
        remembering.due_date_moved(invoice, by=by)


def _told(fapiao: Fapiao) -> dict[str, object]:
    return {
        "status": fapiao.status,
        "number": fapiao.number,
        "type": fapiao.type,
        "issued_on": fapiao.issued_on,
        "amount": fapiao.amount,
        "delivered_on": fapiao.delivered_on,
        "delivery": fapiao.delivery,
        "red_number": fapiao.red_number,
    }


def _fact(
    fapiao: Fapiao,
    kind: str,
    reason: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> audit.Fact:
    return audit.Fact(
        partner_id=fapiao.partner_id,
        customer_id=fapiao.customer_id,
        subject=fapiao,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )


def _due_fact(invoice: Invoice, due_on: date | None, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind="invoice.due_date_set",
        reason=reason,
        before={"due_on": invoice.due_on},
        after={"due_on": due_on},
    )
