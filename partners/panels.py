"""What a room says on a page that shows several rooms."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """A titled piece of a shared page: its template reads the context as `panel`."""

    title: str
    template: str
    context: Mapping[str, object]
