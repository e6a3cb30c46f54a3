"""Compares what the ledger's columns say with the rows they stand for: one statement a rule.

The ledger writes both together, so that a difference means that somebody wrote past it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from partners.models import Partner

NAMED = 100
"""So many differing rows are named for each rule."""


@dataclass(frozen=True)
class Difference:
    """A row that says one thing while its rows say another."""

    record: str
    what: str
    stored: str
    counted: str

    @property
    def sentence(self) -> str:
        return f"{self.record}: {self.what} is {self.stored}, its rows say {self.counted}."


_ALLOCATED = """
SELECT 'invoice ' || invoice.id, 'allocated', invoice.allocated, coalesce(sum(used.amount), 0)
FROM billing_invoice invoice
LEFT JOIN billing_allocation used ON used.invoice_id = invoice.id AND used.reversed_at IS NULL
WHERE invoice.partner_id = %(partner)s
GROUP BY invoice.id HAVING invoice.allocated <> coalesce(sum(used.amount), 0)
"""

_CREDITED = """
SELECT 'invoice ' || invoice.id, 'credited', invoice.credited, coalesce(sum(used.amount), 0)
FROM billing_invoice invoice
LEFT JOIN billing_credituse used ON used.invoice_id = invoice.id
WHERE invoice.partner_id = %(partner)s
GROUP BY invoice.id HAVING invoice.credited <> coalesce(sum(used.amount), 0)
"""

_NOTES = """
SELECT 'credit note ' || note.id, 'used', note.used, coalesce(sum(used.amount), 0)
FROM billing_creditnote note
LEFT JOIN billing_credituse used ON used.credit_note_id = note.id
WHERE note.partner_id = %(partner)s
GROUP BY note.id HAVING note.used <> coalesce(sum(used.amount), 0)
"""

_NOTE_LINES = """
SELECT 'credit note ' || note.id, 'amount', note.amount, sum(line.gross)
FROM billing_creditnote note
JOIN billing_creditnoteline line ON line.credit_note_id = note.id
WHERE note.partner_id = %(partner)s
GROUP BY note.id HAVING note.amount <> sum(line.gross)
"""

_WRITTEN_OFF = """
SELECT 'invoice ' || invoice.id, 'written_off', invoice.written_off, coalesce(sum(lost.amount), 0)
FROM billing_invoice invoice
LEFT JOIN (
    SELECT invoice_id, amount FROM billing_writeoff
    UNION ALL
    SELECT made.invoice_id, -back.amount FROM billing_writeoffreversal back
    JOIN billing_writeoff made ON made.id = back.write_off_id
) lost ON lost.invoice_id = invoice.id
WHERE invoice.partner_id = %(partner)s
GROUP BY invoice.id HAVING invoice.written_off <> coalesce(sum(lost.amount), 0)
"""

_LINES = """
SELECT 'invoice ' || invoice.id, 'total', invoice.total, coalesce(sum(line.gross), 0)
FROM billing_invoice invoice
LEFT JOIN billing_invoiceline line ON line.invoice_id = invoice.id
WHERE invoice.partner_id = %(partner)s AND NOT invoice.is_history
GROUP BY invoice.id HAVING invoice.total <> coalesce(sum(line.gross), 0)
"""

_USED = """
SELECT 'receipt ' || receipt.id, 'allocated', receipt.allocated, coalesce(sum(used.amount), 0)
FROM billing_receipt receipt
LEFT JOIN billing_allocation used ON used.receipt_id = receipt.id AND used.reversed_at IS NULL
WHERE receipt.partner_id = %(partner)s
GROUP BY receipt.id HAVING receipt.allocated <> coalesce(sum(used.amount), 0)
"""

_REFUNDED = """
SELECT 'receipt ' || receipt.id, 'refunded', receipt.refunded, coalesce(sum(refund.amount), 0)
FROM billing_receipt receipt
LEFT JOIN billing_refund refund ON refund.receipt_id = receipt.id AND refund.reversed_at IS NULL
WHERE receipt.partner_id = %(partner)s
GROUP BY receipt.id HAVING receipt.refunded <> coalesce(sum(refund.amount), 0)
"""

_DIVIDED = """
SELECT 'receipt ' || receipt.id, 'the sum of its parts',
       CASE WHEN receipt.split_at IS NULL THEN 0 ELSE receipt.amount END,
       coalesce(sum(part.amount), 0)
