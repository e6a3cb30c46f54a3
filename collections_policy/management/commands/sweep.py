"""`manage.py sweep PARTNER [--as-of DATE] [--dry-run] [--json]`: one sweep of one partner."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collections_policy import lifecycle, sweep
from collections_policy.actions import Counts
from collections_policy.facts import NoPolicy
from collections_policy.lifecycle import LeaseLost
from collections_policy.models import RunKind, RunStatus, SweepRun
from partners import clock
from partners.commands import partner_named
from partners.models import Partner


class Command(BaseCommand):
    """Sweeps now, or says what a sweep would do."""

    help = "Run one sweep of a partner; with --dry-run only say what it would do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", metavar="PARTNER", help="the partner's MPN ID")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="business date, YYYY-MM-DD; today by default, in the future only with --dry-run",
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        partner = partner_named(options["partner"])
        on = options["as_of"] or clock.business_date(partner)
        _ensure_not_before_a_recorded_sweep(partner, on)
        result = _preview(partner, on) if options["dry_run"] else _run(partner, on)
        self.stdout.write(json.dumps(result) if options["json"] else _sentence(result))


def _ensure_not_before_a_recorded_sweep(partner: Partner, on: date) -> None:
    recorded = SweepRun.objects.filter(partner=partner).exclude(status=RunStatus.FAILED)
    newest = recorded.order_by("-business_date").first()
    if newest is not None and on < newest.business_date:
        raise CommandError(f"There is a sweep for {newest.business_date} already: {on} is earlier.")


def _preview(partner: Partner, on: date) -> dict[str, object]:
    try:
        seen = sweep.preview(partner, on)
    except NoPolicy as error:
        raise CommandError("No collections policy is published.") from error
    return _result(on, "dry-run", seen.customers, 0, seen.counts)


def _run(partner: Partner, on: date) -> dict[str, object]:
    if on > clock.business_date(partner):
        raise CommandError(f"{on} is in the future: only --dry-run can look there.")
    run, is_new = lifecycle.ask_for_run(partner, on, RunKind.MANUAL, by=None)
    if not is_new and run.business_date != on:
        raise CommandError(f"A sweep for {run.business_date} waits to be run first.")
    try:
        sweep.run_sweep(partner, run)
    except (sweep.AnotherSweepRuns, LeaseLost) as error:
        raise CommandError("Another sweep of this partner is running.") from error
    if run.status == RunStatus.FAILED:
        raise CommandError(f"The sweep failed: {run.failure}.")
    counts = Counts(**{name: getattr(run, name) for name in Counts.names()})
    return _result(on, run.status, run.customers_done, run.errors_count, counts)


def _result(
    on: date, status: str, customers: int, errors: int, counts: Counts
) -> dict[str, object]:
    numbers = {name: getattr(counts, name) for name in Counts.names()}
    return {
        "business_date": on.isoformat(),
        "status": status,
        "customers": customers,
        "errors": errors,
        **numbers,
    }


def _sentence(result: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items())
