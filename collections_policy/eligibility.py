"""Whether a customer may be suspended for non-payment, in words that name no amount.

For people who suspend without seeing bills: yes, no or not known, checked when, what lifts it and
whom to ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_policy import readiness
from collections_policy.gate import Readiness
from customers.models import Customer
from partners import clock
from partners.access import can
from partners.models import Membership, Partner, User
from partners.permissions import Permission, is_granted

MAX_NAMES = 2


class Answer(StrEnum):
    """May this customer be suspended for non-payment now? Not known means no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return str(_ANSWERS[self])


_ANSWERS = {
    Answer.YES: gettext_lazy("Yes"),
    Answer.NO: gettext_lazy("No"),
    Answer.UNKNOWN: gettext_lazy("Not known yet"),
}


@dataclass(frozen=True)
class Eligibility:
    """The answer, as of when, what stands in the way, what lifts a suspension, whom to ask."""

    answer: Answer
    checked_at: datetime
    missing: tuple[str, ...]
    has_overdue: bool
    ask: str

    @property
    def is_eligible(self) -> bool:
        return self.answer == Answer.YES

    @property
    def words(self) -> str:
        """Why it is not possible; empty where it is."""
        if self.answer == Answer.UNKNOWN:
            return _("new payment data is being checked")
        return ", ".join(self.missing)

    @property
    def lifts_when(self) -> str:
        """What gives service back."""
        return _("Billing confirms the payment.")


def of(customer: Customer, user: User) -> Eligibility:
    """Check the customer now, for this reader."""
    return in_words(readiness.of_customer(customer), customer, user)


def in_words(checked: Mapping[str, Readiness], customer: Customer, user: User) -> Eligibility:
    """What the gate said for each currency, for this reader."""
    missing: tuple[str, ...] = ()
    answer = Answer.YES if any(result.is_ready for result in checked.values()) else Answer.NO
    if not can(user, Permission.SUSPEND, customer.partner):
        answer, missing = Answer.NO, (_("you may not suspend"),)
    elif answer == Answer.NO:
        results = list(checked.values()) or [readiness.nothing_overdue(customer)]
        missing = tuple(requirement.lacking for requirement in results[0].missing)
    elif not customer.is_judged:
        answer = Answer.UNKNOWN
    return Eligibility(answer, clock.now(), missing, bool(checked), whom_to_ask(customer.partner))


def whom_to_ask(partner: Partner) -> str:
    """The people who record payments, by name; empty while there is nobody."""
    memberships = Membership.objects.filter(partner=partner, user__is_active=True)
    names = [
        str(membership.user)
        for membership in memberships.select_related("user").order_by("user__name", "user_id")
        if is_granted(Permission.RECORD_MONEY, membership.roles)
    ]
    return ", ".join(names[:MAX_NAMES])
