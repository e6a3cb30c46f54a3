"""Gathers, for a batch of locked customers, all that the rules decide upon: a query per kind."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Max

from billing import claims, receivables
from billing.claims import Transit
from billing.receivables import Overdue
from collections_policy import answers, rules
from collections_policy.models import (
    Action,
    Case,
    CaseStep,
    Pause,
    PolicyStep,
    PolicyVersion,
)
from customers.models import Contact, Customer
from notices import recipients
from partners.models import Partner
from subscriptions.models import ChangeStatus, Hold, HoldSource, StatusChange, Target


class NoPolicy(Exception):
    """The partner has published no collections policy yet."""


@dataclass(frozen=True)
class Playbook:
    """The partner's published policies as the rules read them. A case keeps its own version."""

    versions: Mapping[int, rules.Version]
    current: rules.Version


@dataclass
class Situation:
    """One customer's debt in one currency, with the case that chases it, if any."""

    customer: Customer
    currency: str
    overdue: Overdue | None
    case: Case | None
    rows: Mapping[int, CaseStep]
    version: rules.Version
    facts: rules.Facts
    contact: Contact | None
    episode: int

    @cached_property
    def key(self) -> tuple[int, str]:
        return self.customer.pk, self.currency


def playbook_of(partner: Partner) -> Playbook:
    """All published versions of the partner, in two queries. Raises NoPolicy."""
    current = PolicyVersion.objects.in_force(partner)
    if current is None:
        raise NoPolicy
    published = PolicyVersion.objects.of_partner(partner).with_steps()
    versions = {version.pk: as_rules(version) for version in published}
    return Playbook(versions, versions[current.pk])


def as_rules(version: PolicyVersion) -> rules.Version:
    """A stored version as the rules read it."""
    steps = sorted(version.steps.all(), key=_position)
    return rules.Version(
        id=version.pk,
        steps=tuple(
            rules.Step(step.pk, step.days_after_due, Action(step.action)) for step in steps
        ),
        minimum_gap_days=version.minimum_gap_days,
    )


def gather(
    partner: Partner, customers: Sequence[Customer], playbook: Playbook, business_date: date
) -> list[Situation]:
    """The situation of every debt and every open case of these customers, in a fixed order.

    Eight queries, however many customers, and two more while payments are said to be on their way.
    Dates are in the partner's zone.
    """
    by_id = {customer.pk: customer for customer in customers}
    overdue = receivables.overdue_by_currency(by_id, business_date)
    cases = {
        (case.customer_id, case.currency): case
        for case in Case.objects.are_open().filter(customer__in=by_id)
    }
    transits = claims.in_transit(by_id, business_date)
    gathering = _Gathering(
        playbook=playbook,
        partner=partner,
        rows=_rows(cases.values()),
        paused_until=_pauses(by_id, business_date),
        transits=transits,
        unsent=_unsent([case for key, case in cases.items() if key in transits]),
        answered_until=answers.rest(partner, by_id, business_date),
        contacts=recipients.of_customers(customers),
        episodes=_episodes(overdue.keys()),
    )
    return [
        gathering.situation(by_id[key[0]], key[1], overdue.get(key), cases.get(key))
        for key in sorted(overdue.keys() | cases.keys())
    ]


@dataclass(frozen=True)
class _Gathering:
    """What was read for the whole batch."""

    playbook: Playbook
    partner: Partner
    rows: Mapping[int, Mapping[int, CaseStep]]
    paused_until: Mapping[int, date]
    transits: Mapping[tuple[int, str], Transit]
    unsent: frozenset[int]
    answered_until: Mapping[tuple[int, str], date]
    contacts: Mapping[int, Contact | None]
    episodes: Mapping[tuple[int, str], int]

    def situation(
        self, customer: Customer, currency: str, overdue: Overdue | None, case: Case | None
    ) -> Situation:
        rows = self.rows.get(case.pk, {}) if case else {}
        contact = self.contacts.get(customer.pk)
        states = {
            step_id: rules.StepState(row.status, row.acted_on) for step_id, row in rows.items()
        }
        version = self.playbook.versions[case.version_id] if case else self.playbook.current
        transit = self.transits.get((customer.pk, currency))
        return Situation(
            customer=customer,
            currency=currency,
            overdue=overdue,
            case=case,
            rows=rows,
            version=version,
            facts=rules.Facts(
                debt=debt(overdue, self.partner),
                steps=states if case else None,
                paused_until=self.paused_until.get(customer.pk),
                can_be_written_to=contact is not None,
                in_transit=transit.amount if transit else receivables.ZERO,
                in_transit_until=_local_date(transit, self.partner),
                is_unsent=case is not None and case.pk in self.unsent,
                answered_until=self.answered_until.get((customer.pk, currency)),
            ),
            contact=contact,
            episode=self.episodes.get((customer.pk, currency), 0) + 1,
        )


def debt(overdue: Overdue | None, partner: Partner) -> rules.Debt:
    """What is overdue in one currency, as the rules read it."""
    return rules.Debt(
        amount=overdue.amount if overdue else receivables.ZERO,
        undisputed=overdue.undisputed_amount if overdue else receivables.ZERO,
        oldest_due_on=overdue.oldest_due_on if overdue else None,
        tolerance=receivables.tolerance(partner),
        unconfirmed=overdue.unconfirmed_amount if overdue else receivables.ZERO,
    )


def _local_date(transit: Transit | None, partner: Partner) -> date | None:
    """The day on which the last claim expires, in the partner's zone."""
    if transit is None or transit.until is None:
        return None
    return transit.until.astimezone(partner.zone).date()


def _unsent(cases: Sequence[Case]) -> frozenset[int]:
    """Cases with a suspension that still waits to be sent: two queries, none without cases."""
    if not cases:
        return frozenset()
    holds = Hold.objects.are_open().filter(
        source_kind=HoldSource.CASE, source_id__in=[str(case.pk) for case in cases]
    )
    waiting = StatusChange.objects.filter(status=ChangeStatus.PENDING, target=Target.SUSPENDED)
    held = holds.filter(subscription__in=waiting.values("subscription"))
    return frozenset(int(pk) for pk in held.values_list("source_id", flat=True))


def _rows(cases: Iterable[Case]) -> dict[int, dict[int, CaseStep]]:
    rows: dict[int, dict[int, CaseStep]] = {}
    for row in CaseStep.objects.filter(case__in=[case.pk for case in cases]).order_by():
        rows.setdefault(row.case_id, {})[row.step_id] = row
    return rows


def _pauses(customer_ids: Collection[int], business_date: date) -> dict[int, date]:
    pauses = (
        Pause.objects.holding_on(business_date)
        .filter(customer__in=customer_ids)
        .order_by()
        .values_list("customer_id")
    )
    return dict(pauses.annotate(last=Max("until")))


def _episodes(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    customer_ids = {customer_id for customer_id, _currency in keys}
    rows = Case.objects.filter(customer__in=customer_ids).order_by()
    newest = rows.values_list("customer_id", "currency").annotate(last=Max("episode"))
    return {(customer_id, currency): last for customer_id, currency, last in newest}


def _position(step: PolicyStep) -> int:
    return step.position
