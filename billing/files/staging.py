"""A file's lines in a temporary table of this connection: loaded by COPY, asked by SQL.

Values are bound; names of tables and columns are literals of this module.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from billing.files import priced
from billing.files.parser import Line
from billing.tables import staging as tables

BATCH = tables.BATCH
_IMPORTS = 0x5EC0
"""The namespace of this lock among all advisory locks of the database."""

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


@contextmanager
def alone(partner_id: int) -> Iterator[None]:
    """One import of a partner at a time, so that two can't both hold the same charges."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_IMPORTS, partner_id])
    try:
        yield
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_IMPORTS, partner_id])


def load(lines: Iterable[Line]) -> Iterator[int]:
    """Copy lines into the staging table; yields how many are in it after each batch."""
    rows = ((*line[:-1], json.dumps(line.raw, ensure_ascii=False)) for line in lines)
    return tables.load(_TABLE, rows)


def analyse() -> None:
    """Let the planner know how much is staged."""
    tables.analyse(_TABLE)


def expect_many() -> None:
    """Until the transaction ends, join as for many rows: nobody has counted the new ones yet."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL jit = off")


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


class NewCustomer(NamedTuple):
    """A customer that the partner does not have yet, as the file's last line of it shows it."""

    tenant_id: str
    company: str
    domain: str


_NEW_CUSTOMERS = """
FROM staged_line s
LEFT JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
WHERE c.id IS NULL AND s.tenant_id > %s
"""


def new_customers(partner_id: int, at_once: int = BATCH) -> Iterator[list[NewCustomer]]:
    """The customers that the partner does not have yet, so many at a time, by tenant."""
    after = ""
    while found := _rows(
        "SELECT DISTINCT ON (s.tenant_id) s.tenant_id, s.customer_name, s.domain"
        + _NEW_CUSTOMERS
        + "ORDER BY s.tenant_id, s.row DESC LIMIT %s",
        partner_id,
        after,
        at_once,
    ):
        yield [NewCustomer(*row) for row in found]
        after = found[-1][0]


def new_customer_count(partner_id: int) -> int:
    """How many customers the partner does not have yet."""
    [(count,)] = _rows("SELECT count(DISTINCT s.tenant_id)" + _NEW_CUSTOMERS, partner_id, "")
    return int(count)


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


def customers_at_cost(partner_id: int) -> int:
    """How many customers have a line without a price rule."""
    rule = priced.BEST_RULE.format(customer="pair.id", offer="pair.offer")
    with priced.rules_of(partner_id):
        [(count,)] = _rows(
            f"""
            SELECT count(DISTINCT pair.tenant_id) FROM (
                SELECT DISTINCT c.id, s.tenant_id, lower(s.offer_id) AS offer
                FROM staged_line s
                LEFT JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
            ) AS pair {rule}
            WHERE {priced.BEST_RULE_ID} IS NULL
            """,  # noqa: S608  (our own names)
            partner_id,
        )
    return int(count)


@dataclass(frozen=True)
class Overlap:
    """How many of the staged lines another live file holds."""

    file_id: int
    name: str
    invoice_number: str
    count: int


_IMPORTED = """
    (
        SELECT row, content_key,
               row_number() OVER (PARTITION BY content_key ORDER BY row) AS occurrence
        FROM staged_line
    ) AS s
    JOIN billing_reconciliationline l
        ON l.content_key = s.content_key AND l.occurrence = s.occurrence AND l.partner_id = %s
    JOIN billing_reconciliationfile f
        ON f.id = l.file_id AND f.status = 'imported' AND f.id IS DISTINCT FROM %s
"""


def overlaps(partner_id: int) -> list[Overlap]:
    """The live files that hold charges of this one, most first."""
    found = _rows(
        f"""
        SELECT f.id, f.name, i.number, count(*) FROM {_IMPORTED}
        JOIN billing_partnerinvoice i ON i.id = f.invoice_id
        GROUP BY f.id, i.id ORDER BY count(*) DESC, f.id
        """,  # noqa: S608  (our own names)
        partner_id,
        None,
    )
    return [Overlap(*row) for row in found]


def leave_out_imported(partner_id: int, replaced_id: int | None) -> int:
    """Take charges that stand in another live file out of the staged lines. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM staged_line USING (SELECT s.row FROM {_IMPORTED}) AS known "  # noqa: S608  (our own names)
            "WHERE known.row = staged_line.row",
            [partner_id, replaced_id],
        )
        return int(cursor.rowcount)


def _rows(statement: str, *values: int | str | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
