"""The state machines of cases, their steps and sweeps, and the only module that writes status.

What belongs to a customer moves under the customer's lock and shares its transaction with its
audit entries; every verb is set-based: the same number of statements however many rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

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
from customers import locks
from partners import audit, clock
from partners.models import Partner, User

CASE_TRANSITIONS: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset(),
}
TRANSITIONS: dict[ActionStatus, frozenset[ActionStatus]] = {
    ActionStatus.PLANNED: frozenset(
        {
            ActionStatus.PROPOSED,
            ActionStatus.DONE,
            ActionStatus.BLOCKED,
            ActionStatus.SKIPPED,
            ActionStatus.FAILED,
        }
    ),
    ActionStatus.PROPOSED: frozenset(
        {ActionStatus.APPROVED, ActionStatus.PLANNED, ActionStatus.SKIPPED}
    ),
    ActionStatus.APPROVED: frozenset(
        {ActionStatus.DONE, ActionStatus.FAILED, ActionStatus.SKIPPED}
    ),
    ActionStatus.BLOCKED: frozenset(
        {ActionStatus.PLANNED, ActionStatus.PROPOSED, ActionStatus.DONE, ActionStatus.SKIPPED}
    ),
    ActionStatus.FAILED: frozenset({ActionStatus.PLANNED, ActionStatus.SKIPPED}),
    ActionStatus.DONE: frozenset({ActionStatus.PLANNED}),
    ActionStatus.SKIPPED: frozenset(),
}
"""A done proposal is planned again when somebody unblocks although money is owed."""
RUN_TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.WAITING: frozenset({RunStatus.RUNNING, RunStatus.FAILED}),
    RunStatus.RUNNING: frozenset({RunStatus.DONE, RunStatus.PARTIAL, RunStatus.FAILED}),
    RunStatus.DONE: frozenset(),
    RunStatus.PARTIAL: frozenset(),
    RunStatus.FAILED: frozenset(),
}
UNSETTLED = (
    ActionStatus.PLANNED,
    ActionStatus.PROPOSED,
    ActionStatus.APPROVED,
    ActionStatus.BLOCKED,
    ActionStatus.FAILED,
)


class InvalidTransition(Exception):
    """The machine has no such step from where the record stands."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"{before} → {after}")


class LeaseLost(Exception):
    """Another worker took this sweep over; whatever is not committed is theirs to do."""


@dataclass(frozen=True)
class StepMove:
    """A step of a case and where it is to go. A step without a row yet starts as planned."""

    case: Case
    step_id: int
    to: ActionStatus
    row: CaseStep | None = None
    blocked_by: tuple[str, ...] = ()

    @property
    def before(self) -> ActionStatus:
        return ActionStatus(self.row.status) if self.row else ActionStatus.PLANNED

    @property
    def changes_nothing(self) -> bool:
        """Whether the row already says exactly this."""
        return (
            self.row is not None
            and self.row.status == self.to
            and tuple(self.row.blocked_by) == self.blocked_by
        )


def open_cases(cases: Sequence[Case], *, by: User | None, reason: str) -> None:
    """Store new cases, with one entry each."""
    _ensure_locked(cases)
    Case.objects.bulk_create(cases)
    audit.record_many((_case_fact(case, "case.opened", reason) for case in cases), by=by)


def close_cases(
    cases: Sequence[Case], close_reason: CloseReason, on: date, *, by: User | None, reason: str
) -> None:
    """End open cases; whatever of their steps is not done is skipped."""
    if not cases:
        return
    _ensure_locked(cases)
    for case in cases:
        if CaseStatus.CLOSED not in CASE_TRANSITIONS[CaseStatus(case.status)]:
            raise InvalidTransition(case.status, CaseStatus.CLOSED)
    with transaction.atomic():
        _skip_unsettled(cases, on, by=by, reason=reason)
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(
            status=CaseStatus.CLOSED, closed_on=on, close_reason=close_reason, next_due_on=None
        )
        for case in cases:
            case.status, case.closed_on, case.next_due_on = CaseStatus.CLOSED, on, None
            case.close_reason = close_reason
        audit.record_many((_case_fact(case, "case.closed", reason) for case in cases), by=by)


def move_steps(
    moves: Sequence[StepMove], on: date, *, by: User | None, reason: str
) -> list[CaseStep]:
    """Take steps where they are to go; returns their rows in the order of the moves.

    Raises InvalidTransition and CustomerNotLocked.
    """
    _ensure_locked([move.case for move in moves])
    changing = [move for move in moves if not move.changes_nothing]
    for move in changing:
        if move.to not in TRANSITIONS[move.before] and move.before != move.to:
            raise InvalidTransition(move.before, move.to)
    with transaction.atomic():
        rows = {id(move): _row(move, on, by) for move in moves}
        CaseStep.objects.bulk_create([row for row in rows.values() if row.pk is None])
        _update_rows([rows[id(move)] for move in changing if move.row is not None], on, by)
        facts = [_step_fact(move, rows[id(move)], reason) for move in changing]
        audit.record_many(facts, by=by)
    return [rows[id(move)] for move in moves]


