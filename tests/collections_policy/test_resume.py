"""A sweep whose worker is killed goes on from its checkpoint, and nothing happens twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from collections_policy import schedule, services
from collections_policy.models import CaseStep, RunStatus, SweepRun
from customers.models import Customer
from partners.models import Partner
from tests.factories.billing import overdue_for
from tests.factories.collections import customer_of

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = """
import os; os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnercenter.settings")
import django; django.setup()
from collections_policy import schedule, sweep
sweep.BATCH = 2
schedule.drain_runs()
"""


def test_sweep_survives_kill_9_of_its_worker(partner: Partner) -> None:
    customers = [customer_of(partner) for _ in range(6)]
    for customer in customers:
        overdue_for(customer, 5)
    services.ensure_default_policy(partner, None)
    run = services.request_sweep(partner, None)

    _kill_after_the_first_batch(run, blocking=customers[3])
    SweepRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    schedule.drain_runs()

    run.refresh_from_db()
    assert (run.status, run.customers_done, run.reminders) == (RunStatus.DONE, 6, 6)
    assert CaseStep.objects.count() == 6


def test_sweep_with_a_live_lease_is_left_alone(partner: Partner) -> None:
    services.ensure_default_policy(partner, None)
    run = services.request_sweep(partner, None)
    SweepRun.objects.filter(pk=run.pk).update(
        status=RunStatus.RUNNING, lease_until=timezone.now() + timedelta(minutes=1)
    )

    assert schedule.drain_runs() == 0


def _kill_after_the_first_batch(run: SweepRun, *, blocking: Customer) -> None:
    """Another transaction holds a customer of the second batch; there the worker is killed."""
    url = settings.DATABASES["default"]
    address = f"postgresql://{url['USER']}:{url['PASSWORD']}@{url['HOST']}:{url['PORT']}"
    environment = os.environ | {"DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}"}
    with transaction.atomic():
        Customer.objects.lock([blocking.pk])
        worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)  # noqa: S603
        try:
            _wait_for_checkpoint(run)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()


def _wait_for_checkpoint(run: SweepRun) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if run.checkpoint:
            return
        time.sleep(0.1)
    pytest.fail("the worker committed no batch within a minute")
