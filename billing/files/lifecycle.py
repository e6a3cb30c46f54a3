"""The states of a reconciliation file, and the only module that writes them.

Each verb is one conditional update: whoever comes second changes no row and is told so. An import
and its preparations run in jobs, so the row itself is the claim; no customer is locked for it.
"""

from typing import Any

from billing.models import FileStatus, ReconciliationFile

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


class AlreadyMoved(Exception):
    """Somebody else, or an earlier click, was faster; `file` is what it is now."""

    def __init__(self, file: ReconciliationFile) -> None:
        self.file = file
        super().__init__(file.status)


def move(file: ReconciliationFile, status: FileStatus, **changes: Any) -> None:
    """Bring a file to its next state, with what else changes. Raises AlreadyMoved."""
    sources = [before for before, after in TRANSITIONS.items() if status in after]
    moved = ReconciliationFile.objects.filter(pk=file.pk, status__in=sources).update(
        status=status, **changes
    )
    file.refresh_from_db()
    if not moved:
        raise AlreadyMoved(file)
