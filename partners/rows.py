"""Fills tables set by set: constant columns from an unsaved object, varying ones by expression.

Expressions and sources are SQL of the calling module, never of people; values are bound.
"""

from collections.abc import Mapping

from django.db import connection, models

type Row = models.Model


def columns_of(prototype: Row) -> dict[str, object]:
    """What the database would be given for an unsaved object, by column."""
    values: dict[str, object] = {}
    for field in prototype._meta.concrete_fields:
        if field.column is None or field.primary_key or field.generated or field.has_db_default():
            continue
        value = field.pre_save(prototype, add=True)
        values[field.column] = field.get_db_prep_save(value, connection)
    return values


def insert_sql(
    prototype: Row, varying: Mapping[str, str], source: str, *, returning: str = ""
) -> tuple[str, list[object]]:
    """`INSERT … SELECT … FROM source`: varying columns by expression, the others constant.

    A percent sign in an expression or source is written twice.
    """
    values = columns_of(prototype)
    constant = {name: value for name, value in values.items() if name not in varying}
    names = [*varying, *constant]
    expressions = [*varying.values(), *["%s"] * len(constant)]
    sql = (
        f'INSERT INTO "{prototype._meta.db_table}" ({", ".join(f'"{name}"' for name in names)}) '  # noqa: S608
        f"SELECT {', '.join(expressions)} FROM {source}"
    )
    return (f"{sql} RETURNING {returning}" if returning else sql), list(constant.values())


def fill(prototype: Row, varying: Mapping[str, str], source: str) -> int:
    """Insert a row for each row of the source. Returns how many."""
    sql, values = insert_sql(prototype, varying, source)
    return run(sql, values)


def run(sql: str, values: list[object] | None = None) -> int:
    """Execute one statement; returns the rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]  # prepared by the fields themselves
        return int(cursor.rowcount)
