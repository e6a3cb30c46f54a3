"""Opens and answers customers' objections to invoices."""

from django.db import IntegrityError, transaction

from billing import lifecycle
from billing.ledger import WrongInvoice
from billing.models import Dispute, DisputeCode, DisputeOutcome, Invoice
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import User


class AlreadyDisputed(Exception):
    """The invoice has an open dispute."""


def dispute(
    invoice: Invoice, code: DisputeCode, text: str, *, by: User | None, reason: str
) -> Dispute:
    """Record an objection: until it is answered the invoice is neither chased nor a ground to
    suspend.

    Raises WrongInvoice when nothing is owed on it, AlreadyDisputed.
    """
    with transaction.atomic():
        invoice = _locked(invoice)
        if not invoice.is_issued or not invoice.open_amount:
            raise WrongInvoice
        row = _insert(invoice, code, text, by)
        invoice.disputed_since = row.opened_at
        invoice.save(update_fields=["disputed_since"])
        facts_changed([invoice.customer])
        audit.record(
            audit.Fact(
                partner_id=invoice.partner_id,
                customer_id=invoice.customer_id,
                subject=row,
                kind="dispute.opened",
                reason=reason,
                after={"invoice": invoice.pk, "number": invoice.number, "code": code},
            ),
            by=by,
        )
    return row


def resolve_dispute(
    row: Dispute, outcome: DisputeOutcome, resolution: str, *, by: User | None, reason: str
) -> Dispute:
    """Answer an objection; what is still open on the invoice is chased again.

    What the customer need not pay is a credit note of its own. Raises InvalidTransition.
    """
    with transaction.atomic():
        invoice = _locked(row.invoice)
        fresh = Dispute.objects.get(pk=row.pk)
        lifecycle.resolve(fresh, outcome=outcome, resolution=resolution, by=by, reason=reason)
        invoice.disputed_since = None
        invoice.save(update_fields=["disputed_since"])
        facts_changed([invoice.customer])
    return fresh


def _locked(invoice: Invoice) -> Invoice:
    Customer.objects.lock([invoice.customer_id])
    return Invoice.objects.select_related("customer").get(pk=invoice.pk)


def _insert(invoice: Invoice, code: DisputeCode, text: str, by: User | None) -> Dispute:
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                partner_id=invoice.partner_id,
                customer_id=invoice.customer_id,
                invoice=invoice,
                code=code,
                text=text,
                opened_by=by,
                opened_at=clock.now(),
            )
    except IntegrityError as error:
        raise AlreadyDisputed from error
