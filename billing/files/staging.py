"""A file's lines in a temporary table of this connection: loaded by COPY, asked by SQL.

Values are bound; names of tables and columns are literals of this module.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.files.parser import Line
from billing.tables import staging as tables

_TABLE = "staged_line"
_COLUMNS = """
    row integer NOT NULL,
    tenant_id text NOT NULL,
    customer_name text NOT NULL,
    domain text NOT NULL,
    subscription_ref text NOT NULL,
    offer_id text NOT NULL,
    offer_name text NOT NULL,
    subscription_name text NOT NULL,
    charge_type text NOT NULL,
    section text NOT NULL,
    charge_from date NOT NULL,
    charge_to date NOT NULL,
    term_end date,
    unit_price numeric NOT NULL,
    quantity numeric NOT NULL,
    amount numeric NOT NULL,
    discount numeric NOT NULL,
    net numeric NOT NULL,
    tax numeric NOT NULL,
    total numeric NOT NULL,
    currency text NOT NULL,
    content_key uuid NOT NULL,
    raw jsonb NOT NULL
"""


def staging() -> AbstractContextManager[None]:
    """An empty staging table, gone afterwards whatever happens."""
    return tables.temporary_table(_TABLE, _COLUMNS)


def load(lines: Iterable[Line]) -> Iterator[int]:
    """Copy lines into the staging table; yields how many are in it after each batch."""
    rows = ((*line[:-1], json.dumps(line.raw, ensure_ascii=False)) for line in lines)
    return tables.load(_TABLE, rows)


def analyse() -> None:
    """Let the planner know how much is staged."""
    tables.analyse(_TABLE)


def section_totals() -> dict[str, Decimal]:
    """What the lines add up to in each section of the invoice, as the documentation sums them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT section,
                   sum(CASE WHEN section = 'credits' THEN total ELSE amount END),
                   sum(CASE WHEN section <> 'credits' THEN discount ELSE 0 END),
                   sum(CASE WHEN section <> 'credits' THEN tax ELSE 0 END)
            FROM staged_line GROUP BY section
            """
        )
        rows = cursor.fetchall()
    totals = {section: amount for section, amount, _, _ in rows}
    discounts = sum((discount for _, _, discount, _ in rows), Decimal(0))
    if discounts:
        totals["other_discounts"] = totals.get("other_discounts", Decimal(0)) - discounts
    totals["taxes"] = sum((tax for _, _, _, tax in rows), Decimal(0))
    return totals


@dataclass(frozen=True)
class Summary:
    """All staged lines in four figures: `total` is after tax, the days are those charged."""

    line_count: int
    total: Decimal
    last_start: date | None
    last_end: date | None


def summary() -> Summary:
    """What is staged."""
    [row] = _rows(
        "SELECT count(*), coalesce(sum(total), 0), max(charge_from), max(charge_to) "
        "FROM staged_line"
    )
    return Summary(*row)


def currencies() -> list[str]:
    """The currencies of the lines."""
    return [row[0] for row in _rows("SELECT DISTINCT currency FROM staged_line ORDER BY 1")]


def new_customers(partner_id: int) -> list[tuple[str, str, str]]:
    """Tenant, name and domain of the customers that the partner does not have yet."""
    return _rows(
        """
        SELECT DISTINCT ON (s.tenant_id) s.tenant_id, s.customer_name, s.domain
        FROM staged_line s
        LEFT JOIN customers_customer c
            ON c.partner_id = %s AND c.tenant_id = s.tenant_id
        WHERE c.id IS NULL
        ORDER BY s.tenant_id, s.row DESC
        """,
        partner_id,
    )


def new_subscription_count(partner_id: int) -> int:
    """How many subscriptions of a licence-based file are not known yet."""
    [(count,)] = _rows(
        """
        SELECT count(*) FROM (
            SELECT DISTINCT s.tenant_id, lower(s.subscription_ref)
            FROM staged_line s
            LEFT JOIN customers_customer c
                ON c.partner_id = %s AND c.tenant_id = s.tenant_id
            LEFT JOIN subscriptions_subscription u
                ON u.customer_id = c.id AND lower(u.pc_id) = lower(s.subscription_ref)
            WHERE u.id IS NULL
        ) AS missing
        """,
        partner_id,
    )
    return int(count)


def customers_and_offers(partner_id: int) -> Iterator[tuple[int | None, str, str]]:
    """Each pair of customer (None: new, with its tenant) and offer that the file charges."""
    yield from _rows(
        """
        SELECT DISTINCT c.id, s.tenant_id, lower(s.offer_id)
        FROM staged_line s
        LEFT JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
        """,
        partner_id,
    )


def already_imported(
    partner_id: int, replaced_id: int | None, limit: int
) -> tuple[int, list[tuple[int, int, str, str]]]:
    """Lines whose charge stands in another live file: how many, and the first of them.

    Each with its row here, and row, file name and invoice there. The file that this one replaces
    is left out: there, the same charges are expected.
    """
    source = """
        FROM (
            SELECT row, content_key,
                   row_number() OVER (PARTITION BY content_key ORDER BY row) AS occurrence
            FROM staged_line
        ) AS s
        JOIN billing_reconciliationline l
            ON l.content_key = s.content_key AND l.occurrence = s.occurrence AND l.partner_id = %s
        JOIN billing_reconciliationfile f
            ON f.id = l.file_id AND f.status = 'imported' AND f.id IS DISTINCT FROM %s
        JOIN billing_partnerinvoice i ON i.id = f.invoice_id
    """
    [(count,)] = _rows("SELECT count(*)" + source, partner_id, replaced_id)
    if not count:
        return 0, []
    first = _rows(
        "SELECT s.row, l.row, f.name, i.number" + source + "ORDER BY s.row, l.id LIMIT %s",
        partner_id,
        replaced_id,
        limit,
    )
    return int(count), first


def _rows(statement: str, *values: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
