"""What people decide about collections: the policy, sweeps, pauses, suspending and unblocking.

Every function that concerns a customer takes its lock first and shares its transaction with its
audit entries. Dates are business dates in the partner's zone.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from collections_policy import actions, facts, gate, lifecycle, pauses, readiness, rules
from collections_policy.gate import Requirement
from collections_policy.lifecycle import StepMove
from collections_policy.models import (
    Action,
    ActionStatus,
    Case,
    CaseStep,
    CollectionsPolicy,
    Pause,
    PolicyStep,
    PolicyVersion,
    RunKind,
    SweepRun,
)
from customers.models import Customer
from partners import audit, clock
from partners.models import Partner, User
from subscriptions.models import Hold, HoldReason, HoldSource, Subscription
from subscriptions.services import Source, lift_hold, place_hold

DEFAULT_STEPS = ((3, Action.REMIND), (10, Action.WARN), (20, Action.PROPOSE_SUSPENSION))
"""Calendar days after the due date. 21Vianet prescribes none: it advises to have a clear policy."""
UNDECIDED = frozenset({ActionStatus.PROPOSED})
SUSPENDED = frozenset({ActionStatus.DONE})


class NotReady(Exception):
    """The gate names what is missing; nothing was suspended."""

    def __init__(self, missing: Sequence[Requirement]) -> None:
        self.requirements = tuple(missing)
        super().__init__(", ".join(self.requirements))

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing, in the reader's words, without amounts."""
        return tuple(requirement.lacking for requirement in self.requirements)


class PauseInThePast(Exception):
    """A pause ends after today, or it is none."""


def ensure_default_policy(partner: Partner, by: User | None) -> PolicyVersion:
    """The partner's version in force; the recommended one is published where there is none."""
    with transaction.atomic():
        policy, _is_new = CollectionsPolicy.objects.get_or_create(
            partner=partner, is_default=True, defaults={"name": "Standard"}
        )
        CollectionsPolicy.objects.select_for_update().get(pk=policy.pk)
        in_force = PolicyVersion.objects.in_force(partner)
        return in_force or _publish_recommended(policy, by)


def request_sweep(partner: Partner, by: User | None) -> SweepRun:
    """Ask for a sweep today; asked twice before it starts, it is the same one."""
    with transaction.atomic():
        run, is_new = lifecycle.ask_for_run(
            partner, clock.business_date(partner), RunKind.MANUAL, by=by
        )
        if is_new:
            fact = _fact(None, run, "sweep.asked", "run now", {"business_date": run.business_date})
            audit.record(fact, by=by)
    return run


def not_until(case: Case, until: date, *, by: User | None, reason: str) -> Pause:
    """Nothing is sent to or proposed for the customer before a date. Raises PauseInThePast."""
    with transaction.atomic():
        Customer.objects.lock([case.customer_id])
        return _pause(case.customer, until, takes_back=UNDECIDED, by=by, reason=reason)


def unblock_with_debt(
    hold: Hold, *, by: User, reason: str, not_before: date | None = None
) -> Pause | None:
    """Lift a case's hold although money is owed, and pause chasing.

    Without a date nothing is proposed again for five working days. None, and nothing done, when
    the hold was lifted in the meantime: whoever has paid needs no pause. Raises PauseInThePast.
    """
    subscription = hold.subscription
    with transaction.atomic():
        Customer.objects.lock([subscription.customer_id])
        if not Hold.objects.are_open().filter(pk=hold.pk).exists():
            return None
        lift_hold(hold, by=by, reason=reason)
        partner = subscription.partner
        until = not_before or pauses.default_end(partner, clock.business_date(partner))
        return _pause(
            subscription.customer, until, takes_back=UNDECIDED | SUSPENDED, by=by, reason=reason
        )


def suspend_for_non_payment(
    subscriptions: Iterable[Subscription], *, by: User, note: str, case: Case | None = None
) -> list[Hold]:
    """Withhold subscriptions until what is overdue is paid; each case's hold is lifted by its cure.

    Without a case, every currency in which enough is overdue places a hold of its own. Returns one
    hold for each subscription. All or nothing. Raises NotReady, and SubscriptionDeleted.
    """
    chosen = list(subscriptions)
    with transaction.atomic():
        customers = Customer.objects.lock({subscription.customer_id for subscription in chosen})
        cases = {
            customer.pk: _cases_to_suspend_for(customer, case, by=by, note=note)
            for customer in customers
        }
        return [
            _withhold(subscription, cases[subscription.customer_id], by=by, note=note)
            for subscription in chosen
        ]


