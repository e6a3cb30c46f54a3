"""`manage.py import_receipts PARTNER FILE [--check] [--layout NAME]`: a bank statement."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from billing.imports.command import ImportCommand
from billing.models import BankLayout, ImportKind
from partners.models import Partner


class Command(ImportCommand):
    """Imports a bank statement as the page does."""

    help = (
        "Check and import a bank statement. Without --layout its columns are read as remembered "
        "for their names, else as the names themselves say."
    )
    kind = ImportKind.BANK_STATEMENT

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--layout", metavar="NAME", help="the remembered columns to use")

    def layout(self, partner: Partner, options: dict[str, Any]) -> BankLayout | None:
        """The one remembered layout of this name."""
        if options["layout"] is None:
            return None
        found = list(BankLayout.objects.of_partner(partner).filter(name=options["layout"])[:2])
        if len(found) != 1:
            many = "several layouts" if found else "no layout"
            raise CommandError(f"The partner has {many} called “{options['layout']}”.")
        return found[0]
