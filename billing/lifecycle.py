"""The states of invoices, credit notes, disputes and claims: the only module that writes them.

Every verb runs under the customer's lock and shares its transaction with its audit entries.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from billing.models import (
    ClaimStatus,
    CreditNote,
    Dispute,
    DisputeOutcome,
    Invoice,
    InvoiceStatus,
    Receipt,
    RemittanceClaim,
)
from billing.models.dispute import DisputeStatus
from customers import locks
from partners import audit, clock
from partners.models import User

TRANSITIONS: dict[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.DRAFT: frozenset({InvoiceStatus.ISSUED, InvoiceStatus.VOID}),
    InvoiceStatus.ISSUED: frozenset(),
    InvoiceStatus.VOID: frozenset(),
}
"""An issued invoice is never made void: it is credited, so that its number stays explained."""


CLAIM_TRANSITIONS: dict[ClaimStatus, frozenset[ClaimStatus]] = {
    ClaimStatus.OPEN: frozenset({ClaimStatus.MATCHED, ClaimStatus.EXPIRED, ClaimStatus.WITHDRAWN}),
    ClaimStatus.MATCHED: frozenset({ClaimStatus.OPEN}),
    ClaimStatus.EXPIRED: frozenset({ClaimStatus.MATCHED}),
    ClaimStatus.WITHDRAWN: frozenset(),
}
"""A claim whose receipt is reversed is open again; money that came late still makes it true."""


class InvalidTransition(Exception):
    """The machine has no such step from where the record stands."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"{before} → {after}")


def issue_many(invoices: Sequence[Invoice], *, by: User | None, reason: str) -> None:
    """Issue drafts that were given number, date and due date: two statements, however many."""
    _move_many(
        invoices,
        InvoiceStatus.ISSUED,
        by=by,
        reason=reason,
        fields=("number", "issued_on", "due_on"),
    )


def issue_credit_note(note: CreditNote, *, by: User | None, reason: str) -> None:
    """Issue a draft that was given number and date."""
    _move_many([note], InvoiceStatus.ISSUED, by=by, reason=reason, fields=("number", "issued_on"))


def void_credit_notes(notes: Sequence[CreditNote], *, by: User | None, reason: str) -> None:
    """Drop drafts of credit notes; they never had a number."""
    _move_many(notes, InvoiceStatus.VOID, by=by, reason=reason)


def void(invoice: Invoice, *, by: User | None, reason: str) -> None:
    """Drop a draft; it never had a number."""
    void_many([invoice], by=by, reason=reason)


def void_many(invoices: Sequence[Invoice], *, by: User | None, reason: str) -> None:
    """Drop drafts: two statements, however many."""
    _move_many(invoices, InvoiceStatus.VOID, by=by, reason=reason)


def resolve(
    dispute: Dispute,
    *,
    outcome: DisputeOutcome,
    resolution: str,
    credit_note: CreditNote | None = None,
    by: User | None,
    reason: str,
) -> None:
    """Answer an open dispute, maybe with the credit note that was made of it."""
    locks.ensure_locked(dispute.customer_id)
    if not dispute.is_open:
        raise InvalidTransition(dispute.status, DisputeStatus.RESOLVED)
    with transaction.atomic():
        dispute.status = DisputeStatus.RESOLVED
        dispute.outcome, dispute.resolution = outcome, resolution
        dispute.resolved_by, dispute.resolved_at = by, clock.now()
        dispute.credit_note = credit_note
        dispute.save(
            update_fields=[
                "status",
                "outcome",
                "resolution",
                "resolved_by",
                "resolved_at",
                "credit_note",
            ]
        )
        audit.record(
            audit.Fact(
                partner_id=dispute.partner_id,
                customer_id=dispute.customer_id,
                subject=dispute,
                kind="dispute.resolved",
                reason=reason,
                before={"status": DisputeStatus.OPEN},
                after={
                    "status": DisputeStatus.RESOLVED,
                    "outcome": outcome,
                    "credit_note": credit_note.number if credit_note else "",
                },
            ),
            by=by,
        )


def move_claim(
    claim: RemittanceClaim,
    to: ClaimStatus,
    *,
    receipt: Receipt | None = None,
    by: User | None,
    reason: str,
) -> None:
    """Take one step; the receipt is what made it true. Raises InvalidTransition."""
    locks.ensure_locked(claim.customer_id)
    before = ClaimStatus(claim.status)
    if to not in CLAIM_TRANSITIONS[before]:
        raise InvalidTransition(before, to)
    with transaction.atomic():
        claim.status, claim.receipt = to, receipt
        claim.ended_at = None if to == ClaimStatus.OPEN else clock.now()
        claim.save(update_fields=["status", "receipt", "ended_at"])
        audit.record(
            audit.Fact(
                partner_id=claim.partner_id,
                customer_id=claim.customer_id,
                subject=claim,
                kind="claim.reopened" if to == ClaimStatus.OPEN else f"claim.{to.value}",
                reason=reason,
                before={"status": before},
                after={"status": to, "receipt": receipt.pk if receipt else None},
            ),
            by=by,
        )


def _move_many(
    invoices: Sequence[Invoice] | Sequence[CreditNote],
    to: InvoiceStatus,
    *,
    by: User | None,
    reason: str,
    fields: tuple[str, ...] = (),
) -> None:
    """Take one step for all. Raises InvalidTransition and CustomerNotLocked before any is taken.

    Documents that are there already are left as they are.
    """
    moving = [invoice for invoice in invoices if invoice.status != to]
    if not moving:
        return
    before = {invoice.pk: InvoiceStatus(invoice.status) for invoice in moving}
    for invoice in moving:
        locks.ensure_locked(invoice.customer_id)
        if to not in TRANSITIONS[before[invoice.pk]]:
            raise InvalidTransition(before[invoice.pk], to)
    with transaction.atomic():
        for invoice in moving:
            invoice.status = to
        type(moving[0]).objects.bulk_update(
            moving,  # type: ignore[arg-type]  # all of one model
            ["status", *fields],
            batch_size=1000,
        )
        audit.record_many((_fact(invoice, before, to, reason) for invoice in moving), by=by)


def _fact(
    invoice: Invoice | CreditNote,
    before: Mapping[int, InvoiceStatus],
    to: InvoiceStatus,
    reason: str,
) -> audit.Fact:
    after = (
        {"total": invoice.total, "due_on": invoice.due_on}
        if isinstance(invoice, Invoice)
        else {"amount": invoice.amount}
    )
    noun = "invoice" if isinstance(invoice, Invoice) else "credit_note"
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind=f"{noun}.voided" if to == InvoiceStatus.VOID else f"{noun}.{to.value}",
        reason=reason,
        before={"status": before[invoice.pk]},
        after={
            "status": to,
            "number": invoice.number,
            "currency": invoice.currency,
            **after,
        },
    )
