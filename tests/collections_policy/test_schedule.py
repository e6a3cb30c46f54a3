"""Sweeps start once per business date, at the partner's own time."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from collections_policy import schedule, services, tasks
from collections_policy.models import RunKind, RunStatus, SweepRun
from partners.models import Partner
from tests.factories.billing import overdue_for
from tests.factories.collections import customer_of

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
"""10:30 in Shanghai."""


@pytest.fixture
def at_half_past_ten() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("local", "is_due"),
    [(time(10, 29), False), (time(10, 30), True), (time(23, 59), True), (time(0, 0), False)],
)
def test_is_time_from_the_partners_hour(local: time, is_due: bool) -> None:
    moment = datetime.combine(MORNING.date(), local, tzinfo=UTC)

    assert schedule.is_time(moment, time(10, 30)) is is_due


def test_tick_sweeps_once_a_day(partner: Partner, at_half_past_ten: time_machine.Traveller) -> None:
    services.ensure_default_policy(partner, None)
    overdue_for(customer_of(partner), 5)

    for _minute in range(3):
        tasks.tick()
        at_half_past_ten.shift(timedelta(minutes=1))

    run = SweepRun.objects.get()
    assert (run.kind, run.status, run.reminders) == (RunKind.SCHEDULED, RunStatus.DONE, 1)
    assert run.business_date.isoformat() == "2026-03-03"


def test_tick_waits_for_the_hour(
    partner: Partner, at_half_past_ten: time_machine.Traveller
) -> None:
    at_half_past_ten.shift(timedelta(minutes=-1))

    tasks.tick()

    assert not SweepRun.objects.exists()


def test_tick_goes_by_the_partners_zone(
    partner: Partner, at_half_past_ten: time_machine.Traveller
) -> None:
    partner.time_zone = "America/New_York"
    partner.save()

    tasks.tick()
    at_half_past_ten.shift(timedelta(hours=13))
    tasks.tick()

    dates = SweepRun.objects.order_by("id").values_list("business_date", flat=True)
    assert [on.isoformat() for on in dates] == ["2026-03-02", "2026-03-03"]


def test_tick_after_days_without_one_sweeps_today_only(
    partner: Partner, at_half_past_ten: time_machine.Traveller
) -> None:
    services.ensure_default_policy(partner, None)
    tasks.tick()

    at_half_past_ten.shift(timedelta(days=3))
    tasks.tick()

    dates = SweepRun.objects.order_by("id").values_list("business_date", flat=True)
    assert [on.isoformat() for on in dates] == ["2026-03-03", "2026-03-06"]


def test_next_sweep_is_tomorrow_once_todays_is_asked_for(
    partner: Partner, at_half_past_ten: time_machine.Traveller
) -> None:
    partner.settings.refresh_from_db()
    assert schedule.next_sweep(partner) == MORNING

    tasks.tick()

    assert schedule.next_sweep(partner) == MORNING + timedelta(days=1)


def test_drain_runs_works_what_was_asked_for_by_hand(partner: Partner) -> None:
    services.ensure_default_policy(partner, None)
    run = services.request_sweep(partner, None)

    tasks.drain_runs()

    run.refresh_from_db()
    assert run.status == RunStatus.DONE
