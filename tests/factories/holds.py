"""Subscriptions that are held, walked there through the real verbs."""

from collections_policy import judging
from collections_policy.services import suspend_for_non_payment
from customers.models import Customer
from partners.models import User
from subscriptions import services
from subscriptions.models import SEEN_SUSPENDED, Hold, HoldReason, Subscription
from tests.factories.billing import overdue_for
from tests.factories.collections import swept


def held(
    subscription: Subscription, reason: HoldReason, *, by: User, note: str = "they called"
) -> Hold:
    """A hold that a person placed."""
    return services.place_hold(
        subscription,
        reason=reason,
        source=services.Source.person(by),
        note=note,
        by=by,
        because=note,
    )


def suspended_by_21vianet(subscription: Subscription) -> Hold:
    """Seen suspended without a request of ours."""
    subscription.seen_status = SEEN_SUSPENDED
    subscription.save(update_fields=["seen_status"])
    return services.hold_found_suspension(subscription, note="seen suspended")


def released(hold: Hold, *, by: User) -> Hold:
    """21Vianet's own suspension, with its release recorded."""
    return services.record_release(hold, reference="SR-7", by=by, reason="they wrote")


def owing_customer(subscription: Subscription, days: int = 25, net: str = "7654.00") -> Customer:
    """Make the subscription's customer owe, swept and judged: ready to be suspended."""
    customer = subscription.customer
    overdue_for(customer, days, net)
    swept(subscription.partner)
    judging.judge_pending()
    return customer


def held_for_debt(subscription: Subscription, *, by: User, note: str = "unpaid") -> Hold:
    """A hold of the collections case, with the debt behind it."""
    owing_customer(subscription)
    [hold] = suspend_for_non_payment([subscription], by=by, note=note)
    return hold
