"""Draft invoices and credit notes from a file's lines: one per customer, priced by rule.

Set by set in the database: a file of a million lines never comes into memory. The rows are those
that `invoicing.create_drafts` and `credit_notes.create_credit_drafts` would write.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection, models

from billing import terms
from billing.files import priced
from billing.models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    ReconciliationFile,
)
from customers.models import CreditDecision, Customer
from partners import audit, clock, rows
from partners.models import User

BATCH = 1000
CREDIT_REASON = "21Vianet credited more than it charged"

_TOTALS = """
CREATE TEMPORARY TABLE draft_total AS
SELECT customer_id, sum(net + vat) AS total, sum(is_at_cost::integer) AS at_cost
FROM priced_line WHERE is_invoiced AND NOT is_held GROUP BY customer_id
"""
_HOLD_WHAT_WAS_INVOICED = """
UPDATE priced_line SET is_held = true FROM (
    WITH RECURSIVE replaced AS (
        SELECT replaces_id AS id FROM billing_reconciliationfile WHERE id = %s
        UNION SELECT f.replaces_id FROM billing_reconciliationfile f JOIN replaced USING (id)
    )
    SELECT customer_id FROM billing_invoice JOIN replaced ON replaced.id = source_file_id
    WHERE status <> 'void'
    UNION
    SELECT customer_id FROM billing_creditnote JOIN replaced ON replaced.id = source_file_id
    WHERE status <> 'void'
) AS done WHERE done.customer_id = priced_line.customer_id
"""
_FIGURES = """
SELECT (SELECT count(*) FROM priced_line WHERE NOT is_invoiced),
       (SELECT count(*) FROM priced_line WHERE is_held),
       (SELECT coalesce(sum(at_cost), 0) FROM draft_total),
       (SELECT count(*) FROM draft_total WHERE total = 0),
       (SELECT count(*) FROM draft_total WHERE total < 0),
       (SELECT count(*) FROM draft_total WHERE total > 0),
       (SELECT coalesce(sum(total), 0) FROM draft_total WHERE total > 0)