def _withhold(subscription: Subscription, cases: Sequence[Case], *, by: User, note: str) -> Hold:
    holds = [
        place_hold(
            subscription,
            reason=HoldReason.NON_PAYMENT,
            source=Source(HoldSource.CASE, str(case.pk)),
            note=note,
            by=by,
            because=note or "overdue",
        )
        for case in cases
    ]
    return holds[0]


def _cases_to_suspend_for(
    customer: Customer, case: Case | None, *, by: User, note: str
) -> list[Case]:
    """The open cases that pass the gate as it stands under the lock. Raises NotReady."""
    checked = readiness.of_customer(customer)
    if case is not None:
        checked = {
            currency: result for currency, result in checked.items() if currency == case.currency
        }
    ready = {currency for currency, result in checked.items() if result.is_ready}
    if not ready:
        results = list(checked.values()) or [readiness.nothing_overdue(customer)]
        raise NotReady(gate.closest(results).missing)
    ensure_default_policy(customer.partner, by)
    playbook = facts.playbook_of(customer.partner)
    on = clock.business_date(customer.partner)
    situations = facts.gather(customer.partner, [customer], playbook, on)
    return [_approved(one, on, by=by, note=note) for one in situations if one.currency in ready]


def _approved(situation: facts.Situation, on: date, *, by: User, note: str) -> Case:
    """The debt's open case, its suspension proposed, approved and done."""
    case = situation.case
    if case is None:
        decision = rules.decide(situation.facts, situation.version, on)
        decision = rules.deferred(decision, on)
        case = actions.new_case(situation, decision, on)
        lifecycle.open_cases([case], by=by, reason=note)
    step = rules.proposal(situation.version)
    row = situation.rows.get(step.id) if step else None
    for status in rules.steps_to_done(row.status if row else ActionStatus.PLANNED):
        assert step is not None  # noqa: S101  (without the step nothing is left to do)
        [row] = lifecycle.move_steps([StepMove(case, step.id, status, row)], on, by=by, reason=note)
    return case


def _pause(
    customer: Customer,
    until: date,
    *,
    takes_back: frozenset[ActionStatus],
    by: User | None,
    reason: str,
) -> Pause:
    """Store the pause, plan proposals in these states anew, and look again on its last day."""
    on = clock.business_date(customer.partner)
    if until <= on:
        raise PauseInThePast
    pause, is_new = Pause.objects.get_or_create(
        partner=customer.partner,
        customer=customer,
        until=until,
        reason=reason,
        defaults={"placed_by": by, "placed_at": clock.now()},
    )
    if is_new:
        audit.record(_fact(customer, pause, "pause.placed", reason, {"until": until}), by=by)
    cases = {case.pk: case for case in Case.objects.are_open().filter(customer=customer)}
    proposals = CaseStep.objects.filter(
        case__in=cases, step__action=Action.PROPOSE_SUSPENSION, status__in=takes_back
    )
    moves = [
        StepMove(cases[row.case_id], row.step_id, ActionStatus.PLANNED, row) for row in proposals
    ]
    lifecycle.move_steps(moves, on, by=by, reason=reason)
    Case.objects.filter(pk__in=cases).update(next_due_on=until)
    return pause


def _publish_recommended(policy: CollectionsPolicy, by: User | None) -> PolicyVersion:
    version = PolicyVersion.objects.create(
        partner=policy.partner,
        policy=policy,
        number=1,
        published_at=clock.now(),
        published_by=by,
    )
    PolicyStep.objects.bulk_create(
        PolicyStep(
            partner=policy.partner,
            version=version,
            position=position,
            days_after_due=days,
            action=action,
        )
        for position, (days, action) in enumerate(DEFAULT_STEPS, start=1)
    )
    after: dict[str, object] = {f"+{days}": action.value for days, action in DEFAULT_STEPS}
    fact = _fact(None, version, "policy.published", "the recommended steps", after)
    audit.record(fact, by=by)
    return version


def _fact(
    customer: Customer | None,
    subject: Pause | PolicyVersion | SweepRun,
    kind: str,
    reason: str,
    after: dict[str, object],
) -> audit.Fact:
    return audit.Fact(
        partner_id=subject.partner_id,
        customer_id=customer.pk if customer else None,
        subject=subject,
        kind=kind,
        reason=reason,
        after=after,
    )
