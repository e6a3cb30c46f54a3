"""Credit notes as documents: drafted with lines, reviewed, issued like invoices, or dropped.

An issued credit note lowers open invoices of its customer and currency: those a person chose, or
the undisputed ones, oldest due date first. What is left stays to the customer's credit, and
`ledger.apply_credit` uses it for what falls due later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from billing import ledger, lifecycle, numbering, rules
from billing.invoicing import Charge, NotADraft
from billing.models import CreditNote, CreditNoteLine, CreditUse, Invoice
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User


@dataclass(frozen=True, kw_only=True)
class DraftCredit:
    """A credit note to be, in one currency; its charges are what is taken back, positive."""

    customer: Customer
    currency: str
    charges: Sequence[Charge]
    extra: dict[str, object] = field(default_factory=dict)


def create_credit_drafts(
    drafts: Sequence[DraftCredit], *, by: User | None, reason: str
) -> list[CreditNote]:
    """Store drafts with their lines and audit entries. They lower nothing until they are issued."""
    at = clock.now()
    with transaction.atomic():
        notes = CreditNote.objects.bulk_create(
            CreditNote(
                partner_id=draft.customer.partner_id,
                customer=draft.customer,
                currency=draft.currency,
                amount=sum((charge.gross for charge in draft.charges), Decimal(0)),
                reason=reason,
                made_by=by,
                made_at=at,
                **draft.extra,
            )
            for draft in drafts
        )
        CreditNoteLine.objects.bulk_create(
            (
                _line(note, position, charge)
                for note, draft in zip(notes, drafts, strict=True)
                for position, charge in enumerate(draft.charges, start=1)
            ),
            batch_size=1000,
        )
        audit.record_many((_drafted(note, reason) for note in notes), by=by)
    return notes


def issue_credit_note(
    note: CreditNote, *, lower: Sequence[Invoice] | None = None, by: User | None, reason: str
) -> list[CreditUse]:
    """Number a draft and lower invoices by it: those given, else by the rule.

    Returns what was lowered. Raises NotADraft, WrongInvoice.
    """
    with transaction.atomic():
        Customer.objects.lock([note.customer_id])
        fresh = CreditNote.objects.select_related("partner", "customer").get(pk=note.pk)
        if not fresh.is_draft:
            raise NotADraft
        chosen = _oldest_first(fresh) if lower is None else _as_they_are_now(lower)
        facts_changed([fresh.customer])
        fresh.issued_on = clock.business_date(fresh.partner)
        [fresh.number] = numbering.take(
            fresh.partner, numbering.CREDIT_NOTES, fresh.issued_on.year, 1
        )
        lifecycle.issue_credit_note(fresh, by=by, reason=reason)
        return ledger.use_credit_note(fresh, chosen, by=by, reason=reason)


def void_credit_draft(note: CreditNote, *, by: User | None, reason: str) -> None:
    """Drop a draft. Raises NotADraft for one that was issued."""
    with transaction.atomic():
        Customer.objects.lock([note.customer_id])
        fresh = CreditNote.objects.get(pk=note.pk)
        try:
            lifecycle.void_credit_notes([fresh], by=by, reason=reason)
        except lifecycle.InvalidTransition as error:
            raise NotADraft from error


def invoices_to_lower(note: CreditNote) -> list[Invoice]:
    """The open invoices that the credit note could lower, disputed ones among them."""
    owed = Invoice.objects.owed().filter(customer_id=note.customer_id, currency=note.currency)
    return list(owed.oldest_first())


def _oldest_first(note: CreditNote) -> list[tuple[Invoice, Decimal]]:
    """All that is open and not disputed."""
    return [
        (invoice, ledger.debt(invoice).undisputed_amount) for invoice in invoices_to_lower(note)
    ]


def _as_they_are_now(invoices: Sequence[Invoice]) -> list[tuple[Invoice, Decimal]]:
    fresh = Invoice.objects.in_bulk([invoice.pk for invoice in invoices])
    return [(fresh[row.pk], fresh[row.pk].open_amount) for row in invoices]


def _line(note: CreditNote, position: int, charge: Charge) -> CreditNoteLine:
    net = rules.cents(charge.net)
    return CreditNoteLine(
        partner_id=note.partner_id,
        credit_note=note,
        position=position,
        description=charge.description,
        subscription_id=charge.subscription_id,
        source_line_id=charge.source_line_id,
        quantity=charge.quantity,
        unit_price=charge.unit_price,
        period_from=charge.period_from,
        period_to=charge.period_to,
        net=net,
        vat_rate=charge.vat_rate,
        vat=charge.gross - net,
        gross=charge.gross,
    )


def _drafted(note: CreditNote, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=note.partner_id,
        customer_id=note.customer_id,
        subject=note,
        kind="credit_note.drafted",
        reason=reason,
        after={"amount": note.amount, "currency": note.currency},
    )
