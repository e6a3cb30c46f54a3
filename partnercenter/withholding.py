"""Suspending and unblocking as a person does it: which reason goes through which room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from collections_policy import eligibility
from collections_policy import services as collections
from partners.access import can
from partners.models import User
from partners.permissions import Permission
from subscriptions import services
from subscriptions.models import Hold, HoldReason, HoldSource, Subscription


@dataclass(frozen=True)
class ReasonChoice:
    """A reason a person may or may not suspend for, and why not."""

    reason: HoldReason
    label: str
    refusal: str = ""


def reasons_for(subscription: Subscription, user: User) -> list[ReasonChoice]:
    """The reasons of the dialog, in the order of urgency."""
    partner = subscription.partner
    suspend_now = can(user, Permission.SUSPEND_NOW, partner)
    no_right = "" if suspend_now else _("needs an admin agent or global admin")
    eligible = eligibility.of(subscription.customer, user)
    return [
        ReasonChoice(HoldReason.FRAUD, str(HoldReason.FRAUD.label), no_right),
        ReasonChoice(HoldReason.MISUSE, str(HoldReason.MISUSE.label), no_right),
        ReasonChoice(HoldReason.CUSTOMER_REQUEST, str(HoldReason.CUSTOMER_REQUEST.label)),
        ReasonChoice(
            HoldReason.NON_PAYMENT,
            str(HoldReason.NON_PAYMENT.label),
            "" if eligible.is_eligible else eligible.words,
        ),
    ]


def suspend(subscription: Subscription, reason: HoldReason, *, note: str, by: User) -> Hold:
    """Withhold service for this reason.

    Raises SubscriptionDeleted, and for non-payment NotReady with what is missing.
    """
    if reason == HoldReason.NON_PAYMENT:
        [hold] = collections.suspend_for_non_payment([subscription], by=by, note=note)
        return hold
    return services.place_hold(
        subscription,
        reason=reason,
        source=services.Source.person(by),
        note=note,
        by=by,
        because=note,
    )


def may_lift(hold: Hold, user: User) -> str:
    """Why this person may not lift the hold, or nothing."""
    needs_security = hold.reason in {HoldReason.FRAUD, HoldReason.MISUSE}
    if needs_security and not can(user, Permission.SUSPEND_NOW, hold.partner):
        return _("A security review is closed by an admin agent or global admin.")
    is_theirs = hold.reason == HoldReason.OPERATOR and hold.released_at is None
    if is_theirs and hold.subscription.is_seen_suspended:
        return _("Record first that 21Vianet released it.")
    return ""


@transaction.atomic
def unblock(holds: Collection[Hold], *, reason: str, not_before: date | None, by: User) -> None:
    """Lift these holds, all or none. A debt still owed is not proposed again before `not_before`.

    Raises NotReleased.
    """
    for hold in holds:
        if hold.source_kind == HoldSource.CASE:
            collections.unblock_with_debt(hold, by=by, reason=reason, not_before=not_before)
        else:
            services.lift_hold(hold, by=by, reason=reason)


def state_of(subscription: Subscription) -> str:
    """A mark of what a dialog showed, so that a stale page is noticed."""
    holds = Hold.objects.are_open().on(subscription).order_by("pk").values_list("pk", flat=True)
    facts = [subscription.seen_status, subscription.desired_status, *map(str, holds)]
    return sha256("|".join(facts).encode()).hexdigest()[:16]
