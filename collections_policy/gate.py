"""What has to be true before a customer is suspended for non-payment: a list that names each item.

Unknown means no; an item that this portal does not check yet says so instead of passing silently.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from collections_policy.rules import Debt, covers


class Requirement(StrEnum):
    """One thing the gate asks for."""

    OVERDUE = "overdue"
    ABOVE_MINIMUM = "above_minimum"
    UNDISPUTED = "undisputed"
    HISTORY_CONFIRMED = "history_confirmed"
    NOT_PAUSED = "not_paused"
    NOT_STOPPED = "not_stopped"
    WARNED = "warned"
    POLICY_KNOWN = "policy_known"
    NOT_IN_TRANSIT = "not_in_transit"
    NOT_ANSWERED_LATELY = "not_answered_lately"
    NO_PROMISE = "no_promise"
    NO_UNIDENTIFIED_RECEIPT = "no_unidentified_receipt"
    DATA_FRESH = "data_fresh"
    IN_WINDOW = "in_window"
    UNDER_BRAKES = "under_brakes"

    @property
    def label(self) -> str:
        """The requirement in the reader's language; it names no amount."""
        return str(_LABELS[self])

    @property
    def lacking(self) -> str:
        """What is the case instead, in the reader's language; it names no amount."""
        return str(_LACKING.get(self, _LABELS[self]))


_LACKING = {
    Requirement.OVERDUE: _("nothing is overdue"),
    Requirement.ABOVE_MINIMUM: _("no more is overdue than is tolerated"),
    Requirement.UNDISPUTED: _("what is overdue is in dispute"),
    Requirement.HISTORY_CONFIRMED: _("the opening balance is not confirmed"),
    Requirement.NOT_PAUSED: _("chasing is paused"),
    Requirement.NOT_IN_TRANSIT: _("money is said to be in transit"),
    Requirement.NOT_ANSWERED_LATELY: _("a dispute was answered in the last five working days"),
    Requirement.NOT_STOPPED: _("suspensions for non-payment are stopped in the settings"),
}
_LABELS = {
    Requirement.OVERDUE: _("An issued invoice is overdue"),
    Requirement.ABOVE_MINIMUM: _("More is overdue than is tolerated"),
    Requirement.UNDISPUTED: _("Enough of it is not in dispute"),
    Requirement.HISTORY_CONFIRMED: _("A person has confirmed the opening balances"),
    Requirement.NOT_PAUSED: _("Nobody has paused chasing"),
    Requirement.NOT_STOPPED: _("Suspensions for non-payment are not stopped in the settings"),
    Requirement.WARNED: _("Invoice and warnings delivered, three working days ago or more"),
    Requirement.POLICY_KNOWN: _("The customer knows the collections policy"),
    Requirement.NOT_IN_TRANSIT: _("No payment said to be in transit covers it"),
    Requirement.NOT_ANSWERED_LATELY: _("No dispute was answered in the last five working days"),
    Requirement.NO_PROMISE: _("No promise to pay is open"),
    Requirement.NO_UNIDENTIFIED_RECEIPT: _("No unidentified receipt could be theirs"),
    Requirement.DATA_FRESH: _("Receipts are recorded up to date"),
    Requirement.IN_WINDOW: _("It is a working day, within the hours for suspensions"),
    Requirement.UNDER_BRAKES: _("Not too many suspensions in one run"),
}
NOT_CHECKED_YET = (
    Requirement.WARNED,
    Requirement.POLICY_KNOWN,
    Requirement.NO_PROMISE,
    Requirement.NO_UNIDENTIFIED_RECEIPT,
    Requirement.DATA_FRESH,
    Requirement.IN_WINDOW,
    Requirement.UNDER_BRAKES,
)


class State(StrEnum):
    """Whether a requirement is met."""

    MET = "met"
    MISSING = "missing"
    NOT_CHECKED = "not_checked"

    @property
    def label(self) -> str:
        return str(_STATES[self])


_STATES = {
    State.MET: _("Met"),
    State.MISSING: _("Missing"),
    State.NOT_CHECKED: _("Not checked yet"),
}


@dataclass(frozen=True)
class Item:
    """One requirement and whether it is met."""

    requirement: Requirement
    state: State
    until: date | datetime | None = None
    """When what stands in the way ends by itself."""


@dataclass(frozen=True)
class Waiting:
    """What speaks for waiting: money on its way in this currency, and an answered dispute."""

    in_transit: Decimal = Decimal(0)
    in_transit_until: datetime | None = None
    answered_until: date | None = None


NOTHING_TO_WAIT_FOR = Waiting()


@dataclass(frozen=True)
class Readiness:
    """Every requirement for one debt."""

    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is known to be missing; while there is anything, nothing is suspended."""
        return tuple(item.requirement for item in self.items if item.state == State.MISSING)

    @property
    def is_ready(self) -> bool:
        return not self.missing


def check(
    debt: Debt,
    *,
    paused_until: date | None,
    is_stopped: bool,
    business_date: date,
    waiting: Waiting = NOTHING_TO_WAIT_FOR,
) -> Readiness:
    """Check one debt on a date of the partner's zone."""
    is_paused = paused_until is not None and paused_until > business_date
    if debt.amount <= 0:
        lacking = Requirement.HISTORY_CONFIRMED if debt.unconfirmed else Requirement.OVERDUE
        return Readiness((Item(lacking, State.MISSING), *_not_checked()))
    until = waiting.answered_until
    checked = {
        Requirement.OVERDUE: True,
        Requirement.ABOVE_MINIMUM: debt.amount > debt.tolerance,
        Requirement.UNDISPUTED: debt.amount <= debt.tolerance or not debt.is_disputed,
        Requirement.HISTORY_CONFIRMED: debt.amount > debt.tolerance or not debt.unconfirmed,
        Requirement.NOT_PAUSED: not is_paused,
        Requirement.NOT_IN_TRANSIT: not covers(waiting.in_transit, debt),
        Requirement.NOT_ANSWERED_LATELY: until is None or until <= business_date,
        Requirement.NOT_STOPPED: not is_stopped,
    }
    ends: dict[Requirement, date | datetime | None] = {
        Requirement.NOT_PAUSED: paused_until,
        Requirement.NOT_IN_TRANSIT: waiting.in_transit_until,
        Requirement.NOT_ANSWERED_LATELY: until,
    }
    items = [
        Item(requirement, State.MET)
        if is_met
        else Item(requirement, State.MISSING, ends.get(requirement))
        for requirement, is_met in checked.items()
    ]
    return Readiness((*items, *_not_checked()))


def _not_checked() -> list[Item]:
    return [Item(requirement, State.NOT_CHECKED) for requirement in NOT_CHECKED_YET]


def closest(readiness: Iterable[Readiness]) -> Readiness:
    """Of several debts the one with the least missing."""
    return min(readiness, key=lambda one: len(one.missing))
