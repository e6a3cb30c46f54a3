"""Pure decisions about one customer's debt in one currency: facts and a date in, decision out.

Dates are business dates in the partner's time zone; amounts share one currency. The steps are
computed from the anchor every time, so a payment that moves the anchor moves what comes next.
Source of the advice: Partner Center docs, "Non-payment, fraud, or misuse".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from collections_policy.models import Action, ActionStatus

ONE_DAY = timedelta(days=1)
CONTACTS = frozenset({Action.REMIND, Action.WARN})
SETTLED_STEPS = frozenset({ActionStatus.DONE, ActionStatus.SKIPPED})
WITH_A_PERSON = frozenset({ActionStatus.PROPOSED, ActionStatus.APPROVED})


@dataclass(frozen=True)
class Step:
    """A policy step: its key, how many calendar days after the due date, and what it does."""

    id: int
    days_after_due: int
    action: Action

    @property
    def is_contact(self) -> bool:
        return self.action in CONTACTS


@dataclass(frozen=True)
class Version:
    """A published policy: steps in order, and the least days between two of them."""

    id: int
    steps: tuple[Step, ...]
    minimum_gap_days: int


@dataclass(frozen=True)
class StepState:
    """Where a step of the case stands, since which date."""

    status: str
    acted_on: date


@dataclass(frozen=True)
class Debt:
    """What is overdue in one currency, and since when the oldest undisputed part is."""

    amount: Decimal
    undisputed: Decimal
    oldest_due_on: date | None
    tolerance: Decimal
    unconfirmed: Decimal = Decimal(0)
    """Of opening balances that nobody has confirmed; in none of the other amounts."""

    @property
    def is_settled(self) -> bool:
        """Nothing is overdue above what the partner tolerates."""
        return self.amount <= self.tolerance

    @property
    def is_disputed(self) -> bool:
        """What is overdue without a dispute would be tolerated."""
        return self.oldest_due_on is None or self.undisputed <= self.tolerance


@dataclass(frozen=True)
class Facts:
    """All that a decision rests on. `steps` is None while there is no open case."""

    debt: Debt
    steps: Mapping[int, StepState] | None = None
    paused_until: date | None = None
    can_be_written_to: bool = True
    in_transit: Decimal = Decimal(0)
    """What open claims of payments on their way cover of it."""
    in_transit_until: date | None = None
    is_unsent: bool = False
    """A suspension of the case waits to be sent to 21Vianet."""
    answered_until: date | None = None
    """A dispute was answered: nothing is proposed before this date."""

    @property
    def is_in_transit(self) -> bool:
        """Without what is said to be on its way, no more would be overdue than is tolerated."""
        return covers(self.in_transit, self.debt)


class Verdict(StrEnum):
    """What becomes of the case."""

    NOTHING = "nothing"
    WAIT = "wait"
    ACT = "act"
    BLOCK = "block"
    CLOSE = "close"


class Blocker(StrEnum):
    """What stands in the way of the next step, by name."""

    PAUSED = "paused"
    DISPUTED = "disputed"
    AWAITS_PERSON = "awaits_person"
    NO_CONTACT = "no_contact"
    IN_TRANSIT = "in_transit"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Decision:
    """What to do now, with which step, and when to look again (None: when facts change)."""

    verdict: Verdict
    step: Step | None = None
    next_due_on: date | None = None
    anchor_due_on: date | None = None
    blockers: tuple[Blocker, ...] = ()
    restarts: bool = False
    """The case is closed and a new one opened: everything it chased is paid."""
    withdraws: bool = False
    """A proposed suspension is taken back until the step is due again."""
    lifts: bool = False
    """The case's holds are lifted."""


def decide(facts: Facts, version: Version, business_date: date) -> Decision:
    """The one next thing for this debt: at most one step, none skipped, none too soon."""
    has_case = facts.steps is not None
    if facts.debt.is_settled:
        return Decision(Verdict.CLOSE if has_case else Verdict.NOTHING, lifts=has_case)
    if facts.debt.is_disputed:
        return Decision(
            Verdict.WAIT if has_case else Verdict.NOTHING,
            anchor_due_on=facts.debt.oldest_due_on,
            blockers=(Blocker.DISPUTED,),
            withdraws=has_case,
            lifts=has_case,
        )
    if facts.is_in_transit and facts.is_unsent:
        anchor = facts.debt.oldest_due_on
        return _wait_for_money(facts, Decision(Verdict.WAIT, anchor_due_on=anchor, lifts=True))
    restarts = _was_chased_for_older_debts_only(facts, version)
    states = {} if restarts or facts.steps is None else facts.steps
    move = _next_move(facts, states, version, business_date)
    return replace(move, restarts=True, lifts=True) if restarts else move


def covers(in_transit: Decimal, debt: Debt) -> bool:
    """Whether money on its way leaves no more of the undisputed debt than is tolerated."""
    return in_transit > 0 and debt.undisputed - in_transit <= debt.tolerance


def deferred(decision: Decision, business_date: date) -> Decision:
    """The same judgement where no letter may be written: what is due is left to the next sweep."""
    if decision.restarts or decision.verdict in {Verdict.ACT, Verdict.BLOCK}:
        return Decision(
            Verdict.WAIT,
            decision.step,
            next_due_on=business_date,
            anchor_due_on=decision.anchor_due_on,
        )
    return decision


