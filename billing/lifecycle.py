"""The state machines of invoices and disputes, and the only module that writes their status.

Every verb runs under the customer's lock and shares its transaction with its audit entries.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from billing.models import CreditNote, Dispute, DisputeOutcome, Invoice, InvoiceStatus
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


def void(invoice: Invoice, *, by: User | None, reason: str) -> None:
    """Drop a draft; it never had a number."""
    _move_many([invoice], InvoiceStatus.VOID, by=by, reason=reason)


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


def _move_many(
    invoices: Sequence[Invoice],
    to: InvoiceStatus,
    *,
    by: User | None,
    reason: str,
    fields: tuple[str, ...] = (),
) -> None:
    """Take one step for all. Raises InvalidTransition and CustomerNotLocked before any is taken.

    Invoices that are there already are left as they are.
    """
    moving = [invoice for invoice in invoices if invoice.status != to]
    before = {invoice.pk: InvoiceStatus(invoice.status) for invoice in moving}
    for invoice in moving:
        locks.ensure_locked(invoice.customer_id)
        if to not in TRANSITIONS[before[invoice.pk]]:
            raise InvalidTransition(before[invoice.pk], to)
    with transaction.atomic():
        for invoice in moving:
            invoice.status = to
        Invoice.objects.bulk_update(moving, ["status", *fields], batch_size=1000)
        audit.record_many((_fact(invoice, before, to, reason) for invoice in moving), by=by)


def _fact(
    invoice: Invoice, before: Mapping[int, InvoiceStatus], to: InvoiceStatus, reason: str
) -> audit.Fact:
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind="invoice.voided" if to == InvoiceStatus.VOID else f"invoice.{to.value}",
        reason=reason,
        before={"status": before[invoice.pk]},
        after={
            "status": to,
            "number": invoice.number,
            "total": invoice.total,
            "currency": invoice.currency,
            "due_on": invoice.due_on,
        },
    )
