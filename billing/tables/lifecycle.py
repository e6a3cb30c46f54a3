"""One step of an uploaded file's life: a conditional update, and words for whoever comes second.

A check and an import run in jobs, so the row itself is the claim; no customer is locked for it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models


class AlreadyMoved(Exception):
    """Somebody else, or an earlier click, was faster; `file` is what it is now."""

    def __init__(self, file: Any) -> None:
        self.file = file
        super().__init__(file.status)


def move[S: models.TextChoices](
    file: models.Model, status: S, transitions: Mapping[S, frozenset[S]], **changes: Any
) -> None:
    """Bring a file to its next state, with what else changes. Raises AlreadyMoved."""
    sources = [before for before, after in transitions.items() if status in after]
    mine = type(file)._default_manager.filter(pk=file.pk, status__in=sources)
    moved = mine.update(status=status, **changes)
    file.refresh_from_db()
    if not moved:
        raise AlreadyMoved(file)
