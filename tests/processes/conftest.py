"""Each test starts the processes it needs, on a broker and an emulator shared by all of them."""

import secrets
import shutil
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
import redis
from django.db import connection

from partnercenter.devservices import carriers, valkey
from partnercenter.devservices.places import CHECKOUT, place_for
from partners import clock
from partners.models import Cloud, Job, Partner, User
from partners.services import connect
from subscriptions.models import Subscription
from subscriptions.reading import JOB_KIND
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, admin_agent
from tests.factories.subscriptions import SubscriptionFactory
from tests.processes.portal import Portal
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorProcess

MPN_ID = "4390934"
CUSTOMERS = 150


@pytest.fixture(scope="package")
def broker() -> Iterator[valkey.Valkey]:
    """A Valkey of our own, which may be emptied and stopped."""
    place = place_for(CHECKOUT, f"processes-{secrets.token_hex(4)}")
    server = valkey.Valkey(place, carriers.valkey(place), valkey.THROWAWAY)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(place.home, ignore_errors=True)


@pytest.fixture(scope="package")
def emulator() -> Iterator[EmulatorProcess]:
    with EmulatorProcess(customers=CUSTOMERS) as process:
        process.set(requests_per_minute=0)
        yield process


@pytest.fixture
def partner(transactional_db: None) -> Partner:
    """A connected partner whose daily sweep is due at any time; just read, so not for an hour."""
    demo = demo_partner(MPN_ID)
    partner = PartnerFactory.create(mpn_id=MPN_ID, name=demo.name)
    partner.settings.sweep_at = time(0, 0)
    partner.settings.save()
    now = clock.now()
    Job.objects.create(
        partner=partner, kind=JOB_KIND, status=Job.Status.DONE, created_at=now, finished_at=now
    )
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
def portal(
    partner: Partner, broker: valkey.Valkey, emulator: EmulatorProcess, tmp_path: Path
) -> Iterator[Portal]:
    """What can start the portal's processes; ends them before the database is emptied."""
    emulator.clear_faults()
    emulator.set(latency_ms=0)
    emulator.forget_requests()
    broker.start()
    redis.Redis.from_url(broker.url).flushall()
    running = Portal(broker, emulator, _database_url(), tmp_path)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def clerk(partner: Partner) -> User:
    return admin_agent(partner)


@pytest.fixture
def subscriptions(partner: Partner, emulator: EmulatorProcess) -> Iterator[Subscription]:
    """Base subscriptions that the emulator shows active, one after the other, as they are asked
    for."""
    [shown] = _list(emulator.state(mpn_id=partner.mpn_id, limit=CUSTOMERS)["partners"])
    return _written_down(partner, _list(shown["customers"]))


def _written_down(partner: Partner, customers: list[dict[str, object]]) -> Iterator[Subscription]:
    for each in customers:
        tenant_id, company = str(each["id"]).lower(), each["company_name"]
        customer = CustomerFactory.create(partner=partner, tenant_id=tenant_id, company=company)
        for one in _list(each["subscriptions"]):
            if one["status"] == "active" and not one.get("parentSubscriptionId"):
                yield SubscriptionFactory.create(customer=customer, pc_id=str(one["id"]).lower())


def _list(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def _database_url() -> str:
    """The tests' own database, as another process reaches it."""
    given = connection.settings_dict
    who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgresql://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
