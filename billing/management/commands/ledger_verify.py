"""`manage.py ledger_verify PARTNER`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.books import verifying
from partners.commands import partner_named


class Command(BaseCommand):
    """Checks the ledger against its rows. Exit codes: 0 it agrees, 1 it does not, 2 usage."""

    help = "Compare what invoices and receipts say with the rows they stand for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", metavar="PARTNER", help="the partner's MPN ID")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = partner_named(options["partner"])
        found = list(verifying.differences(partner))
        for difference in found:
            self.stderr.write(difference.sentence)
        if found:
            raise CommandError(f"{len(found)} rows of the ledger do not add up.")
        self.stdout.write("The ledger adds up.")
