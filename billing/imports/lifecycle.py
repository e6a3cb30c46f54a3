"""The states of an imported table, and the only module that writes them."""

from typing import Any

from billing.models import ImportStatus, TableImport
from billing.tables import lifecycle as files
from billing.tables.lifecycle import AlreadyMoved

__all__ = ["TRANSITIONS", "AlreadyMoved", "move"]

TRANSITIONS: dict[ImportStatus, frozenset[ImportStatus]] = {
    ImportStatus.COLUMNS: frozenset({ImportStatus.UPLOADED, ImportStatus.DISCARDED}),
    ImportStatus.UPLOADED: frozenset({ImportStatus.CHECKED, ImportStatus.REFUSED}),
    ImportStatus.CHECKED: frozenset(
        {ImportStatus.IMPORTING, ImportStatus.UPLOADED, ImportStatus.DISCARDED}
    ),
    ImportStatus.REFUSED: frozenset({ImportStatus.UPLOADED, ImportStatus.DISCARDED}),
    ImportStatus.IMPORTING: frozenset(
        {ImportStatus.IMPORTED, ImportStatus.REFUSED, ImportStatus.CHECKED}
    ),
    ImportStatus.IMPORTED: frozenset(),
    ImportStatus.DISCARDED: frozenset(),
}


def move(table: TableImport, status: ImportStatus, **changes: Any) -> None:
    """Bring an import to its next state, with what else changes. Raises AlreadyMoved."""
    files.move(table, status, TRANSITIONS, **changes)
