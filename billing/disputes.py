"""Opens, changes and answers customers' objections to invoices or to some of their lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from billing import ledger, lifecycle
from billing.ledger import WrongInvoice
from billing.models import Dispute, DisputeCode, DisputedLine, DisputeOutcome, Invoice
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User

FOR_THE_CUSTOMER = frozenset({DisputeOutcome.UPHELD, DisputeOutcome.PARTLY})


class AlreadyDisputed(Exception):
    """The invoice has an open dispute."""


class NotSoMuch(Exception):
    """More is disputed of a line than it charges, or the line is another invoice's."""


class WrongAward(Exception):
    """What is credited does not go with how the dispute ends."""


@dataclass(frozen=True, kw_only=True)
class Objection:
    """What is objected to, and who answers it. Without parts it is the whole invoice.

    `parts` are gross amounts by the key of the invoice line.
    """

    code: DisputeCode
    text: str
    parts: Mapping[int, Decimal] = field(default_factory=dict)
    assigned_to: User | None = None
    follow_up_on: date | None = None


def dispute(
    invoice: Invoice,
    code: DisputeCode,
    text: str,
    *,
    by: User | None,
    reason: str,
    parts: Mapping[int, Decimal] | None = None,
) -> Dispute:
    """As `open_dispute`, for the whole invoice or for parts of its lines."""
    objection = Objection(code=code, text=text, parts=parts or {})
    return open_dispute(invoice, objection, by=by, reason=reason)


def open_dispute(
    invoice: Invoice, objection: Objection, *, by: User | None, reason: str
) -> Dispute:
    """Record an objection: until it is answered, that part is neither chased nor a ground to
    suspend. The undisputed rest is.

    Raises WrongInvoice when nothing is owed on it, AlreadyDisputed, NotSoMuch.
    """
    with transaction.atomic():
        invoice = _locked(invoice)
        if not invoice.is_issued or not invoice.open_amount:
            raise WrongInvoice
        row = _insert(invoice, objection, by)
        _write_parts(row, invoice, objection.parts)
        _cover(invoice, row)
        audit.record(_fact(row, "dispute.opened", reason, {}, _shown(row)), by=by)
    return row


def change_dispute(row: Dispute, objection: Objection, *, by: User | None, reason: str) -> Dispute:
    """Change what an open dispute is about or who answers it.

    Raises InvalidTransition when it was answered meanwhile, NotSoMuch.
    """
    with transaction.atomic():
        invoice = _locked(row.invoice)
        fresh = Dispute.objects.get(pk=row.pk)
        if not fresh.is_open:
            raise lifecycle.InvalidTransition(fresh.status, fresh.status)
        before = _shown(fresh)
        fresh.code, fresh.text = objection.code, objection.text
        fresh.assigned_to, fresh.follow_up_on = objection.assigned_to, objection.follow_up_on
        fresh.amount = _disputed(invoice, objection.parts)
        fresh.save(update_fields=["code", "text", "assigned_to", "follow_up_on", "amount"])
        _write_parts(fresh, invoice, objection.parts)
        _cover(invoice, fresh)
        audit.record(_fact(fresh, "dispute.changed", reason, before, _shown(fresh)), by=by)
    return fresh


def resolve_dispute(
    row: Dispute,
    outcome: DisputeOutcome,
    resolution: str,
    *,
    by: User | None,
    reason: str,
    award: Decimal | None = None,
) -> Dispute:
    """Answer an objection; what is still open on the invoice is chased again.

    `award` is what the customer need not pay, in the invoice's currency: a credit note made in the
    same act. Raises InvalidTransition, WrongAward, and NothingLeft when less is open.
    """
    with transaction.atomic():
        invoice = _locked(row.invoice)
        fresh = Dispute.objects.get(pk=row.pk)
        if fresh.is_open:
            _check_award(fresh, outcome, award)
        note = None
        if fresh.is_open and award is not None:
            note = ledger.credit(invoice, amount=award, by=by, reason=resolution)
        lifecycle.resolve(
            fresh, outcome=outcome, resolution=resolution, credit_note=note, by=by, reason=reason
        )
        Invoice.objects.filter(pk=invoice.pk).update(disputed_since=None, disputed_amount=0)
        facts_changed([invoice.customer])
    return fresh


def _check_award(row: Dispute, outcome: DisputeOutcome, award: Decimal | None) -> None:
    """In the customer's favour up to all that is disputed, partly less than that, else nothing."""
    if outcome == DisputeOutcome.PARTLY:
        fits = award is not None and 0 < award < row.amount
    elif outcome == DisputeOutcome.UPHELD:
        fits = award is None or 0 < award <= row.amount
    else:
        fits = award is None
    if not fits:
        raise WrongAward


def _locked(invoice: Invoice) -> Invoice:
    Customer.objects.lock([invoice.customer_id])
    return Invoice.objects.select_related("customer", "partner").get(pk=invoice.pk)


def _disputed(invoice: Invoice, parts: Mapping[int, Decimal]) -> Decimal:
    """The gross amount in dispute: of a whole invoice all of it, whatever was paid."""
    return min(sum(parts.values(), Decimal(0)), invoice.total) if parts else invoice.total


def _write_parts(row: Dispute, invoice: Invoice, parts: Mapping[int, Decimal]) -> None:
    """Replace the disputed lines. Raises NotSoMuch."""
    lines = {line.pk: line for line in invoice.lines.filter(pk__in=parts)}
    for pk, amount in parts.items():
        if pk not in lines or not 0 < amount <= lines[pk].gross:
            raise NotSoMuch
    row.lines.all().delete()
    DisputedLine.objects.bulk_create(
        DisputedLine(partner_id=row.partner_id, dispute=row, line=lines[pk], amount=amount)
        for pk, amount in parts.items()
    )


def _cover(invoice: Invoice, row: Dispute) -> None:
    """Take the disputed part out of what may be chased."""
    invoice.disputed_since, invoice.disputed_amount = row.opened_at, row.amount
    invoice.save(update_fields=["disputed_since", "disputed_amount"])
    facts_changed([invoice.customer])


def _insert(invoice: Invoice, objection: Objection, by: User | None) -> Dispute:
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                partner_id=invoice.partner_id,
                customer_id=invoice.customer_id,
                invoice=invoice,
                code=objection.code,
                text=objection.text,
                amount=_disputed(invoice, objection.parts),
                assigned_to=objection.assigned_to,
                follow_up_on=objection.follow_up_on,
                opened_by=by,
                opened_at=clock.now(),
            )
    except IntegrityError as error:
        raise AlreadyDisputed from error


def _shown(row: Dispute) -> dict[str, object]:
    """What the trail keeps of an objection."""
    lines = row.lines.select_related("line")
    return {
        "number": row.invoice.number,
        "code": row.code,
        "amount": row.amount,
        "lines": ", ".join(f"{part.line.position}: {part.amount}" for part in lines),
        "assigned_to": row.assigned_to,
        "follow_up_on": row.follow_up_on,
    }


def _fact(
    row: Dispute,
    kind: str,
    reason: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> audit.Fact:
    return audit.Fact(
        partner_id=row.partner_id,
        customer_id=row.customer_id,
        subject=row,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
