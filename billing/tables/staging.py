"""Rows in a temporary table of this connection: loaded by COPY, asked by SQL, gone afterwards.

Names of tables and columns are literals of the callers; values are bound.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any

from django.db import connection

BATCH = 5000
"""Rows to one COPY; between two of them progress is shown."""


@contextmanager
def temporary_table(name: str, columns: str) -> Iterator[None]:
    """An empty table with these columns, gone afterwards whatever happens."""
    _run(f"DROP TABLE IF EXISTS {name}")
    _run(f"CREATE TEMPORARY TABLE {name} ({columns})")
    try:
        yield
    finally:
        if connection.is_usable() and not connection.needs_rollback:
            _run(f"DROP TABLE IF EXISTS {name}")


def load(into: str, rows: Iterable[Sequence[object]]) -> Iterator[int]:
    """Copy rows into a table, or into its columns named in brackets; yields how many so far."""
    count = 0
    for batch in batched(rows, BATCH):
        copied = f"COPY {into} FROM STDIN (FORMAT csv)"
        with connection.cursor() as cursor, cursor.copy(copied) as copy:
            copy.write(_as_csv(batch))
        count += len(batch)
        yield count


def analyse(name: str) -> None:
    """Let the planner know how much is staged."""
    _run(f"ANALYZE {name}")


def ask(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def change(statement: str, **values: Any) -> int:
    """Change rows; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _as_csv(rows: Iterable[Sequence[object]]) -> str:
    """CSV as COPY reads it: quoted throughout, but for NULL."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NOTNULL, lineterminator="\n")
    writer.writerows(rows)
    return text.getvalue()
