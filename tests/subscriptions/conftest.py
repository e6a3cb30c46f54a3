"""A partner that is connected to a running emulator of Partner Center."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from partners.models import Cloud, Partner
from partners.services import connect
from subscriptions.models import Subscription
from subscriptions.reading import read_partner
from tests.factories.partners import PartnerFactory
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorHandle, running_emulator

MPN_ID = "4390934"


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[EmulatorHandle]:
    """One emulator for the whole run, over real HTTP."""
    with running_emulator(customers=6, seed=7) as handle:
        yield handle


@pytest.fixture
def emulator(shared_emulator: EmulatorHandle, settings: Settings) -> EmulatorHandle:
    """The emulator as it was seeded, without faults or requests."""
    shared_emulator.clear_faults()
    shared_emulator.reset(customers=6, seed=7)
    shared_emulator.forget_requests()
    settings.EMULATOR_URL = shared_emulator.url
    return shared_emulator


@pytest.fixture
def connected(db: None, emulator: EmulatorHandle) -> Partner:
    """A partner whose connection works and may write."""
    demo = demo_partner(MPN_ID)
    partner = PartnerFactory.create(mpn_id=MPN_ID, name=demo.name)
    connect(
        partner,
        cloud=Cloud.EMULATOR,
        tenant_id=demo.tenant_id,
        client_id=demo.client_id,
        client_secret=demo.client_secret,
        writes_enabled=True,
        by=None,
        reason="test",
    )
    return partner


@pytest.fixture
def subscription(connected: Partner, emulator: EmulatorHandle) -> Subscription:
    """A base subscription without add-ons that 21Vianet shows active."""
    read_partner(connected, lambda _: None)
    emulator.forget_requests()
    found = (
        Subscription.objects.filter(base=None, add_ons=None, seen_status="active")
        .select_related("customer", "partner__settings")
        .first()
    )
    assert found is not None
    return found
