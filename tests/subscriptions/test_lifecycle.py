"""The state machine against its own table, its lock, and its audit trail."""

from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from customers.locks import CustomerNotLocked
from customers.models import Customer
from partners import audit
from partners.models import AuditEntry
from subscriptions import lifecycle
from subscriptions.models import ChangeStatus, StatusChange
from tests.factories.subscriptions import SubscriptionFactory, change_at

pytestmark = pytest.mark.django_db
PAIRS = list(product(ChangeStatus, ChangeStatus))
ALLOWED = [(a, b) for a, b in PAIRS if b in lifecycle.TRANSITIONS[a]]
FORBIDDEN = [(a, b) for a, b in PAIRS if b not in lifecycle.TRANSITIONS[a] and a != b]


def _move(change: StatusChange, to: ChangeStatus) -> StatusChange:
    with transaction.atomic():
        Customer.objects.lock([change.customer_id])
        return lifecycle._move(change, to, by=None, reason="test", fields=("request_id",))


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_move_in_the_table_is_written_with_one_audit_entry(
    before: ChangeStatus, after: ChangeStatus
) -> None:
    change = change_at(before)
    entries = AuditEntry.objects.count()
    _move(change, after)
    change.refresh_from_db()
    assert change.status == after
    assert AuditEntry.objects.count() == entries + 1


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_move_outside_the_table_is_refused(before: ChangeStatus, after: ChangeStatus) -> None:
    change = change_at(before)
    with pytest.raises(lifecycle.InvalidTransition):
        _move(change, after)


@pytest.mark.parametrize("status", list(ChangeStatus))
def test_move_to_the_same_state_does_nothing(status: ChangeStatus) -> None:
    change = change_at(status)
    entries = AuditEntry.objects.count()
    assert _move(change, status) is change
    assert AuditEntry.objects.count() == entries


def test_move_without_the_customers_lock_is_refused() -> None:
    change = change_at(ChangeStatus.PENDING)
    with pytest.raises(CustomerNotLocked):
        lifecycle.cancel(change, by=None, reason="test")


def test_lock_of_another_customer_does_not_count() -> None:
    change = change_at(ChangeStatus.PENDING)
    other = SubscriptionFactory.create()
    with transaction.atomic():
        Customer.objects.lock([other.customer_id])
        with pytest.raises(CustomerNotLocked):
            lifecycle.cancel(change, by=None, reason="test")


def test_nothing_moves_when_the_audit_entry_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    change = change_at(ChangeStatus.PENDING)
    monkeypatch.setattr(audit, "_entry", lambda *_: AuditEntry())
    with pytest.raises(Exception, match="null value"), transaction.atomic():
        _move(change, ChangeStatus.CANCELLED)
    change.refresh_from_db()
    assert change.status == ChangeStatus.PENDING


def test_request_id_is_kept_for_the_same_bytes_and_new_for_others() -> None:
    change = change_at(ChangeStatus.PENDING)
    worker = change.correlation_id
    with transaction.atomic():
        Customer.objects.lock([change.customer_id])
        later = timezone.now()
        lifecycle.begin_sending(change, digest="a", worker=worker, lease_until=later)
        first = change.request_id
        lifecycle.put_back(change, error="409", again_at=later)
        lifecycle.begin_sending(change, digest="a", worker=worker, lease_until=later)
        again = change.request_id
        lifecycle.put_back(change, error="412", again_at=later)
        lifecycle.begin_sending(change, digest="b", worker=worker, lease_until=later)
    assert first == again
    assert change.request_id != first
