"""Clients of one partner keep to one budget, over real HTTP."""

import pytest
from pytest_django.fixtures import Settings

from partners.models import User
from subscriptions import budget
from subscriptions.models import ChangeStatus, RequestBudget, StatusChange, Subscription
from tests.factories.partners import admin_agent
from tests.subscriptions import steps
from vianet.emulator.process import EmulatorHandle


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> None:
    settings.PARTNER_CENTER_REQUESTS_PER_MINUTE = 500


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


@pytest.fixture
def suspension(subscription: Subscription, clerk: User) -> StatusChange:
    steps.hold(subscription, clerk)
    return steps.open_change(subscription)


def test_retry_after_keeps_every_client_of_the_partner_away(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    wait = {"do": "status", "status": 429, "headers": {"Retry-After": "57"}}
    emulator.plan_faults({"match": {"method": "GET"}, **wait})
    steps.deliver(suspension)
    emulator.forget_requests()

    change = steps.deliver(suspension)

    assert change.status == ChangeStatus.PENDING
    assert "holds back" in change.last_error
    assert not emulator.requests()


def test_dead_partner_center_is_not_flooded(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    emulator.plan_faults({"match": {"method": "GET"}, "do": "status", "status": 503, "times": 99})
    steps.deliver(suspension)
    steps.deliver(suspension)
    emulator.forget_requests()

    steps.deliver(suspension)

    assert RequestBudget.objects.get().is_broken
    assert not emulator.requests()


def test_waiting_for_the_budget_is_no_reason_to_call_a_person(suspension: StatusChange) -> None:
    budget.note_told_to_wait(suspension.partner, 57)

    change = steps.deliver(suspension)

    assert change.status == ChangeStatus.PENDING


def test_delivered_change_spends_what_it_sends(
    suspension: StatusChange, emulator: EmulatorHandle
) -> None:
    steps.deliver(suspension)

    row = RequestBudget.objects.get()
    ordinary, _reserved = budget.purses()
    sent = [one for one in emulator.requests() if "/v1/" in str(one["path"])]
    assert len(sent) > 1
    assert row.ordinary < ordinary.most
