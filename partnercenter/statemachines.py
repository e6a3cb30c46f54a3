"""Finds every room's table of transitions and draws it for the room's README."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

from django.apps import apps
from django.conf import settings

BEGIN = "<!-- states: written by `manage.py statemachine --write` -->"
END = "<!-- end of states -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)

type Table = Mapping[StrEnum, frozenset[StrEnum]]


@dataclass(frozen=True)
class Room:
    """A room with state machines: its folder and its tables."""

    folder: Path
    tables: tuple[Table, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def readme(self) -> Path:
        return self.folder / "README.md"

    def is_current(self) -> bool:
        """Whether the README shows the machines as they are."""
        return self.readme.exists() and block(self.tables) in self.readme.read_text()

    def write(self) -> None:
        """Replace the README's diagrams, or add them at its end."""
        text = self.readme.read_text() if self.readme.exists() else f"# {self.name}\n"
        drawn = block(self.tables)
        if BLOCK.search(text):
            text = BLOCK.sub(lambda _match: drawn, text)
        else:
            text = f"{text.rstrip()}\n\n## State diagrams\n\n{drawn}\n"
        self.readme.write_text(text)


def rooms() -> list[Room]:
    """The rooms of this project that have a table of transitions, by name."""
    here = Path(settings.BASE_DIR)
    folders = [Path(app.path) for app in apps.get_app_configs()]
    ours = sorted(folder for folder in folders if folder.parent == here)
    found = [Room(folder, tuple(_tables_below(folder.name))) for folder in ours]
    return [room for room in found if room.tables]


def block(tables: Iterable[Table]) -> str:
    """The diagrams between their marks, as they stand in a README."""
    return "\n\n".join([BEGIN, *map(section, tables), END])


def section(table: Table) -> str:
    """One machine under the name of its states."""
    name = type(next(iter(table))).__name__
    return f"### {name}\n\n```mermaid\n{diagram(table)}\n```"


def diagram[S: StrEnum](table: Mapping[S, frozenset[S]]) -> str:
    """A Mermaid state diagram; the table's first state is where everything begins."""
    states = list(table)
    lines = ["stateDiagram-v2", f"    [*] --> {states[0].value}"]
    for state in states:
        after = [other for other in states if other in table[state]]
        lines += [f"    {state.value} --> {other.value}" for other in after]
        if not after:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines)


def _tables_below(package: str) -> Iterator[Table]:
    root = import_module(package)
    for found in walk_packages(root.__path__, f"{package}."):
        if found.name.rpartition(".")[2] == "lifecycle":
            yield from _tables_of(import_module(found.name))


def _tables_of(module: ModuleType) -> Iterator[Table]:
    names = [name for name in vars(module) if name.endswith("TRANSITIONS")]
    yield from (getattr(module, name) for name in names)
