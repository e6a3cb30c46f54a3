"""When sweeps run: once per business date at the partner's own time, and when somebody asks."""

from datetime import datetime, time, timedelta

import structlog
from django.db import models
from django.utils import timezone

from collections_policy import lifecycle
from collections_policy.lifecycle import LeaseLost
from collections_policy.models import RunKind, RunStatus, SweepRun
from collections_policy.sweep import AnotherSweepRuns, run_sweep
from partners import clock
from partners.models import Partner

logger = structlog.get_logger(__name__)


def start_daily_sweeps() -> int:
    """Ask for today's sweep of each partner whose time has come. Returns how many are new.

    Days on which nothing ran are not made up for one by one: one sweep finds all that is due, and
    the least days between two letters keep steps from piling up.
    """
    now = clock.now()
    due = [
        partner
        for partner in Partner.objects.select_related("settings").order_by("pk")
        if is_time(now.astimezone(partner.zone), partner.settings.sweep_at)
    ]
    started = 0
    for partner in due:
        today = clock.business_date(partner)
        _run, is_new = lifecycle.ask_for_run(partner, today, RunKind.SCHEDULED, by=None)
        started += is_new
    return started


def drain_runs() -> int:
    """Work every waiting sweep, and every one whose lease has lapsed. Returns how many were."""
    claimable = models.Q(status=RunStatus.WAITING) | models.Q(
        status=RunStatus.RUNNING, lease_until__lt=timezone.now()
    )
    runs = SweepRun.objects.filter(claimable).select_related("partner__settings").order_by("id")
    worked = 0
    for run in runs:
        try:
            run_sweep(run.partner, run)
        except (AnotherSweepRuns, LeaseLost) as reason:
            logger.info("sweep_left_alone", run=run.pk, reason=type(reason).__name__)
        else:
            worked += 1
    return worked


def is_time(local: datetime, sweep_at: time) -> bool:
    """Whether the daily sweep is due at this time of the partner's zone."""
    return local.time() >= sweep_at


def next_sweep(partner: Partner) -> datetime:
    """When the partner's next daily sweep is due, in its own zone."""
    local = clock.now().astimezone(partner.zone)
    at = datetime.combine(local.date(), partner.settings.sweep_at, tzinfo=partner.zone)
    is_done = SweepRun.objects.filter(
        partner=partner, kind=RunKind.SCHEDULED, business_date=local.date()
    ).exists()
    return at + timedelta(days=1) if is_done else at


def last_sweep(partner: Partner) -> SweepRun | None:
    """The newest finished sweep."""
    return SweepRun.objects.finished().filter(partner=partner).order_by("-id").first()
