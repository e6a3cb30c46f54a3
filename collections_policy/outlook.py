"""What a case looks like to a reader: how far it is, what comes next and when, what blocks it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from collections_policy import facts, rules
from collections_policy.models import Action, ActionStatus, Case, CaseStep, Pause
from collections_policy.rules import Blocker
from subscriptions.models import Hold, HoldSource

_BLOCKERS = {
    Blocker.PAUSED: _("Chasing is paused"),
    Blocker.DISPUTED: _("In dispute"),
    Blocker.AWAITS_PERSON: _("Waits for your decision"),
    Blocker.IN_TRANSIT: _("Money in transit"),
    Blocker.ANSWERED: _("A dispute was answered lately"),
    Blocker.NO_CONTACT: _("No contact with an e-mail address"),
}
_STAGES = {
    Action.REMIND: _("Reminded"),
    Action.WARN: _("Warned"),
    Action.PROPOSE_SUSPENSION: _("Suspended for non-payment"),
}
_KINDS = {Action.REMIND: "info", Action.WARN: "warning", Action.PROPOSE_SUSPENSION: "danger"}


@dataclass(frozen=True)
class Outlook:
    """One open or closed case, ready to show. It names no amount."""

    case: Case
    stage: str
    kind: str
    next_step: str
    next_on: date | None
    blockers: tuple[str, ...]
    is_proposed: bool
    is_held: bool
    days_overdue: int
    paused_until: date | None


@dataclass(frozen=True)
class LadderStep:
    """A step of the policy within one case."""

    label: str
    on: date | None
    status: str
    kind: str
    is_expected: bool


def of_cases(cases: Sequence[Case], business_date: date) -> list[Outlook]:
    """The outlook of cases read by `for_list`: two more queries for all of them."""
    pauses = Pause.objects.holding_on(business_date).order_by().values_list("customer_id")
    paused = dict(
        pauses.filter(customer__in={case.customer_id for case in cases}).annotate(Max("until"))
    )
    held = _held(cases)
    return [
        _outlook(
            case,
            business_date,
            paused_until=paused.get(case.customer_id),
            is_held=case.pk in held,
        )
        for case in cases
    ]


def ladder(case: Case) -> list[LadderStep]:
    """Every step of the case's policy: done when, or expected when."""
    version = facts.as_rules(case.version)
    rows = {row.step_id: row for row in case.steps.all()}
    expected = rules.expected_dates(_states(rows.values()), version, case.anchor_due_on)
    return [
        _ladder_step(step, rows.get(step.id), expected.get(step.id) if case.is_open else None)
        for step in version.steps
    ]


def _ladder_step(step: rules.Step, row: CaseStep | None, expected: date | None) -> LadderStep:
    status = ActionStatus(row.status) if row else ActionStatus.PLANNED
    kinds = {
        ActionStatus.DONE: "ok",
        ActionStatus.PROPOSED: "warning",
        ActionStatus.BLOCKED: "danger",
        ActionStatus.FAILED: "danger",
    }
    is_expected = row is None or status == ActionStatus.PLANNED
    return LadderStep(
        label=str(step.action.label),
        on=expected if row is None or is_expected else row.acted_on,
        status=str(status.label),
        kind=kinds.get(status, "neutral"),
        is_expected=is_expected,
    )


def _outlook(
    case: Case, business_date: date, *, paused_until: date | None, is_held: bool
) -> Outlook:
    version = facts.as_rules(case.version)
    states = _states(case.steps.all())
    remaining = rules.remaining_steps(states, version)
    done = [step for step in version.steps if _is(states, step, ActionStatus.DONE)]
    is_proposed = any(_is(states, step, ActionStatus.PROPOSED) for step in version.steps)
    blockers = _blockers(states, remaining, paused_until)
    return Outlook(
        case=case,
        stage=str(_STAGES[done[-1].action]) if done else str(_("Overdue")),
        kind=_KINDS[done[-1].action] if done else "neutral",
        next_step=str(remaining[0].action.label) if remaining and case.is_open else "",
        next_on=case.next_due_on,
        blockers=tuple(str(_BLOCKERS[blocker]) for blocker in blockers),
        is_proposed=is_proposed and case.is_open,
        is_held=is_held,
        days_overdue=case.days_overdue(business_date),
        paused_until=paused_until,
    )


def _blockers(
    states: dict[int, rules.StepState],
    remaining: tuple[rules.Step, ...],
    paused_until: date | None,
) -> list[Blocker]:
    found = [Blocker.PAUSED] if paused_until else []
    if remaining and _is(states, remaining[0], ActionStatus.PROPOSED):
        found.append(Blocker.AWAITS_PERSON)
    if remaining and _is(states, remaining[0], ActionStatus.BLOCKED):
        found.append(Blocker.NO_CONTACT)
    return found


def _is(states: dict[int, rules.StepState], step: rules.Step, status: ActionStatus) -> bool:
    return step.id in states and states[step.id].status == status


def _states(rows: Iterable[CaseStep]) -> dict[int, rules.StepState]:
    return {row.step_id: rules.StepState(row.status, row.acted_on) for row in rows}


def _held(cases: Sequence[Case]) -> set[int]:
    """Cases that withhold a subscription."""
    holds = Hold.objects.are_open().filter(
        source_kind=HoldSource.CASE, source_id__in=[str(case.pk) for case in cases]
    )
    return {int(source_id) for source_id in holds.values_list("source_id", flat=True)}
