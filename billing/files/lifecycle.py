"""The states of a reconciliation file, and the only module that writes them."""

from typing import Any

from billing.models import FileStatus, ReconciliationFile
from billing.tables import lifecycle as files
from billing.tables.lifecycle import AlreadyMoved

__all__ = ["TRANSITIONS", "AlreadyMoved", "move"]

TRANSITIONS: dict[FileStatus, frozenset[FileStatus]] = {
    FileStatus.UPLOADED: frozenset({FileStatus.CHECKED, FileStatus.REFUSED}),
    FileStatus.CHECKED: frozenset(
        {FileStatus.IMPORTING, FileStatus.UPLOADED, FileStatus.DISCARDED}
    ),
    FileStatus.REFUSED: frozenset({FileStatus.UPLOADED, FileStatus.DISCARDED}),
    FileStatus.IMPORTING: frozenset({FileStatus.IMPORTED, FileStatus.REFUSED, FileStatus.CHECKED}),
    FileStatus.IMPORTED: frozenset({FileStatus.REPLACED}),
    FileStatus.REPLACED: frozenset(),
    FileStatus.DISCARDED: frozenset(),
}


def move(file: ReconciliationFile, status: FileStatus, **changes: Any) -> None:
    """Bring a file to its next state, with what else changes. Raises AlreadyMoved."""
    files.move(file, status, TRANSITIONS, **changes)