def ask_for_run(
    partner: Partner, business_date: date, kind: RunKind, *, by: User | None
) -> tuple[SweepRun, bool]:
    """A waiting run, and whether it is new: asked twice is asked once."""
    unfinished = {"partner": partner, "kind": kind}
    if kind == RunKind.SCHEDULED:
        unfinished |= {"business_date": business_date}
    else:
        unfinished |= {"status": RunStatus.WAITING}
    defaults = {"business_date": business_date, "requested_by": by, "requested_at": clock.now()}
    return SweepRun.objects.get_or_create(**unfinished, defaults=defaults)


def claim_run(run: SweepRun, worker: UUID, lease: timedelta) -> bool:
    """Take a waiting run, or one whose worker died. False: another sweep of the partner runs."""
    now = timezone.now()
    claimable = SweepRun.objects.filter(pk=run.pk).filter(
        models.Q(status__in=_before(RunStatus.RUNNING))
        | models.Q(status=RunStatus.RUNNING, lease_until__lt=now)
    )
    try:
        with transaction.atomic():
            claimed = claimable.update(
                status=RunStatus.RUNNING,
                leased_by=worker,
                lease_until=now + lease,
                attempts=models.F("attempts") + 1,
                started_at=Coalesce("started_at", models.Value(clock.now())),
            )
    except IntegrityError:
        return False
    run.refresh_from_db()
    return claimed == 1


def save_progress(run: SweepRun, worker: UUID, lease: timedelta, fields: Iterable[str]) -> None:
    """Write checkpoint and counts and renew the lease. Raises LeaseLost."""
    values = {name: getattr(run, name) for name in fields}
    mine = SweepRun.objects.filter(pk=run.pk, leased_by=worker, status=RunStatus.RUNNING)
    if not mine.update(**values, lease_until=timezone.now() + lease):
        raise LeaseLost


def finish_run(run: SweepRun, worker: UUID | None, *, failure: str = "") -> None:
    """End a run as done, partial when a customer had errors, or failed. Raises LeaseLost."""
    status = RunStatus.PARTIAL if run.errors_count else RunStatus.DONE
    status = RunStatus.FAILED if failure else status
    with transaction.atomic():
        mine = SweepRun.objects.filter(pk=run.pk, leased_by=worker, status__in=_before(status))
        if not mine.update(
            status=status, finished_at=clock.now(), lease_until=None, failure=failure[:200]
        ):
            raise LeaseLost
        run.refresh_from_db()
        audit.record(_run_fact(run), by=run.requested_by)


def _before(status: RunStatus) -> list[RunStatus]:
    """The states from which a sweep may come to this one."""
    return [before for before, after in RUN_TRANSITIONS.items() if status in after]


def _row(move: StepMove, on: date, by: User | None) -> CaseStep:
    row = move.row or CaseStep(
        partner_id=move.case.partner_id, case=move.case, step_id=move.step_id
    )
    if not move.changes_nothing:
        row.status, row.acted_on, row.decided_by = move.to, on, by
        row.blocked_by = list(move.blocked_by)
    return row


def _update_rows(rows: list[CaseStep], on: date, by: User | None) -> None:
    """One statement per state and blocker, not per row."""

    def outcome(row: CaseStep) -> tuple[str, list[str]]:
        return row.status, row.blocked_by

    for (status, blocked_by), group in groupby(sorted(rows, key=outcome), key=outcome):
        CaseStep.objects.filter(pk__in=[row.pk for row in group]).update(
            status=status, acted_on=on, blocked_by=blocked_by, decided_by=by
        )


def _skip_unsettled(cases: Sequence[Case], on: date, *, by: User | None, reason: str) -> None:
    by_id = {case.pk: case for case in cases}
    rows = CaseStep.objects.filter(case__in=by_id, status__in=UNSETTLED).select_related("step")
    moves = [StepMove(by_id[row.case_id], row.step_id, ActionStatus.SKIPPED, row) for row in rows]
    if moves:
        move_steps(moves, on, by=by, reason=reason)


def _ensure_locked(cases: Iterable[Case]) -> None:
    for customer_id in {case.customer_id for case in cases}:
        locks.ensure_locked(customer_id)


def _case_fact(case: Case, kind: str, reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=case.partner_id,
        customer_id=case.customer_id,
        subject=case,
        kind=kind,
        reason=reason,
        after={"status": case.status, "currency": case.currency, "since": case.anchor_due_on},
    )


def _step_fact(move: StepMove, row: CaseStep, reason: str) -> audit.Fact:
    after = {"status": move.to.value, "case": move.case.pk, "step": row.step_id}
    if move.blocked_by:
        after["blocked_by"] = ", ".join(move.blocked_by)
    return audit.Fact(
        partner_id=move.case.partner_id,
        customer_id=move.case.customer_id,
        subject=row,
        kind=f"case_step.{move.to.value}",
        reason=reason,
        before={"status": move.before.value},
        after=after,
    )


def _run_fact(run: SweepRun) -> audit.Fact:
    return audit.Fact(
        partner_id=run.partner_id,
        customer_id=None,
        subject=run,
        kind="sweep.finished",
        reason=run.get_kind_display(),
        after={
            "status": run.status,
            "business_date": run.business_date,
            "customers": run.customers_done,
            "flagged": run.invoices_flagged,
            "proposals": run.proposals,
            "errors": run.errors_count,
        },
    )
