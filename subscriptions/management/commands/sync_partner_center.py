"""`manage.py sync_partner_center PARTNER`: read everything 21Vianet shows, report what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners.commands import partner_named
from subscriptions import connection
from subscriptions.models import Subscription
from subscriptions.reading import read_partner
from vianet.errors import VianetError


class Command(BaseCommand):
    """Reads customers and subscriptions of one partner and prints the differences."""

    help = "Read customers and subscriptions from Partner Center; report what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", metavar="PARTNER", help="the partner's MPN ID")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = partner_named(options["partner"])
        try:
            report = read_partner(partner, lambda _: None)
        except connection.NotConnected as error:
            raise CommandError("This partner is not connected to Partner Center.") from error
        except VianetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.customers} customers, {report.subscriptions} subscriptions, "
            f"{report.differing} differ, {report.failed_customers} customers could not be read"
        )
        for subscription in Subscription.objects.of_partner(partner).disagreeing():
            self.stdout.write(
                f"{subscription.pc_id}: seen {subscription.seen_status}, "
                f"wanted {subscription.desired_status}"
            )
