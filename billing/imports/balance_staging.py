"""Opening balances in a temporary table: whose they are, and what is there already."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from billing.imports.balances import Balance
from billing.imports.problems import Code, Problem
from billing.tables import staging
from billing.tables.staging import ask, change

NAMED_CANDIDATES = 5
_COLUMNS = """
    row integer PRIMARY KEY,
    customer_ref text NOT NULL,
    number text NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    terms_days integer NOT NULL,
    currency text NOT NULL,
    original_total numeric NOT NULL,
    open_amount numeric NOT NULL,
    vat_rate numeric NOT NULL,
    remark text NOT NULL,
    verdict text NOT NULL DEFAULT 'ready',
    customer_id bigint,
    candidates text,
    invoice_id bigint,
    other_row integer
"""
_INTO = (
    "staged_balance (row, customer_ref, number, issued_on, due_on, terms_days, currency, "
    "original_total, open_amount, vat_rate, remark)"
)
_CUSTOMERS = """
WITH names AS (SELECT DISTINCT customer_ref AS ref FROM staged_balance),
mine AS (
    SELECT id, tenant_id, company, short_name, lower(domain) AS domain
      FROM customers_customer WHERE partner_id = %(partner)s
),
matches AS (
    SELECT n.ref, c.id, c.company, 1 AS rank FROM names n JOIN mine c ON c.tenant_id = lower(n.ref)
    UNION ALL
    SELECT n.ref, c.id, c.company, 2 FROM names n JOIN mine c ON c.company = n.ref
    UNION ALL
    SELECT n.ref, c.id, c.company, 3 FROM names n JOIN mine c ON c.short_name = n.ref
    UNION ALL
    SELECT n.ref, c.id, c.company, 3 FROM names n JOIN mine c ON c.domain = lower(n.ref)
),
best AS (
    SELECT m.ref, min(m.id) AS id, count(DISTINCT m.id) AS hits,
           array_to_string((array_agg(DISTINCT m.company))[1:%(limit)s], ', ') AS companies
      FROM matches m
      JOIN (SELECT ref, min(rank) AS rank FROM matches GROUP BY ref) f USING (ref, rank)
     GROUP BY m.ref
)
UPDATE staged_balance s
   SET customer_id = CASE WHEN b.hits = 1 THEN b.id END,
       candidates = CASE WHEN b.hits > 1 THEN b.companies END
  FROM best b WHERE b.ref = s.customer_ref
"""
_TWICE = """
UPDATE staged_balance s SET verdict = 'twice', other_row = f.row
  FROM (SELECT number, min(row) AS row FROM staged_balance GROUP BY number HAVING count(*) > 1) f
 WHERE s.number = f.number AND s.row > f.row
"""
_TAKEN = """
UPDATE staged_balance s
   SET invoice_id = i.id,
       verdict = CASE WHEN i.is_history AND i.customer_id = s.customer_id
                       AND i.currency = s.currency AND i.total = s.open_amount
                       AND coalesce(i.original_total, i.total) = s.original_total
                       AND i.issued_on = s.issued_on AND i.due_on = s.due_on
                      THEN 'known' ELSE 'taken' END
  FROM billing_invoice i
 WHERE i.partner_id = %(partner)s AND i.number = s.number AND s.verdict = 'ready'
"""


def staged() -> AbstractContextManager[None]:
    """An empty staging table."""
    return staging.temporary_table("staged_balance", _COLUMNS)


def load(balances: Iterable[Balance]) -> Iterator[int]:
    """Stage opening balances; yields how many so far."""
    return staging.load(_INTO, balances)


def judge(partner_id: int) -> None:
    """Find each row's customer, and say whether the invoice is new, known or in the way."""
    staging.analyse("staged_balance")
    change(_CUSTOMERS, partner=partner_id, limit=NAMED_CANDIDATES)
    change(_TWICE)
    change(_TAKEN, partner=partner_id)


def problems() -> Iterator[Problem]:
    """What is wrong with single rows, in their order. Columns are named by their fields."""
    rows = ask(
        """
        SELECT s.row, s.customer_ref, s.customer_id, s.candidates, s.number, s.verdict,
               s.other_row, c.company
          FROM staged_balance s
          LEFT JOIN billing_invoice i ON i.id = s.invoice_id
          LEFT JOIN customers_customer c ON c.id = i.customer_id
         WHERE s.customer_id IS NULL OR s.verdict IN ('twice', 'taken') ORDER BY s.row
        """
    )
    for row, ref, customer_id, candidates, number, verdict, other_row, company in rows:
        if candidates:
            details = {"expected": candidates}
            yield Problem(Code.AMBIGUOUS_CUSTOMER, row, "customer", ref, details)
        elif customer_id is None:
            yield Problem(Code.UNKNOWN_CUSTOMER, row, "customer", ref)
        if verdict == "twice":
            details = {"expected": str(other_row)}
            yield Problem(Code.NUMBER_TWICE, row, "number", number, details)
        elif verdict == "taken":
            yield Problem(Code.NUMBER_TAKEN, row, "number", number, {"expected": company})


def counts() -> dict[str, int]:
    """How many rows there are of each verdict."""
    return dict(ask("SELECT verdict, count(*) FROM staged_balance GROUP BY verdict"))


def totals() -> dict[str, Decimal]:
    """What is still open on the new rows, by currency."""
    return dict(
        ask(
            "SELECT currency, sum(open_amount) FROM staged_balance WHERE verdict = 'ready' "
            "GROUP BY currency ORDER BY currency"
        )
    )


def customers() -> list[int]:
    """Whose the new rows are."""
    found = ask(
        "SELECT DISTINCT customer_id FROM staged_balance WHERE verdict = 'ready' ORDER BY 1"
    )
    return [customer_id for (customer_id,) in found]


def taken(*, after: int, limit: int) -> list[tuple[Any, ...]]:
    """New rows in their order: the columns of Balance, then the customer."""
    return ask(
        "SELECT row, customer_ref, number, issued_on, due_on, terms_days, currency, "
        "original_total, open_amount, vat_rate, remark, customer_id FROM staged_balance "
        "WHERE verdict = 'ready' AND row > %(after)s ORDER BY row LIMIT %(limit)s",
        after=after,
        limit=limit,
    )


def link_known(table_id: int, partner_id: int) -> int:
    """Link the rows that were there already with their invoices. Returns how many."""
    return change(
        """
        INSERT INTO billing_importedrow (partner_id, table_id, row, invoice_id, was_there)
        SELECT %(partner)s, %(table)s, row, invoice_id, true
          FROM staged_balance WHERE verdict = 'known'
        """,
        partner=partner_id,
        table=table_id,
    )
