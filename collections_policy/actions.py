"""Carries decisions out for a batch of locked customers: a statement per kind of row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from django.db import connection

from collections_policy import letters, lifecycle, rules
from collections_policy.facts import Situation
from collections_policy.lifecycle import StepMove
from collections_policy.models import Action, ActionStatus, Case, CaseStep, CloseReason
from collections_policy.rules import Decision, Verdict
from partners.models import Partner
from subscriptions.models import Hold, HoldSource
from subscriptions.services import lift_hold

_UPDATE_CASES = f"""
UPDATE {Case._meta.db_table} AS c
   SET next_due_on = v.next_due_on, anchor_due_on = v.anchor_due_on,
       overdue_amount = v.overdue_amount
  FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::numeric[])
       AS v(id, next_due_on, anchor_due_on, overdue_amount)
 WHERE c.id = v.id
"""  # noqa: S608  (the table name is ours)


@dataclass(frozen=True)
class Decided:
    """A situation and what the rules make of it."""

    situation: Situation
    decision: Decision

    @property
    def opens(self) -> bool:
        """Whether a case is to be opened: there is none, or the old one is replaced."""
        has_none = self.situation.case is None
        return self.decision.restarts or (has_none and self.decision.verdict != Verdict.NOTHING)


@dataclass
class Counts:
    """What a sweep did, under the names of the run's own fields."""

    invoices_flagged: int = 0
    cases_opened: int = 0
    cases_closed: int = 0
    reminders: int = 0
    warnings: int = 0
    proposals: int = 0
    blocked: int = 0

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    def add(self, other: "Counts") -> None:
        for name in self.names():
            setattr(self, name, getattr(self, name) + getattr(other, name))


def apply(
    partner: Partner, decided: Sequence[Decided], business_date: date, *, reason: str
) -> Counts:
    """Close, open and update cases, take their steps, queue letters, lift holds of the settled.

    Under the customers' locks; dates are in the partner's zone. Raises CustomerNotLocked.
    """
    _close(decided, business_date, reason)
    cases = _open(decided, business_date, reason)
    _update(decided, cases)
    moves = [move for one in decided for move in _moves(one, cases)]
    rows = lifecycle.move_steps(moves, business_date, by=None, reason=reason)
    letters.queue(partner, _contacts_made(decided, cases, rows), business_date, reason=reason)
    _lift(decided, reason)
    return count(decided)


def count(decided: Iterable[Decided]) -> Counts:
    """What carrying these decisions out amounts to."""
    counts = Counts()
    for one in decided:
        decision = one.decision
        counts.cases_opened += one.opens
        counts.cases_closed += decision.restarts or decision.verdict == Verdict.CLOSE
        counts.blocked += decision.verdict == Verdict.BLOCK
        if decision.verdict == Verdict.ACT and decision.step is not None:
            counts.reminders += decision.step.action == Action.REMIND
            counts.warnings += decision.step.action == Action.WARN
            counts.proposals += decision.step.action == Action.PROPOSE_SUSPENSION
    return counts


def _close(decided: Sequence[Decided], on: date, reason: str) -> None:
    settled = [d for d in decided if d.decision.verdict == Verdict.CLOSE]
    replaced = [d for d in decided if d.decision.restarts]
    for ended, close_reason in (
        (settled, CloseReason.SETTLED),
        (replaced, CloseReason.REPLACED),
    ):
        cases = [d.situation.case for d in ended if d.situation.case is not None]
        lifecycle.close_cases(cases, close_reason, on, by=None, reason=reason)


def _open(decided: Sequence[Decided], on: date, reason: str) -> dict[tuple[int, str], Case]:
    """The case of every debt that has one, new ones included."""
    new = [new_case(one.situation, one.decision, on) for one in decided if one.opens]
    if new:
        lifecycle.open_cases(new, by=None, reason=reason)
    cases = {
        one.situation.key: one.situation.case for one in decided if one.situation.case is not None
    }
    return cases | {(case.customer_id, case.currency): case for case in new}