"""
_DROP = "DROP TABLE IF EXISTS draft_total, draft_terms"


@dataclass
class Outcome:
    """What became of the lines."""

    drafts: int = 0
    total: Decimal = Decimal(0)
    counts: Counter[str] = field(default_factory=Counter)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"drafts": self.drafts, "total": str(self.total), "counts": dict(self.counts)}


def draft_invoices(file: ReconciliationFile, *, by: User | None, reason: str) -> Outcome:
    """Make the drafts of an imported file, in the caller's transaction.

    Whoever was invoiced by the file that this one replaces is left to `billing.files.corrections`;
    whose lines add up to less than nothing gets a draft of a credit note, to nothing none.
    """
    with priced.lines_of(file), connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute("ALTER TABLE priced_line ADD COLUMN is_held boolean NOT NULL DEFAULT false")
        if file.replaces_id is not None:
            cursor.execute(_HOLD_WHAT_WAS_INVOICED, [file.pk])
        cursor.execute(_TOTALS)
        cursor.execute("ANALYZE draft_total")
        cursor.execute(_FIGURES)
        [(elsewhere, held, at_cost, zero, negative, drafts, total)] = cursor.fetchall()
        if drafts:
            _write_invoices(file, by, reason)
        if negative:
            _write_credit_notes(file, by, reason)
        cursor.execute(_DROP)
    counts = {"not_invoiced": elsewhere, "invoiced_before": held, "at_cost": int(at_cost)}
    counts |= {"zero": zero, "negative": negative}
    return Outcome(drafts, total, Counter({key: count for key, count in counts.items() if count}))


def _write_invoices(file: ReconciliationFile, by: User | None, reason: str) -> None:
    _gather_terms(file)
    usual = terms.usual(file.partner)
    prototype = Invoice(
        partner=file.partner,
        source_file=file,
        currency=file.invoice.currency,
        terms_days=usual.days,
        terms_kind=usual.kind,
        terms_from=usual.counted_from,
        total=Decimal(0),
        created_by=by,
        created_at=clock.now(),
    )
    varying = {"customer_id": "t.customer_id", "total": "t.total"} | {
        name: f"coalesce(d.{name}, u.{name})" for name in ("terms_days", "terms_kind", "terms_from")
    }
    source = (
        "draft_total t LEFT JOIN draft_terms d USING (customer_id) "
        "JOIN draft_terms u ON u.customer_id IS NULL WHERE t.total > 0"
    )
    rows.fill(prototype, varying, source)
    of_file = (
        f"(SELECT * FROM billing_invoice WHERE source_file_id = {file.pk} AND status = 'draft')"  # noqa: S608  (our own key)
    )
    _write_lines(InvoiceLine(partner=file.partner), "invoice_id", of_file, "")
    after = (
        "jsonb_build_object('total', total::text, 'currency', currency, 'terms_days', terms_days, "
        "'terms_kind', terms_kind, 'terms_from', terms_from)"
    )
    subject = Invoice(partner=file.partner)
    audit.record_set(
        "invoice.drafted", subject, of_file + " AS i", by=by, reason=reason, after=after
    )


def _write_credit_notes(file: ReconciliationFile, by: User | None, reason: str) -> None:
    prototype = CreditNote(
        partner=file.partner,
        source_file=file,
        currency=file.invoice.currency,
        amount=Decimal(0),
        reason=CREDIT_REASON,
        made_by=by,
        made_at=clock.now(),
    )
    rows.fill(
        prototype,
        {"customer_id": "customer_id", "amount": "-total"},
        "draft_total WHERE total < 0",
    )
    of_file = (
        f"(SELECT * FROM billing_creditnote WHERE source_file_id = {file.pk} AND status = 'draft')"  # noqa: S608  (our own key)
    )
    _write_lines(CreditNoteLine(partner=file.partner), "credit_note_id", of_file, "-")
    subject = CreditNote(partner=file.partner)
    after = "jsonb_build_object('amount', amount::text, 'currency', currency)"
    audit.record_set(
        "credit_note.drafted", subject, of_file + " AS n", by=by, reason=reason, after=after
    )


def _write_lines(prototype: models.Model, document: str, of_file: str, sign: str) -> None:
    """The lines of all new documents; a credit note's are the charges turned round."""
    varying = {
        document: "d.id",
        "position": "row_number() OVER (PARTITION BY d.id ORDER BY p.row)",
        "source_line_id": "p.line_id",
        "net": f"{sign}p.net",
        "vat": f"{sign}p.vat",
        "gross": f"{sign}(p.net + p.vat)",
        "quantity": f"{sign}p.quantity",
    }
    same = ("subscription_id", "description", "unit_price", "period_from", "period_to", "vat_rate")
    varying |= {name: f"p.{name}" for name in same}
    source = f"priced_line p JOIN {of_file} d USING (customer_id) WHERE p.is_invoiced"
    rows.fill(prototype, varying, source)


def _gather_terms(file: ReconciliationFile) -> None:
    """The partner's terms, without a customer, and those of customers who have their own."""
    usual = terms.usual(file.partner)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE draft_terms "
            "(customer_id bigint, terms_days integer, terms_kind text, terms_from text)"
        )
        found: list[tuple[int | None, int, str, str]] = [
            (None, usual.days, usual.kind, usual.counted_from)
        ]
        decided = CreditDecision.objects.filter(customer__partner=file.partner)
        ids = decided.order_by("customer_id").values_list("customer_id", flat=True).distinct()
        for some in batched(ids.iterator(chunk_size=BATCH), BATCH):
            customers = Customer.objects.filter(pk__in=some).select_related("partner__settings")
            agreed = terms.terms_of(customers)
            found += [(pk, one.days, one.kind, one.counted_from) for pk, one in agreed.items()]
        cursor.executemany("INSERT INTO draft_terms VALUES (%s, %s, %s, %s)", found)
        cursor.execute("ANALYZE draft_terms")
