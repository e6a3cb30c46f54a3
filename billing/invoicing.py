"""Makes draft invoices and issues them with their notices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import batched

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from billing import letters, lifecycle, numbering, remembering, rules
from billing.models import Invoice, InvoiceLine, LineKind, Terms
from billing.terms import DueDates, terms_of
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, clock
from partners.models import Partner, User

logger = structlog.get_logger(__name__)
BATCH = 200
"""So many drafts are issued in one transaction."""


class NotADraft(Exception):
    """The invoice was issued or dropped before."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One line to be: net amount and VAT rate (per cent) as agreed, in the draft's currency.

    `vat` is given where the price includes it, so that the gross is exact; else the rate says it.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    vat_rate: Decimal
    vat: Decimal | None = None
    kind: LineKind = LineKind.CHARGE
    interest_on_id: int | None = None
    subscription_id: int | None = None
    source_line_id: int | None = None
    period_from: date | None = None
    period_to: date | None = None

    @property
    def gross(self) -> Decimal:
        """After VAT; net and VAT are rounded to the cent."""
        net = rules.cents(self.net)
        return net + (rules.vat_on(net, self.vat_rate) if self.vat is None else self.vat)


@dataclass(frozen=True, kw_only=True)
class DraftInvoice:
    """An invoice to be, in one currency. `extra` sets further columns of the row."""

    customer: Customer
    currency: str
    charges: Sequence[Charge]
    note: str = ""
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A draft that could not be issued, and why, in words for a person."""

    invoice: Invoice
    why: str


@dataclass(frozen=True)
class IssueReport:
    """What became of the drafts that were to be issued."""

    issued: list[Invoice]
    failures: list[Failure]


def create_drafts(drafts: Sequence[DraftInvoice], *, by: User | None, reason: str) -> list[Invoice]:
    """Store drafts with their lines and audit entries: three statements, however many.

    Terms are those of each customer's newest credit decision, else the partner's. Runs in the
    caller's transaction; nobody owes a draft, so customers need not be locked.
    """
    terms = terms_of([draft.customer for draft in drafts])
    at = clock.now()
    with transaction.atomic():
        invoices = Invoice.objects.bulk_create(
            [_draft(draft, terms[draft.customer.pk], by, at) for draft in drafts], batch_size=1000
        )
        lines = (
            _line(invoice, position, charge)
            for invoice, draft in zip(invoices, drafts, strict=True)
            for position, charge in enumerate(draft.charges, start=1)
        )
        InvoiceLine.objects.bulk_create(lines, batch_size=1000)
        audit.record_many((_created(invoice, reason) for invoice in invoices), by=by)
    return invoices


def issue_invoices(invoices: Iterable[Invoice], *, by: User | None, reason: str) -> IssueReport:
    """Issue drafts, each with its number, due date and notice, and report those that failed.

    Batches commit on their own: what was issued stays issued when a later batch fails.
    """
    report = IssueReport([], [])
    for batch in batched(sorted(invoices, key=lambda row: row.pk), BATCH):
        _issue_batch(list(batch), report, by=by, reason=reason)
    return report


def void_draft(invoice: Invoice, *, by: User | None, reason: str) -> Invoice:
    """Drop a draft. Raises NotADraft for one that was issued."""
    with transaction.atomic():
        Customer.objects.lock([invoice.customer_id])
        fresh = Invoice.objects.get(pk=invoice.pk)
        try:
            lifecycle.void(fresh, by=by, reason=reason)
        except lifecycle.InvalidTransition as error:
            raise NotADraft from error
    return fresh


def _issue_batch(
    invoices: list[Invoice], report: IssueReport, *, by: User | None, reason: str
) -> None:
    try:
        with transaction.atomic():
            issued, failures = _issue(invoices, by=by, reason=reason)
    except DatabaseError:
        logger.exception("invoices_not_issued", invoices=[invoice.pk for invoice in invoices])
        _issue_apart(invoices, report, by=by, reason=reason)
    else:
        report.issued.extend(issued)
        report.failures.extend(failures)


def _issue_apart(
    invoices: list[Invoice], report: IssueReport, *, by: User | None, reason: str
) -> None:
    """One bad draft must not hold up its batch: issue the others one by one."""
    if len(invoices) == 1:
        why = _("The database refused it; nothing was changed.")
        report.failures.append(Failure(invoices[0], why))
        return
    for invoice in invoices:
        _issue_batch([invoice], report, by=by, reason=reason)


def _issue(
    invoices: list[Invoice], *, by: User | None, reason: str
) -> tuple[list[Invoice], list[Failure]]:
    customers = Customer.objects.lock({invoice.customer_id for invoice in invoices})
    fresh = list(
        Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices])
        .select_related("partner__settings", "customer")
        .order_by("pk")
    )
    failures = [Failure(row, why) for row in fresh if (why := why_not_issue(row))]
    failed = {failure.invoice.pk for failure in failures}
    issued = [row for row in fresh if row.pk not in failed]
    touched = {row.customer_id for row in issued}
    facts_changed(customer for customer in customers if customer.pk in touched)
    _number(issued)
    lifecycle.issue_many(issued, by=by, reason=reason)
    remembering.issued(issued, by=by)
    letters.announce(issued, by=by, reason=reason)
    return issued, failures


def why_not_issue(invoice: Invoice) -> str:
    """Why a person has to look at this draft first, or an empty text."""
    if not invoice.is_draft:
        return _("It is not a draft any more.")
    if invoice.total < 0:
        return _("Its total is negative: credit an open invoice instead and drop this draft.")
    if not invoice.total:
        return _("There is nothing to pay on it.")
    return ""


def _number(invoices: list[Invoice]) -> None:
    """Date and number drafts; the series are the last rows to be locked."""
    by_partner: dict[int, list[Invoice]] = {}
    for invoice in invoices:
        by_partner.setdefault(invoice.partner_id, []).append(invoice)
    for _partner_id, rows in sorted(by_partner.items()):
        _number_of_partner(rows[0].partner, rows)


def _number_of_partner(partner: Partner, rows: list[Invoice]) -> None:
    today = clock.business_date(partner)
    dates = DueDates(partner)
    numbers = numbering.take(partner, numbering.INVOICES, today.year, len(rows))
    for row, number in zip(rows, numbers, strict=True):
        row.number, row.issued_on = number, today
        if not row.terms.waits_for_fapiao:
            row.due_on = dates.of(row.terms, today)


def _draft(draft: DraftInvoice, terms: Terms, by: User | None, at: datetime) -> Invoice:
    total = sum((charge.gross for charge in draft.charges), Decimal(0))
    return Invoice(
        partner_id=draft.customer.partner_id,
        customer=draft.customer,
        currency=draft.currency,
        terms_days=terms.days,
        terms_kind=terms.kind,
        terms_from=terms.counted_from,
        total=total,
        note=draft.note,
        created_by=by,
        created_at=at,
        **draft.extra,
    )


def _line(invoice: Invoice, position: int, charge: Charge) -> InvoiceLine:
    net = rules.cents(charge.net)
    return InvoiceLine(
        partner_id=invoice.partner_id,
        invoice=invoice,
        position=position,
        kind=charge.kind,
        interest_on_id=charge.interest_on_id,
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


def _created(invoice: Invoice, reason: str) -> audit.Fact:
    after = {
        "total": invoice.total,
        "currency": invoice.currency,
        "terms_days": invoice.terms_days,
        "terms_kind": invoice.terms_kind,
        "terms_from": invoice.terms_from,
    }
    return _fact(invoice, "invoice.drafted", reason, {}, after)


def _fact(
    invoice: Invoice,
    kind: str,
    reason: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> audit.Fact:
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=invoice.customer_id,
        subject=invoice,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