FROM billing_receipt receipt
LEFT JOIN billing_receipt part ON part.split_from_id = receipt.id AND part.reversed_at IS NULL
WHERE receipt.partner_id = %(partner)s AND receipt.reversed_at IS NULL
GROUP BY receipt.id
HAVING coalesce(sum(part.amount), 0)
       <> CASE WHEN receipt.split_at IS NULL THEN 0 ELSE receipt.amount END
"""

_OTHERS_MONEY = """
SELECT 'allocation ' || used.id, 'customer or currency',
       receipt.customer_id || ' ' || receipt.currency,
       invoice.customer_id || ' ' || invoice.currency
FROM billing_allocation used
JOIN billing_receipt receipt ON receipt.id = used.receipt_id
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
WHERE used.partner_id = %(partner)s AND used.reversed_at IS NULL
  AND (receipt.customer_id, receipt.currency, receipt.partner_id)
      IS DISTINCT FROM (invoice.customer_id, invoice.currency, invoice.partner_id)
"""

_DISPUTED = """
SELECT 'invoice ' || invoice.id, 'disputed amount', invoice.disputed_amount,
       coalesce(dispute.amount, 0)
FROM billing_invoice invoice
LEFT JOIN billing_dispute dispute ON dispute.invoice_id = invoice.id AND dispute.status = 'open'
WHERE invoice.partner_id = %(partner)s
  AND invoice.disputed_amount <> coalesce(dispute.amount, 0)
"""

_DUE = """
SELECT 'invoice ' || invoice.id, 'due on', invoice.due_on,
       CASE WHEN due.invoice_id IS NULL THEN 'nothing' ELSE coalesce(due.due_on::text, '–') END
FROM billing_invoice invoice
LEFT JOIN (
    SELECT DISTINCT ON (invoice_id) invoice_id, due_on FROM billing_invoiceduedate
    WHERE partner_id = %(partner)s ORDER BY invoice_id, id DESC
) due ON due.invoice_id = invoice.id
WHERE invoice.partner_id = %(partner)s AND invoice.status = 'issued'
  AND (due.invoice_id IS NULL OR due.due_on IS DISTINCT FROM invoice.due_on)
"""

_OWNERS = """
SELECT 'receipt ' || receipt.id, 'customer', receipt.customer_id,
       CASE WHEN owner.receipt_id IS NULL THEN 'nothing'
            ELSE coalesce(owner.customer_id::text, '–') END
FROM billing_receipt receipt
LEFT JOIN (
    SELECT DISTINCT ON (receipt_id) receipt_id, customer_id FROM billing_receiptowner
    WHERE partner_id = %(partner)s ORDER BY receipt_id, id DESC
) owner ON owner.receipt_id = receipt.id
WHERE receipt.partner_id = %(partner)s
  AND (owner.receipt_id IS NULL OR owner.customer_id IS DISTINCT FROM receipt.customer_id)
"""

RULES = (
    _ALLOCATED,
    _CREDITED,
    _NOTES,
    _NOTE_LINES,
    _WRITTEN_OFF,
    _LINES,
    _USED,
    _REFUNDED,
    _DIVIDED,
    _OTHERS_MONEY,
    _DISPUTED,
    _DUE,
    _OWNERS,
)


def differences(partner: Partner) -> Iterator[Difference]:
    """Every row of the partner's ledger whose columns disagree with its rows."""
    with connection.cursor() as cursor:
        for rule in RULES:
            cursor.execute(f"{rule} ORDER BY 1 LIMIT {NAMED}", {"partner": partner.pk})
            for record, what, stored, counted in cursor.fetchall():
                yield Difference(record, what, _word(stored), _word(counted))


def _word(value: object) -> str:
    return "–" if value is None else str(value)
