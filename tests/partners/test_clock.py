"""The business clock: the wall clock, except in a demo."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from partners import clock, services
from partners.models import AuditEntry, BusinessClock, Partner
from tests.factories.partners import PartnerFactory, global_admin

pytestmark = pytest.mark.django_db
LATE_EVENING_UTC = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)


@time_machine.travel(LATE_EVENING_UTC, tick=False)
def test_business_date_is_the_partners_own(partner: Partner) -> None:
    in_rome = PartnerFactory.create(time_zone="Europe/Rome")

    assert clock.business_date(partner) == date(2026, 11, 23)
    assert clock.business_date(in_rome) == date(2026, 11, 22)


@time_machine.travel(LATE_EVENING_UTC, tick=False)
def test_moving_adds_up(settings: Settings) -> None:
    settings.DEMO = True

    clock.move_forward(1)
    clock.move_forward(20)

    assert clock.now() == LATE_EVENING_UTC + timedelta(days=21)


def test_production_does_not_move(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(clock.ClockMayNotMove):
        clock.move_forward(1)


@time_machine.travel(LATE_EVENING_UTC, tick=False)
def test_production_ignores_an_offset_left_by_a_demo(settings: Settings) -> None:
    BusinessClock.objects.create(pk=1, offset_days=5)
    settings.DEMO = False

    assert clock.now() == timezone.now()


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_clock_moves_only_forward_and_by_a_year_at_most(settings: Settings, days: int) -> None:
    settings.DEMO = True

    with pytest.raises(clock.ClockMayNotMove):
        clock.move_forward(days)


def test_moving_is_in_the_trail(partner: Partner, settings: Settings) -> None:
    settings.DEMO = True

    services.move_clock(partner, 3, by=global_admin(partner), reason="demo")

    assert AuditEntry.objects.get(kind="clock.moved").after["days"] == 3


def test_clock_is_read_once_within_a_block(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.DEMO = True

    with django_assert_num_queries(1), clock.read_once():
        clock.now()
        clock.now()


def test_moved_clock_is_read_again_within_the_block(settings: Settings) -> None:
    settings.DEMO = True

    with clock.read_once():
        before = clock.now()
        clock.move_forward(3)
        after = clock.now()

    assert (after - before).days == 3
