"""`manage.py statemachine [--check | --write]`: the state diagrams shown in the rooms' READMEs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partnercenter import statemachines


class Command(BaseCommand):
    """Prints every room's state machines as Mermaid, checks the READMEs, or writes them."""

    help = "Print the state diagrams of all rooms; --check compares, --write updates the READMEs."

    def add_arguments(self, parser: CommandParser) -> None:
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--check", action="store_true", help="fail when a README is stale")
        instead.add_argument("--write", action="store_true", help="update the READMEs")

    def handle(self, *args: Any, **options: Any) -> None:
        rooms = statemachines.rooms()
        if options["check"]:
            _check(rooms)
        elif options["write"]:
            for room in rooms:
                room.write()
        else:
            for room in rooms:
                drawn = "\n\n".join(map(statemachines.section, room.tables))
                self.stdout.write(f"## {room.name}\n\n{drawn}\n")


def _check(rooms: list[statemachines.Room]) -> None:
    stale = [room.name for room in rooms if not room.is_current()]
    if stale:
        names = ", ".join(stale)
        raise CommandError(f"Stale README: {names}. Run `manage.py statemachine --write`.")
