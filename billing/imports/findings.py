"""Keeps every finding of a check as a row, in batches: there may be as many as rows in the file."""

from types import TracebackType
from typing import Self

from billing.imports.problems import Problem
from billing.models import ImportFinding, TableImport

BATCH = 2000


class Kept:
    """The findings of one check; those of the check before go when it begins."""

    def __init__(self, table: TableImport) -> None:
        self._table = table
        self._waiting: list[ImportFinding] = []

    def __enter__(self) -> Self:
        ImportFinding.objects.filter(table=self._table).delete()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._store()

    def say(self, problem: Problem) -> None:
        """Keep one finding."""
        self._waiting.append(
            ImportFinding(
                table=self._table,
                is_warning=problem.is_warning,
                row=problem.row,
                column=problem.column[:100],
                code=problem.code.value,
                value=problem.value[:200],
                details=dict(problem.details),
            )
        )
        if len(self._waiting) >= BATCH:
            self._store()

    def _store(self) -> None:
        ImportFinding.objects.bulk_create(self._waiting)
        self._waiting = []
