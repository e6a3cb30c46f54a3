"""`manage.py import_reconciliation PARTNER FILE [--invoice NUMBER] …`: as the page does."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.files import direct
from billing.files.services import AlreadyUploaded
from billing.models import ReconciliationFile
from partners.commands import partner_named
from partners.models import Partner


class Command(BaseCommand):
    """Imports a reconciliation file as the page does. Exit codes: 0 done, 1 refused, 2 usage."""

    help = (
        "Check and import a reconciliation file: all of it or nothing. Without --invoice the "
        "number is taken from the file, or from the only invoice that waits for one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", metavar="PARTNER", help="the partner's MPN ID")
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV or XLSX, as downloaded")
        parser.add_argument("--invoice", metavar="NUMBER", default="", help="21Vianet's invoice")
        parser.add_argument(
            "--replaces", metavar="ID", type=int, help="the imported file that this one replaces"
        )
        parser.add_argument(
            "--only-new", action="store_true", help="leave out lines that another file holds"
        )
        parser.add_argument("--check", action="store_true", help="import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = partner_named(options["partner"])
        replaces = _file_with(partner, options["replaces"])
        try:
            with options["file"].open("rb") as stream:
                report = _run(partner, File(stream), replaces, options)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
        except AlreadyUploaded as refused:
            raise CommandError(_already(refused.file)) from refused
        self._say(report)

    def _say(self, report: direct.Report) -> None:
        findings = report.findings
        for warning in findings.warnings:
            self.stderr.write(f"Warning: {warning.sentence}", self.style.WARNING)
        for error in findings.errors:
            self.stderr.write(error.sentence)
        if not findings.is_clean:
            raise CommandError(f"{findings.counts['errors']} errors; nothing was imported.")
        if report.is_new_invoice:
            self.stderr.write(
                f"Warning: invoice {report.number} was not known. Add its date and total "
                "on the page of the file.",
                self.style.WARNING,
            )
        self.stdout.write(_sentence(report))


def _run(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes
    replaces: ReconciliationFile | None,
    options: dict[str, Any],
) -> direct.Report:
    choices = {
        "number": options["invoice"].strip(),
        "replaces": replaces,
        "only_new": options["only_new"],
    }
    if options["check"]:
        return direct.check_only(partner, content, **choices)
    return direct.import_now(partner, content, name=options["file"].name, **choices)


def _file_with(partner: Partner, pk: int | None) -> ReconciliationFile | None:
    if pk is None:
        return None
    files = ReconciliationFile.objects.of_partner(partner).select_related("invoice")
    file = files.filter(pk=pk).first()
    if file is None:
        raise CommandError(f"The partner has no reconciliation file {pk}.")
    return file


def _already(file: ReconciliationFile) -> str:
    who = file.imported_by or file.uploaded_by or "this command"
    moment = (file.imported_at or file.uploaded_at).astimezone(file.partner.zone)
    what = "imported" if file.is_live else file.get_status_display().lower()
    return (
        f"Exactly this file is here already: {what}, by {who}, {moment:%Y-%m-%d %H:%M} "
        f"({file.partner.time_zone}), as file {file.pk} “{file.name}”."
    )


def _sentence(report: direct.Report) -> str:
    findings, file = report.findings, report.file
    lines = f"{findings.line_count} lines, {findings.total:,.2f} {findings.currency} after tax"
    if file is None:
        return f"Checked: {lines}, for invoice {report.number}. Nothing was imported."
    return (
        f"Imported as file {file.pk}: {lines}, for invoice {report.number}; "
        f"{file.outcome['drafts']} draft invoices."
    )
