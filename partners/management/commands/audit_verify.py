"""Checks that nobody changed, removed or slipped in an entry of the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners import trail


class Command(BaseCommand):
    """Exit 0 and the newest digest when the trail is whole; 1 and what is wrong otherwise."""

    help = "Recompute the seals of the audit trail. Keep the printed digest outside the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--expect", default="", help="a digest printed earlier")

    def handle(self, *_args: Any, **options: Any) -> None:
        problems = trail.verify(options["expect"])
        if problems:
            raise CommandError("\n".join(problems))
        digest = trail.last_digest() or "nothing is sealed yet"
        self.stdout.write(f"The audit trail is whole. Newest digest: {digest}")
