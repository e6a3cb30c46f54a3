"""The ledger as it stood at the end of any past day, replayed from its rows.

An act counts from the business time at which it was made (`made_at`), never from a date that a
person typed: a payment of Monday recorded on Tuesday is not known on Monday evening. Days are days
of the partner's zone. Each question is one set-based statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.receivables import (
    BUCKETS,
    DAYS_30,
    DAYS_60,
    DAYS_90,
    NOT_DUE,
    OLDER,
    AgeingRow,
)
from partners.models import Partner

ZERO = Decimal(0)

_BUCKET = f"""
CASE WHEN due.due_on < %(day)s::date - 90 THEN '{OLDER}'
     WHEN due.due_on < %(day)s::date - 60 THEN '{DAYS_90}'
     WHEN due.due_on < %(day)s::date - 30 THEN '{DAYS_60}'
     WHEN due.due_on < %(day)s::date THEN '{DAYS_30}'
     ELSE '{NOT_DUE}' END
"""

_OPEN = f"""
WITH lowered AS (
    SELECT invoice_id, sum(amount) AS amount
    FROM (
        SELECT invoice_id, amount FROM billing_allocation
        WHERE partner_id = %(partner)s AND made_at < %(until)s
          AND (reversed_at IS NULL OR reversed_at >= %(until)s)
        UNION ALL
        SELECT invoice_id, amount FROM billing_credituse
        WHERE partner_id = %(partner)s AND made_at < %(until)s
        UNION ALL
        SELECT invoice_id, amount FROM billing_writeoff
        WHERE partner_id = %(partner)s AND made_at < %(until)s
        UNION ALL
        SELECT lost.invoice_id, -back.amount FROM billing_writeoffreversal back
        JOIN billing_writeoff lost ON lost.id = back.write_off_id
        WHERE back.partner_id = %(partner)s AND back.made_at < %(until)s
    ) each_row
    GROUP BY invoice_id
), due AS (
    SELECT DISTINCT ON (invoice_id) invoice_id, due_on
    FROM billing_invoiceduedate
    WHERE partner_id = %(partner)s AND made_at < %(until)s
    ORDER BY invoice_id, id DESC
), open AS (
    SELECT invoice.id, invoice.number, invoice.kind, invoice.customer_id, invoice.currency,
           invoice.total,
           due.due_on, invoice.total - coalesce(lowered.amount, 0) AS amount, {_BUCKET} AS bucket
    FROM billing_invoice invoice
    JOIN due ON due.invoice_id = invoice.id
    LEFT JOIN lowered ON lowered.invoice_id = invoice.id
    WHERE invoice.total > coalesce(lowered.amount, 0)
)
"""  # noqa: S608  (nothing but our own constants is put in)

_AGEING = f"""{_OPEN}
SELECT currency, bucket, sum(amount) FROM open GROUP BY currency, bucket
"""  # noqa: S608

_PARTS = ", ".join(
    f"coalesce(sum(open.amount) FILTER (WHERE open.bucket = '{bucket}'), 0)" for bucket in BUCKETS
)

_BY_CUSTOMER = f"""{_OPEN}
SELECT customer.id, customer.company, sum(open.amount),
       coalesce(sum(open.amount) FILTER (WHERE open.bucket <> '{NOT_DUE}'), 0) AS overdue, {_PARTS}
FROM open
JOIN customers_customer customer ON customer.id = open.customer_id
WHERE open.currency = %(currency)s
GROUP BY customer.id
ORDER BY overdue DESC, sum(open.amount) DESC, customer.id
LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608

_INVOICES = f"""{_OPEN}
SELECT open.id, open.number, customer.id, customer.company, open.currency, open.total,
       open.amount, open.due_on, open.bucket, dispute.invoice_id IS NOT NULL,
       open.kind = 'late_charges'
FROM open
JOIN customers_customer customer ON customer.id = open.customer_id
LEFT JOIN (
    SELECT DISTINCT invoice_id FROM billing_dispute
    WHERE partner_id = %(partner)s AND opened_at < %(until)s
      AND (resolved_at IS NULL OR resolved_at >= %(until)s)
) dispute ON dispute.invoice_id = open.id
WHERE (%(currency)s = '' OR open.currency = %(currency)s)
  AND (%(bucket)s = '' OR open.bucket = %(bucket)s
       OR (%(bucket)s = 'overdue' AND open.bucket <> '{NOT_DUE}'))
  AND (%(customer)s::bigint IS NULL OR open.customer_id = %(customer)s)
ORDER BY open.due_on NULLS LAST, open.id
LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608

_MONEY = """
WITH used AS (
    SELECT receipt_id, sum(amount) AS amount FROM billing_allocation
    WHERE partner_id = %(partner)s AND made_at < %(until)s
      AND (reversed_at IS NULL OR reversed_at >= %(until)s)
    GROUP BY receipt_id
), owner AS (
    SELECT DISTINCT ON (receipt_id) receipt_id, customer_id FROM billing_receiptowner
    WHERE partner_id = %(partner)s AND made_at < %(until)s
    ORDER BY receipt_id, id DESC
), paid_back AS (
    SELECT receipt_id, sum(amount) AS amount FROM billing_refund
    WHERE partner_id = %(partner)s AND made_at < %(until)s
      AND (reversed_at IS NULL OR reversed_at >= %(until)s)
    GROUP BY receipt_id
), standing AS (
    SELECT * FROM billing_receipt
    WHERE partner_id = %(partner)s AND recorded_at < %(until)s
      AND (reversed_at IS NULL OR reversed_at >= %(until)s)
), held AS (
    SELECT receipt.currency, receipt.amount, owner.customer_id,
           coalesce(used.amount, 0) AS used, coalesce(paid_back.amount, 0) AS paid_back
    FROM standing receipt
    JOIN owner ON owner.receipt_id = receipt.id
    LEFT JOIN used ON used.receipt_id = receipt.id
    LEFT JOIN paid_back ON paid_back.receipt_id = receipt.id
    WHERE NOT EXISTS (SELECT FROM standing part WHERE part.split_from_id = receipt.id)
)
SELECT currency, sum(amount), sum(used), sum(paid_back),
       coalesce(sum(amount - used - paid_back) FILTER (WHERE customer_id IS NOT NULL), 0),
       coalesce(sum(amount - used - paid_back) FILTER (WHERE customer_id IS NULL), 0)
