"""What the two commands that import tables share: they do as the page does.

Exit codes: 0 done, 1 refused or wrong (row and column on stderr), 2 usage.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.imports import direct
from billing.imports.problems import Problem
from billing.imports.services import AlreadyUploaded
from billing.models import BankLayout, ImportKind, TableImport
from partners.commands import partner_named
from partners.models import Partner


class ImportCommand(BaseCommand):
    """Checks a table and imports all of it or nothing."""

    kind: ImportKind

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", metavar="PARTNER", help="the partner's MPN ID")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV or XLSX")
        parser.add_argument("--check", action="store_true", help="import nothing")

    def layout(self, partner: Partner, options: dict[str, Any]) -> BankLayout | None:
        """The layout that was asked for; None: as the file's own column names say."""
        return None

    def handle(self, *args: Any, **options: Any) -> None:
        partner = partner_named(options["partner"])
        layout = self.layout(partner, options)
        try:
            with options["file"].open("rb") as stream:
                told = self._run(partner, File(stream), layout, options)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except AlreadyUploaded as refused:
            raise CommandError(_already(refused.table)) from refused
        if not told.report.is_clean:
            errors = told.report.counts["errors"]
            raise CommandError(f"{errors} errors; nothing was imported.")
        self.stdout.write(_sentence(told))

    def _run(
        self,
        partner: Partner,
        content: File,  # type: ignore[type-arg]  # bytes
        layout: BankLayout | None,
        options: dict[str, Any],
    ) -> direct.Told:
        if options["check"]:
            return direct.check_only(partner, self.kind, content, layout=layout, say=self._say)
        name = options["file"].name
        return direct.import_now(
            partner, self.kind, content, name=name, layout=layout, say=self._say
        )

    def _say(self, problem: Problem) -> None:
        style: Callable[[str], str] | None = self.style.WARNING if problem.is_warning else None
        before = "Warning: " if problem.is_warning else ""
        self.stderr.write(before + problem.sentence, style)


def _already(table: TableImport) -> str:
    who = table.imported_by or table.uploaded_by or "this command"
    moment = (table.imported_at or table.uploaded_at).astimezone(table.partner.zone)
    return (
        f"Exactly this file is here already: {table.get_status_display().lower()}, by {who}, "
        f"{moment:%Y-%m-%d %H:%M} ({table.partner.time_zone}), as import {table.pk} “{table.name}”."
    )


def _sentence(told: direct.Told) -> str:
    counts = told.report.counts
    totals = ", ".join(f"{amount:,.2f} {code}" for code, amount in told.report.totals.items())
    found = f"{counts['ready']} new rows{f' ({totals})' if totals else ''}"
    found += f", {counts['known']} recorded already"
    found += f", {counts['doubtful'] + counts['reversed']} doubtful and left out"
    if told.table._state.adding:
        return f"Checked: {found}. Nothing was imported."
    return f"Imported as import {told.table.pk}: {found}."
