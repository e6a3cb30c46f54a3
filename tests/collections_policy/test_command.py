"""`manage.py sweep`: exit codes, dates and what it prints."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collections_policy import services
from collections_policy.models import Case, SweepRun
from partners import clock
from partners.models import Partner
from tests.factories.billing import overdue_for
from tests.factories.collections import customer_of, swept

pytestmark = pytest.mark.django_db


def sweep(*arguments: str) -> str:
    out = StringIO()
    call_command("sweep", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def overdue(partner: Partner) -> Partner:
    """A partner with a policy and one overdue customer."""
    services.ensure_default_policy(partner, None)
    overdue_for(customer_of(partner), 5)
    return partner


def test_sweep_prints_json(overdue: Partner) -> None:
    result = json.loads(sweep(overdue.mpn_id, "--json"))

    assert (result["status"], result["invoices_flagged"], result["reminders"]) == ("done", 1, 1)


def test_sweep_dry_run_writes_nothing(overdue: Partner) -> None:
    result = json.loads(sweep(overdue.mpn_id, "--dry-run", "--json"))

    assert (result["status"], result["reminders"]) == ("dry-run", 1)
    assert not SweepRun.objects.exists()
    assert not Case.objects.exists()


def test_sweep_looks_into_the_future_dry_only(overdue: Partner) -> None:
    tomorrow = (clock.business_date(overdue) + timedelta(days=1)).isoformat()

    assert "reminders: 1" in sweep(overdue.mpn_id, "--as-of", tomorrow, "--dry-run")
    with pytest.raises(CommandError, match="future"):
        sweep(overdue.mpn_id, "--as-of", tomorrow)


def test_sweep_refuses_a_date_before_a_recorded_sweep(overdue: Partner) -> None:
    swept(overdue)
    yesterday = (clock.business_date(overdue) - timedelta(days=1)).isoformat()

    with pytest.raises(CommandError, match="already") as refusal:
        sweep(overdue.mpn_id, "--as-of", yesterday)

    assert refusal.value.returncode == 1


def test_sweep_refuses_an_unknown_partner() -> None:
    with pytest.raises(CommandError, match="MPN ID"):
        sweep("1")


def test_sweep_without_a_policy_fails(partner: Partner) -> None:
    with pytest.raises(CommandError, match="no collections policy"):
        sweep(partner.mpn_id)


def test_sweep_refuses_a_date_that_is_none(overdue: Partner) -> None:
    with pytest.raises(CommandError):
        sweep(overdue.mpn_id, "--as-of", "2026-02-30")