FROM held
GROUP BY currency
"""
"""A payment that is divided counts no more while its parts stand."""


_NOTES = """
SELECT note.currency, sum(note.amount - coalesce(used.amount, 0))
FROM billing_creditnote note
LEFT JOIN (
    SELECT credit_note_id, sum(amount) AS amount FROM billing_credituse
    WHERE partner_id = %(partner)s AND made_at < %(until)s
    GROUP BY credit_note_id
) used ON used.credit_note_id = note.id
WHERE note.partner_id = %(partner)s AND note.issued_on <= %(day)s
GROUP BY note.currency
"""
"""A credit note is issued on the business day of the act; nobody types that date."""


@dataclass(frozen=True)
class CustomerAge:
    """What one customer owed in one currency, by age."""

    customer_id: int
    company: str
    currency: str
    total: Decimal
    overdue: Decimal
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice on which something was open, with what was known of it then."""

    invoice_id: int
    number: str
    customer_id: int
    company: str
    currency: str
    total: Decimal
    open_amount: Decimal
    due_on: date | None
    bucket: str
    is_disputed: bool
    is_late_charges: bool


@dataclass(frozen=True)
class Money:
    """Receipts that counted, and what had become of them, in one currency."""

    currency: str
    received: Decimal
    allocated: Decimal
    refunded: Decimal
    credit: Decimal
    unidentified: Decimal


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which of the open invoices: an empty text or None means all of them."""

    currency: str = ""
    bucket: str = ""
    """One of the ageing buckets, or `overdue` for all but those that are not due."""
    customer_id: int | None = None


def end_of(day: date, partner: Partner) -> datetime:
    """The first moment after this day of the partner's zone."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=partner.zone)


def ageing_as_of(partner: Partner, day: date) -> list[AgeingRow]:
    """What `receivables.ageing` showed at the end of this day: one statement."""
    amounts: dict[str, dict[str, Decimal]] = {}
    for currency, bucket, amount in _rows(_AGEING, _facts(partner, day)):
        amounts.setdefault(currency, dict.fromkeys(BUCKETS, ZERO))[bucket] = amount
    return [AgeingRow(currency, amounts[currency]) for currency in sorted(amounts)]


def open_by_currency(partner: Partner, day: date) -> dict[str, Decimal]:
    """Receivables in all at the end of this day, per currency."""
    return {row.currency: row.total for row in ageing_as_of(partner, day)}


def customers_as_of(
    partner: Partner, day: date, currency: str, *, limit: int | None, offset: int = 0
) -> list[CustomerAge]:
    """Who owed how much in one currency, the most overdue first: one statement."""
    facts = {**_facts(partner, day), "currency": currency, "limit": limit, "offset": offset}
    return [
        CustomerAge(
            customer_id=customer_id,
            company=company,
            currency=currency,
            total=total,
            overdue=overdue,
            amounts=dict(zip(BUCKETS, parts, strict=True)),
        )
        for customer_id, company, total, overdue, *parts in _rows(_BY_CUSTOMER, facts)
    ]


def invoices_as_of(
    partner: Partner, day: date, which: Which, *, limit: int | None, offset: int = 0
) -> list[OpenInvoice]:
    """The invoices behind a number of the ageing, the longest due first: one statement."""
    facts = {
        **_facts(partner, day),
        "currency": which.currency,
        "bucket": which.bucket,
        "customer": which.customer_id,
        "limit": limit,
        "offset": offset,
    }
    return [OpenInvoice(*row) for row in _rows(_INVOICES, facts)]


def money_as_of(partner: Partner, day: date) -> dict[str, Money]:
    """Receipts at the end of this day: what became of them, per currency: one statement."""
    return {row[0]: Money(*row) for row in _rows(_MONEY, _facts(partner, day))}


def credit_notes_as_of(partner: Partner, day: date) -> dict[str, Decimal]:
    """What was left on credit notes at the end of this day, per currency: one statement."""
    return dict(_rows(_NOTES, _facts(partner, day)))


def _facts(partner: Partner, day: date) -> dict[str, Any]:
    return {"partner": partner.pk, "day": day, "until": end_of(day, partner)}


def _rows(statement: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())