def new_case(situation: Situation, decision: Decision, on: date) -> Case:
    """The next episode of this debt, not stored yet."""
    anchor = decision.anchor_due_on or on
    return Case(
        partner_id=situation.customer.partner_id,
        customer=situation.customer,
        currency=situation.currency,
        episode=situation.episode,
        version_id=situation.version.id,
        opened_on=on,
        anchor_due_on=anchor,
        overdue_amount=situation.facts.debt.amount,
        next_due_on=decision.next_due_on,
    )


def _update(decided: Sequence[Decided], cases: dict[tuple[int, str], Case]) -> None:
    """Write anchor, amount and next date of the open cases in which they changed."""
    changed = []
    for one in decided:
        case = cases.get(one.situation.key)
        if case is None or one.opens or not case.is_open:
            continue
        values = (
            one.decision.next_due_on,
            one.decision.anchor_due_on or case.anchor_due_on,
            one.situation.facts.debt.amount,
        )
        if values != (case.next_due_on, case.anchor_due_on, case.overdue_amount):
            case.next_due_on, case.anchor_due_on, case.overdue_amount = values
            changed.append((case.pk, *values))
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE_CASES, [list(column) for column in zip(*changed, strict=True)])


def _moves(one: Decided, cases: dict[tuple[int, str], Case]) -> list[StepMove]:
    case = cases.get(one.situation.key)
    if case is None or not case.is_open:
        return []
    rows = {} if one.decision.restarts else one.situation.rows
    moves = [] if one.decision.restarts else _withdrawals(one, case)
    step = one.decision.step
    if step is not None and one.decision.verdict == Verdict.ACT:
        done = ActionStatus.DONE if step.is_contact else ActionStatus.PROPOSED
        moves.append(StepMove(case, step.id, done, rows.get(step.id)))
    if step is not None and one.decision.verdict == Verdict.BLOCK:
        blocked_by = tuple(blocker.value for blocker in one.decision.blockers)
        moves.append(StepMove(case, step.id, ActionStatus.BLOCKED, rows.get(step.id), blocked_by))
    return moves


def _withdrawals(one: Decided, case: Case) -> list[StepMove]:
    """Proposals taken back, and suspensions that no longer stand, are planned again."""
    from_status = set()
    if one.decision.withdraws:
        from_status.add(ActionStatus.PROPOSED)
    if one.decision.lifts:
        from_status.add(ActionStatus.DONE)
    step = rules.proposal(one.situation.version)
    row = one.situation.rows.get(step.id) if step else None
    if row is None or row.status not in from_status:
        return []
    return [StepMove(case, row.step_id, ActionStatus.PLANNED, row)]


def _contacts_made(
    decided: Sequence[Decided], cases: dict[tuple[int, str], Case], rows: Sequence[CaseStep]
) -> list[letters.Letter]:
    """One letter for each step that writes to the customer."""
    by_step = {(row.case_id, row.step_id): row for row in rows}
    return [
        letters.Letter(
            one.situation,
            one.decision,
            by_step[cases[one.situation.key].pk, one.decision.step.id],
        )
        for one in decided
        if one.decision.verdict == Verdict.ACT
        and one.decision.step is not None
        and one.decision.step.is_contact
    ]


def _lift(decided: Sequence[Decided], reason: str) -> None:
    """Lift the holds of cases that are settled or disputed; other holds are not ours to lift."""
    lifted = {
        str(one.situation.case.pk)
        for one in decided
        if one.decision.lifts and one.situation.case is not None
    }
    if not lifted:
        return
    holds = Hold.objects.are_open().filter(source_kind=HoldSource.CASE, source_id__in=lifted)
    for hold in holds.select_related("subscription"):
        lift_hold(hold, by=None, reason=reason)
