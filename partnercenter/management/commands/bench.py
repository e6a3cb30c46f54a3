"""`manage.py bench [--json] [--only NAME] [--n N]`: measures, in a database of its own."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from partnercenter.benchmarks import BENCHMARKS
from partnercenter.benchmarks.measuring import Measurement, table

DATABASE = "bench_portal"
SIZES = (10_000, 100_000)


class Command(BaseCommand):
    """Creates a database beside the portal's, fills it, measures, and drops it."""

    help = "Measure the portal against the database's floor, in a database made for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--only", choices=sorted(BENCHMARKS), help="one benchmark only")
        parser.add_argument(
            "--n", type=int, action="append", help="size; may be given several times"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = [options["only"]] if options["only"] else sorted(BENCHMARKS)
        portal = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = DATABASE
        with redirect_stdout(StringIO()):
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            measured = _measured(names, options["n"] or SIZES)
            if options["json"]:
                for one in measured:
                    self.stdout.write(one.as_json())
            else:
                for line in table(measured):
                    self.stdout.write(line)
        finally:
            connection.creation.destroy_test_db(portal, verbosity=0)


def _measured(names: list[str], sizes: tuple[int, ...] | list[int]) -> Iterator[Measurement]:
    for name in names:
        for n in sizes:
            yield from BENCHMARKS[name](n)
