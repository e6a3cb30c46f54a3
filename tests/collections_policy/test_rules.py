"""The rules as tables, at and on both sides of every boundary."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from collections_policy import rules
from collections_policy.models import Action, ActionStatus
from collections_policy.rules import Blocker, Debt, Facts, Step, StepState, Verdict, Version

DUE = date(2026, 3, 1)
REMIND, WARN, PROPOSE = 1, 2, 3
POLICY = Version(
    id=1,
    steps=(
        Step(REMIND, 3, Action.REMIND),
        Step(WARN, 10, Action.WARN),
        Step(PROPOSE, 20, Action.PROPOSE_SUSPENSION),
    ),
    minimum_gap_days=3,
)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def debt(
    amount: str = "100",
    undisputed: str | None = None,
    since: date | None = DUE,
    tolerance: str = "0",
) -> Debt:
    return Debt(Decimal(amount), Decimal(undisputed or amount), since, Decimal(tolerance))


def done(on: date) -> StepState:
    return StepState(ActionStatus.DONE, on)


NO_STEPS: dict[int, StepState] = {}
REMINDED = {REMIND: done(after(3))}
WARNED = {**REMINDED, WARN: done(after(10))}
PROPOSED = {**WARNED, PROPOSE: StepState(ActionStatus.PROPOSED, after(20))}
SUSPENDED = {**WARNED, PROPOSE: done(after(21))}


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, False), (0, False), (1, True)], ids=["before", "due date", "after"]
)
def test_overdue_starts_the_day_after(days: int, expected: bool) -> None:
    assert rules.is_overdue(DUE, after(days)) is expected


@pytest.mark.parametrize(
    ("amount", "tolerance", "verdict"),
    [
        ("0", "0", Verdict.NOTHING),
        ("0.01", "0", Verdict.WAIT),
        ("99.99", "100", Verdict.NOTHING),
        ("100.00", "100", Verdict.NOTHING),
        ("100.01", "100", Verdict.WAIT),
    ],
)
def test_decide_opens_above_the_tolerance(amount: str, tolerance: str, verdict: Verdict) -> None:
    facts = Facts(debt(amount, tolerance=tolerance))

    assert rules.decide(facts, POLICY, after(1)).verdict == verdict


@pytest.mark.parametrize(
    ("states", "day", "verdict", "step"),
    [
        (NO_STEPS, 2, Verdict.WAIT, REMIND),
        (NO_STEPS, 3, Verdict.ACT, REMIND),
        (NO_STEPS, 4, Verdict.ACT, REMIND),
        (NO_STEPS, 100, Verdict.ACT, REMIND),
        (REMINDED, 9, Verdict.WAIT, WARN),
        (REMINDED, 10, Verdict.ACT, WARN),
        (WARNED, 19, Verdict.WAIT, PROPOSE),
        (WARNED, 20, Verdict.ACT, PROPOSE),
        (PROPOSED, 30, Verdict.WAIT, PROPOSE),
    ],
)
def test_decide_takes_one_step_when_due(
    states: dict[int, StepState], day: int, verdict: Verdict, step: int
) -> None:
    decision = rules.decide(Facts(debt(), states), POLICY, after(day))

    assert decision.step is not None
    assert (decision.verdict, decision.step.id) == (verdict, step)


@pytest.mark.parametrize(
    ("reminded", "today", "verdict"),
    [(30, 32, Verdict.WAIT), (30, 33, Verdict.ACT), (30, 34, Verdict.ACT)],
    ids=["gap too short", "gap reached", "gap passed"],
)
def test_decide_keeps_the_gap_after_an_outage(reminded: int, today: int, verdict: Verdict) -> None:
    facts = Facts(debt(), {REMIND: done(after(reminded))})

    assert rules.decide(facts, POLICY, after(today)).verdict == verdict


def test_decide_keeps_the_gap_before_a_proposal() -> None:
    facts = Facts(debt(), {REMIND: done(after(30)), WARN: done(after(33))})

    assert rules.decide(facts, POLICY, after(35)).next_due_on == after(36)


def test_decide_says_when_to_look_again_after_a_step() -> None:
    decision = rules.decide(Facts(debt(), NO_STEPS), POLICY, after(9))

    assert decision.next_due_on == after(12)


def test_decide_leaves_a_proposal_to_a_person() -> None:
    decision = rules.decide(Facts(debt(), PROPOSED), POLICY, after(25))

    assert decision.blockers == (Blocker.AWAITS_PERSON,)
    assert decision.next_due_on is None
    assert not decision.withdraws


def test_decide_after_paying_the_oldest_warns_before_proposing() -> None:
    """The next debt has been reminded about, not warned: its warning is not skipped."""
    facts = Facts(debt(since=after(-1)), {REMIND: done(after(3))})

    decision = rules.decide(facts, POLICY, after(40))

    assert decision.step is not None
    assert decision.step.id == WARN


@pytest.mark.parametrize(
    ("since", "restarts"),
    [(after(9), False), (after(10), True), (after(11), True)],
    ids=["overdue when warned", "due when warned", "due after the warning"],
)
def test_decide_starts_anew_when_everything_chased_is_paid(since: date, restarts: bool) -> None:
    decision = rules.decide(Facts(debt(since=since), WARNED), POLICY, after(60))

    assert decision.restarts is restarts
    assert decision.step is not None
    assert decision.step.id == (REMIND if restarts else PROPOSE)


def test_decide_keeps_the_case_of_a_suspended_customer() -> None:
    """One of two debts paid lifts nothing, even when the other one was never warned about."""
    decision = rules.decide(Facts(debt(since=after(30)), SUSPENDED), POLICY, after(60))

    assert (decision.verdict, decision.restarts, decision.lifts) == (Verdict.WAIT, False, False)


def test_decide_withdraws_a_proposal_when_the_rest_is_younger() -> None:
    decision = rules.decide(Facts(debt(since=after(5)), PROPOSED), POLICY, after(21))

    assert decision.withdraws
    assert decision.next_due_on == after(25)


@pytest.mark.parametrize(
    ("until", "verdict", "withdraws"),
    [(19, Verdict.WAIT, False), (20, Verdict.WAIT, False), (21, Verdict.WAIT, True)],
    ids=["over", "ends today", "still on"],
)
def test_decide_respects_a_pause(until: int, verdict: Verdict, withdraws: bool) -> None:
    decision = rules.decide(Facts(debt(), PROPOSED, paused_until=after(until)), POLICY, after(20))

    assert (decision.verdict, decision.withdraws) == (verdict, withdraws)


@pytest.mark.parametrize(
    ("until", "expected"), [(3, Verdict.ACT), (4, Verdict.WAIT)], ids=["ends today", "still on"]
)
def test_decide_sends_nothing_in_a_pause(until: int, expected: Verdict) -> None:
    facts = Facts(debt(), NO_STEPS, paused_until=after(until))

    assert rules.decide(facts, POLICY, after(3)).verdict == expected


def test_decide_waits_for_a_dispute_and_lets_go() -> None:
    facts = Facts(debt("100", undisputed="0.00", since=None), SUSPENDED)

    decision = rules.decide(facts, POLICY, after(30))

    assert decision.blockers == (Blocker.DISPUTED,)
    assert decision.lifts
    assert decision.verdict == Verdict.WAIT


@pytest.mark.parametrize(
    ("undisputed", "tolerance", "is_disputed"),
    [("50", "50", True), ("50.01", "50", False), ("0", "0", True)],
)
def test_debt_is_disputed_when_the_rest_is_tolerated(
    undisputed: str, tolerance: str, is_disputed: bool
) -> None:
    assert debt("500", undisputed, tolerance=tolerance).is_disputed is is_disputed


def test_decide_opens_nothing_for_a_disputed_debt() -> None:
    facts = Facts(debt("100", undisputed="0.00", since=None))

    assert rules.decide(facts, POLICY, after(5)).verdict == Verdict.NOTHING


@pytest.mark.parametrize("states", [NO_STEPS, REMINDED, WARNED, PROPOSED, SUSPENDED])
def test_decide_closes_what_is_settled(states: dict[int, StepState]) -> None:
    decision = rules.decide(Facts(debt("0", since=None), states), POLICY, after(30))

    assert (decision.verdict, decision.lifts) == (Verdict.CLOSE, True)


def test_decide_blocks_without_an_address_and_asks_again_tomorrow() -> None:
    facts = Facts(debt(), NO_STEPS, can_be_written_to=False)

    decision = rules.decide(facts, POLICY, after(5))

    assert (decision.verdict, decision.next_due_on) == (Verdict.BLOCK, after(6))
    assert decision.blockers == (Blocker.NO_CONTACT,)


def test_deferred_leaves_what_is_due_to_the_sweep() -> None:
    decision = rules.decide(Facts(debt(), NO_STEPS), POLICY, after(5))

    deferred = rules.deferred(decision, after(5))

    assert (deferred.verdict, deferred.next_due_on) == (Verdict.WAIT, after(5))


@pytest.mark.parametrize(
    ("status", "way"),
    [
        ("planned", ("proposed", "approved", "done")),
        ("blocked", ("proposed", "approved", "done")),
        ("proposed", ("approved", "done")),
        ("approved", ("done",)),
        ("done", ()),
    ],
)
def test_steps_to_done_pass_every_state(status: str, way: tuple[str, ...]) -> None:
    assert rules.steps_to_done(status) == way


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (NO_STEPS, {REMIND: 3, WARN: 10, PROPOSE: 20}),
        ({REMIND: done(after(9))}, {WARN: 12, PROPOSE: 20}),
        ({REMIND: done(after(25))}, {WARN: 28, PROPOSE: 31}),
        (WARNED, {PROPOSE: 20}),
    ],
    ids=["in time", "reminded late", "reminded very late", "warned"],
)
def test_expected_dates_follow_each_other(
    states: dict[int, StepState], expected: dict[int, int]
) -> None:
    dates = rules.expected_dates(states, POLICY, DUE)

    assert dates == {step: after(days) for step, days in expected.items()}


@pytest.mark.parametrize(
    ("in_transit", "verdict"),
    [("0", Verdict.ACT), ("89.99", Verdict.ACT), ("90", Verdict.WAIT), ("100", Verdict.WAIT)],
)
def test_decide_proposes_nothing_that_money_on_its_way_covers(
    in_transit: str, verdict: Verdict
) -> None:
    facts = Facts(
        debt("100", tolerance="10"),
        WARNED,
        in_transit=Decimal(in_transit),
        in_transit_until=after(22),
    )

    assert rules.decide(facts, POLICY, after(20)).verdict == verdict


def test_decide_takes_a_proposal_back_while_money_is_on_its_way() -> None:
    facts = Facts(debt(), PROPOSED, in_transit=Decimal(100), in_transit_until=after(27))

    decision = rules.decide(facts, POLICY, after(25))

    assert (decision.withdraws, decision.lifts) == (True, False)
    assert (decision.next_due_on, decision.blockers) == (after(27), (Blocker.IN_TRANSIT,))


@pytest.mark.parametrize("is_unsent", [True, False])
def test_decide_lets_go_of_an_unsent_suspension_while_money_is_on_its_way(is_unsent: bool) -> None:
    """Once it was sent, only money lifts it."""
    facts = Facts(debt(), SUSPENDED, in_transit=Decimal(100), is_unsent=is_unsent)

    assert rules.decide(facts, POLICY, after(30)).lifts is is_unsent


def test_decide_reminds_although_money_is_said_to_be_on_its_way() -> None:
    facts = Facts(debt(), NO_STEPS, in_transit=Decimal(100))

    assert rules.decide(facts, POLICY, after(3)).verdict == Verdict.ACT


@pytest.mark.parametrize(
    ("until", "verdict"), [(19, Verdict.ACT), (20, Verdict.ACT), (21, Verdict.WAIT)]
)
def test_decide_proposes_nothing_soon_after_an_answered_dispute(
    until: int, verdict: Verdict
) -> None:
    facts = Facts(debt(), WARNED, answered_until=after(until))

    assert rules.decide(facts, POLICY, after(20)).verdict == verdict
