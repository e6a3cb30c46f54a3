"""The state machines: every pair of states against the table, under the lock or not at all."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from collections_policy import lifecycle, services
from collections_policy.lifecycle import InvalidTransition, LeaseLost, StepMove
from collections_policy.models import (
    ActionStatus,
    Case,
    CaseStatus,
    CaseStep,
    CloseReason,
    RunKind,
    RunStatus,
    SweepRun,
)
from customers.locks import CustomerNotLocked
from customers.models import Customer
from partners import audit, clock
from partners.models import AuditEntry, Partner
from tests.factories.collections import case_at

LEASE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partner: Partner) -> Case:
    return case_at(partner, 1)


def step_in(case: Case, status: ActionStatus) -> CaseStep:
    step = case.version.steps.earliest("position")
    return CaseStep.objects.create(
        partner=case.partner, case=case, step=step, status=status, acted_on=case.opened_on
    )


def move(case: Case, row: CaseStep, to: ActionStatus) -> None:
    with transaction.atomic():
        Customer.objects.lock([case.customer_id])
        step_move = StepMove(case, row.step_id, to, row)
        lifecycle.move_steps([step_move], case.opened_on, by=None, reason="test")


ALLOWED = [
    (before, after)
    for before, targets in lifecycle.TRANSITIONS.items()
    for after in sorted(targets)
]
FORBIDDEN = sorted(
    set(product(ActionStatus, ActionStatus)) - set(ALLOWED) - {(one, one) for one in ActionStatus}
)


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_move_steps_follows_the_table(
    case: Case, before: ActionStatus, after: ActionStatus
) -> None:
    row = step_in(case, before)

    move(case, row, after)

    row.refresh_from_db()
    assert row.status == after
    assert AuditEntry.objects.filter(kind=f"case_step.{after}", subject_id=str(row.pk)).exists()


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_move_steps_refuses_everything_else(
    case: Case, before: ActionStatus, after: ActionStatus
) -> None:
    row = step_in(case, before)

    with pytest.raises(InvalidTransition):
        move(case, row, after)

    assert CaseStep.objects.get(pk=row.pk).status == before


def test_move_steps_to_the_same_state_writes_nothing(case: Case) -> None:
    row = step_in(case, ActionStatus.DONE)
    entries = AuditEntry.objects.count()

    move(case, row, ActionStatus.DONE)

    assert AuditEntry.objects.count() == entries


@pytest.mark.django_db(transaction=True)
def test_move_steps_needs_the_lock(case: Case) -> None:
    row = step_in(case, ActionStatus.PLANNED)
    step_move = StepMove(case, row.step_id, ActionStatus.DONE, row)

    with pytest.raises(CustomerNotLocked):
        lifecycle.move_steps([step_move], case.opened_on, by=None, reason="test")


def test_move_steps_moves_nothing_when_the_audit_fails(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = step_in(case, ActionStatus.PLANNED)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(audit, "record_many", refuse)

    with pytest.raises(DatabaseError):
        move(case, row, ActionStatus.DONE)

    assert CaseStep.objects.get(pk=row.pk).status == ActionStatus.PLANNED


def test_close_cases_refuses_a_closed_one(case: Case) -> None:
    with transaction.atomic():
        Customer.objects.lock([case.customer_id])
        lifecycle.close_cases([case], CloseReason.SETTLED, case.opened_on, by=None, reason="test")

        with pytest.raises(InvalidTransition):
            lifecycle.close_cases(
                [case], CloseReason.SETTLED, case.opened_on, by=None, reason="test"
            )

    assert case.status == CaseStatus.CLOSED


def test_claim_run_is_won_once(partner: Partner) -> None:
    run = services.request_sweep(partner, None)

    assert lifecycle.claim_run(run, uuid4(), LEASE)
    assert not lifecycle.claim_run(run, uuid4(), LEASE)


def test_claim_run_refuses_beside_a_running_one(partner: Partner) -> None:
    first = services.request_sweep(partner, None)
    lifecycle.claim_run(first, uuid4(), LEASE)
    second, _is_new = lifecycle.ask_for_run(
        partner, clock.business_date(partner), RunKind.SCHEDULED, by=None
    )

    assert not lifecycle.claim_run(second, uuid4(), LEASE)


def test_a_worker_without_the_lease_writes_nothing(partner: Partner) -> None:
    run = services.request_sweep(partner, None)
    lifecycle.claim_run(run, uuid4(), LEASE)
    run.customers_done = 7

    with pytest.raises(LeaseLost):
        lifecycle.save_progress(run, uuid4(), LEASE, ["customers_done"])
    with pytest.raises(LeaseLost):
        lifecycle.finish_run(run, uuid4())

    stored = SweepRun.objects.get(pk=run.pk)
    assert (stored.customers_done, stored.status) == (0, RunStatus.RUNNING)
