"""`manage.py demo [--customers N]`: fill an empty portal with believable data."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from partnercenter.demo import history, holds, money, people
from partners import clock
from partners.models import Partner, User
from subscriptions import budget, sending
from subscriptions.connection import NotConnected
from subscriptions.models import Target
from subscriptions.reading import read_partner
from vianet.emulator.demo import DEMO_PARTNERS
from vianet.errors import VianetError


class Command(BaseCommand):
    """Makes two partners, their people and customers, and three months of the first one's past."""

    help = "Fill an empty portal with demo data; sign-ins go to .run/demo.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=40, help="customers with a past")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data is refused outside a demo (DEMO=true).")
        if Partner.objects.exists():
            raise CommandError("There is data already; demo data goes into an empty portal only.")
        with transaction.atomic():
            partners = [people.make_partner(demo) for demo in DEMO_PARTNERS]
            sign_ins = [each for partner in partners for each in people.make_people(partner)]
            sign_ins.append(people.make_platform_admin())
            self._live(partners)
        sending.deliver_due(Target.SUSPENDED)
        self._write(people.as_rows(sign_ins))

    def _live(self, partners: list[Partner]) -> None:
        """All or nothing: a half-filled portal would pass for a filled one."""
        clerk = User.objects.get(email="clerk@demo.example")
        with clock.told(history.beginning(partners[0])):
            self._read(partners)
            history.befriend(partners[0], clerk)
        history.live(partners[0], clerk)
        self._read(partners)
        holds.suspend_some(partners[0], clerk)
        money.leave_work(partners[0], clerk)

    def _read(self, partners: list[Partner]) -> None:
        try:
            with budget.uncounted():
                for partner in partners:
                    read_partner(partner, lambda _: None)
        except (NotConnected, VianetError) as error:
            raise CommandError(f"The emulator cannot be read: {error}") from error

    def _write(self, rows: list[dict[str, object]]) -> None:
        folder = settings.BASE_DIR / ".run"
        folder.mkdir(exist_ok=True)
        path = folder / "demo.json"
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=2), encoding="utf-8")
        self.stdout.write(f"{len(rows)} sign-ins written to {path.relative_to(settings.BASE_DIR)}")
