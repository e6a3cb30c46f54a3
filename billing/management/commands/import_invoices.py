"""`manage.py import_invoices PARTNER FILE [--check]`: opening balances."""

from billing.imports.command import ImportCommand
from billing.models import ImportKind


class Command(ImportCommand):
    """Imports opening balances as the page does."""

    help = "Check and import invoices that were issued elsewhere and are still owed."
    kind = ImportKind.OPENING_BALANCES