def is_overdue(due_on: date, business_date: date) -> bool:
    """Overdue starts the day after the due date."""
    return business_date > due_on


def due_on(step: Step, version: Version, anchor: date, last_contact: date | None) -> date:
    """The first date on which a step may happen."""
    by_policy = anchor + step.days_after_due * ONE_DAY
    if last_contact is None:
        return by_policy
    return max(by_policy, last_contact + version.minimum_gap_days * ONE_DAY)


def last_contact(states: Mapping[int, StepState], version: Version) -> date | None:
    """When the customer was last written to in this case."""
    dates = [
        states[step.id].acted_on
        for step in version.steps
        if step.is_contact and step.id in states and states[step.id].status == ActionStatus.DONE
    ]
    return max(dates, default=None)


def remaining_steps(states: Mapping[int, StepState], version: Version) -> tuple[Step, ...]:
    """Steps that are neither done nor skipped, in the policy's order."""
    return tuple(
        step
        for step in version.steps
        if step.id not in states or states[step.id].status not in SETTLED_STEPS
    )


def _was_chased_for_older_debts_only(facts: Facts, version: Version) -> bool:
    """Everything the customer was written to about is paid, and nothing was suspended.

    Without this a newer invoice would inherit warnings that never named it.
    """
    if facts.steps is None or facts.debt.oldest_due_on is None:
        return False
    contact = last_contact(facts.steps, version)
    return (
        contact is not None
        and not is_overdue(facts.debt.oldest_due_on, contact)
        and not _is_suspended(facts.steps, version)
    )


def expected_dates(
    states: Mapping[int, StepState], version: Version, anchor: date
) -> dict[int, date]:
    """When each remaining step may happen at the earliest, if all before it happen in time."""
    dates: dict[int, date] = {}
    contact = last_contact(states, version)
    for step in remaining_steps(states, version):
        dates[step.id] = due_on(step, version, anchor, contact)
        contact = dates[step.id]
    return dates


def proposal(version: Version) -> Step | None:
    """The step that proposes the suspension, if the policy has one."""
    return next((step for step in version.steps if step.action == Action.PROPOSE_SUSPENSION), None)


def steps_to_done(status: str) -> tuple[ActionStatus, ...]:
    """The states a proposal still has to pass when a person suspends."""
    way = (ActionStatus.PROPOSED, ActionStatus.APPROVED, ActionStatus.DONE)
    return way[way.index(ActionStatus(status)) + 1 :] if status in way else way


def _is_suspended(states: Mapping[int, StepState], version: Version) -> bool:
    step = proposal(version)
    state = states.get(step.id) if step else None
    return state is not None and state.status == ActionStatus.DONE


def _next_move(
    facts: Facts, states: Mapping[int, StepState], version: Version, business_date: date
) -> Decision:
    anchor = facts.debt.oldest_due_on
    remaining = remaining_steps(states, version)
    if anchor is None or not remaining:
        return Decision(Verdict.WAIT, anchor_due_on=anchor)
    step = remaining[0]
    is_proposed = step.id in states and states[step.id].status in WITH_A_PERSON
    wait = Decision(Verdict.WAIT, step, anchor_due_on=anchor, withdraws=is_proposed)
    if (holding := _held_up(facts, step, wait, business_date)) is not None:
        return holding
    earliest = due_on(step, version, anchor, last_contact(states, version))
    if earliest > business_date:
        return replace(wait, next_due_on=earliest)
    if is_proposed:
        return replace(wait, withdraws=False, blockers=(Blocker.AWAITS_PERSON,))
    if step.is_contact and not facts.can_be_written_to:
        tomorrow = business_date + ONE_DAY
        return Decision(Verdict.BLOCK, step, tomorrow, anchor, (Blocker.NO_CONTACT,))
    following = _after(remaining, version, anchor, business_date)
    return Decision(Verdict.ACT, step, following, anchor)


def _held_up(facts: Facts, step: Step, wait: Decision, business_date: date) -> Decision | None:
    """What makes the step wait whatever its date: a pause, or what speaks against a proposal."""
    if _is_later(facts.paused_until, business_date):
        return replace(wait, next_due_on=facts.paused_until, blockers=(Blocker.PAUSED,))
    if step.is_contact:
        return None
    if facts.is_in_transit:
        return _wait_for_money(facts, wait)
    if _is_later(facts.answered_until, business_date):
        return replace(wait, next_due_on=facts.answered_until, blockers=(Blocker.ANSWERED,))
    return None


def _wait_for_money(facts: Facts, wait: Decision) -> Decision:
    return replace(wait, next_due_on=facts.in_transit_until, blockers=(Blocker.IN_TRANSIT,))


def _is_later(day: date | None, business_date: date) -> bool:
    return day is not None and day > business_date


def _after(
    remaining: tuple[Step, ...], version: Version, anchor: date, acted_on: date
) -> date | None:
    """When to look again once the first remaining step is done; a proposal waits for a person."""
    if not remaining[0].is_contact or len(remaining) == 1:
        return None
    return due_on(remaining[1], version, anchor, acted_on)
