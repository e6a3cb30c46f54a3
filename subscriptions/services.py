"""Places and lifts holds, and derives from them what 21Vianet is to be asked for.

Every function takes the customer's lock first; holds, the desired status, the intent to change
21Vianet and the audit entries share one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from partners import audit, clock
from partners.models import User
from subscriptions import lifecycle, rules
from subscriptions.models import (
    ChangeStatus,
    DesiredStatus,
    Hold,
    HoldReason,
    HoldSource,
    StatusChange,
    Subscription,
    Target,
)


class SubscriptionDeleted(Exception):
    """21Vianet has deleted the subscription: nothing can be suspended or unblocked."""


class NotReleased(Exception):
    """21Vianet suspended it, and nobody has recorded yet that 21Vianet released it."""


class NothingToReapply(Exception):
    """A change is under way already, or 21Vianet shows what the holds ask for."""


@dataclass(frozen=True)
class Source:
    """What places a hold; only the same source lifts it."""

    kind: HoldSource
    id: str

    @classmethod
    def person(cls, user: User) -> "Source":
        """A person's own decision."""
        return cls(HoldSource.PERSON, str(user.pk))


def place_hold(
    subscription: Subscription,
    *,
    reason: HoldReason,
    source: Source,
    note: str,
    by: User | None,
    because: str,
    expires_at: datetime | None = None,
) -> Hold:
    """Withhold service for one reason; a second call from the same source returns the same hold.

    Raises SubscriptionDeleted.
    """
    with transaction.atomic():
        subscription = _locked(subscription)
        if subscription.is_seen_deleted:
            raise SubscriptionDeleted
        hold, is_new = Hold.objects.get_or_create(
            subscription=subscription,
            reason=reason,
            source_kind=source.kind,
            source_id=source.id,
            lifted_at=None,
            defaults={
                "partner": subscription.partner,
                "note": note,
                "placed_by": by,
                "placed_at": clock.now(),
                "expires_at": expires_at,
            },
        )
        if is_new:
            audit.record(_hold_fact(hold, "hold.placed", because, {"note": note}), by=by)
            _follow_holds(subscription, by=by, because=because)
            if _is_unasked(subscription):
                _replace_intent(subscription, by=by, because=because)
    return hold


def hold_found_suspension(subscription: Subscription, *, note: str) -> Hold:
    """Hold what was suspended by 21Vianet or outside this portal. Nothing needs to be asked for."""
    because = "seen suspended at 21Vianet without a request of ours"
    with transaction.atomic():
        subscription = _locked(subscription)
        hold, is_new = Hold.objects.get_or_create(
            subscription=subscription,
            reason=HoldReason.OPERATOR,
            source_kind=HoldSource.OBSERVATION,
            source_id=str(subscription.pk),
            lifted_at=None,
            defaults={
                "partner": subscription.partner,
                "note": note,
                "placed_at": clock.now(),
            },
        )
        if is_new:
            audit.record(_hold_fact(hold, "hold.placed", because, {"note": note}), by=None)
            derive(subscription)
            _withhold_add_ons(subscription, by=None, because=because)
    return hold


def lift_hold(hold: Hold, *, by: User | None, reason: str) -> Hold:
    """Lift one hold; service resumes when no hold is left. Lifting twice equals lifting once.

    Raises NotReleased for a suspension by 21Vianet that still stands and was not released.
    """
    with transaction.atomic():
        subscription = _locked(hold.subscription)
        hold = Hold.objects.select_related("partner").get(pk=hold.pk)
        if not hold.is_open:
            return hold
        _ensure_ours_to_lift(hold, subscription)
        hold.lifted_by, hold.lifted_at, hold.lifted_reason = by, clock.now(), reason
        hold.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
        audit.record(_hold_fact(hold, "hold.lifted", reason, {}), by=by)
        _follow_holds(subscription, by=by, because=reason)
    return hold


def record_release(hold: Hold, *, reference: str, by: User, reason: str) -> Hold:
    """Record that 21Vianet released its suspension; only then may we unblock.

    The first record stays: a second one, or one of a hold that was lifted, changes nothing.
    """
    with transaction.atomic():
        _locked(hold.subscription)
        hold = Hold.objects.get(pk=hold.pk)
        if hold.released_at is not None or not hold.is_open:
            return hold
        hold.released_by, hold.released_at = by, clock.now()
        hold.released_reference = reference
        hold.save(update_fields=["released_by", "released_at", "released_reference"])
        after = {"reference": reference}
        audit.record(_hold_fact(hold, "hold.released_by_21vianet", reason, after), by=by)
    return hold


def lift_expired(now: datetime) -> int:
    """Lift every hold whose time is over. Returns how many."""
    due = Hold.objects.are_open().filter(expires_at__lte=now).select_related("subscription")
    return sum(_lift_if_expired(hold, now) for hold in due)


def _lift_if_expired(hold: Hold, now: datetime) -> bool:
    """Lift the hold unless it was lifted or confirmed meanwhile."""
    with transaction.atomic():
        Customer.objects.lock([hold.subscription.customer_id])
        still_due = Hold.objects.are_open().filter(pk=hold.pk, expires_at__lte=now)
        if not still_due.exists():
            return False
        lift_hold(hold, by=None, reason="expired")
        return True


def reapply(subscription: Subscription, *, by: User, reason: str) -> StatusChange:
    """Ask 21Vianet again for what the holds say.

    Raises NothingToReapply, and NotReleased where only 21Vianet itself has suspended it: once it
    shows it active, repeating its suspension is not ours to ask for.
    """
    with transaction.atomic():
        subscription = _locked(subscription)
        waiting = _unfinished(subscription)
        if waiting is not None and waiting.status == ChangeStatus.NEEDS_PERSON:
            lifecycle.retry(waiting, by=by, reason=reason)
            return waiting
        if waiting is not None or not subscription.is_disagreed:
            raise NothingToReapply
        if _is_held_by_21vianet_alone(subscription):
            raise NotReleased
        return ask_for(subscription, by=by, because=reason)


def ask_for(
    subscription: Subscription, *, by: User | None, because: str, must_send: bool = False
) -> StatusChange:
    """Put the intent that 21Vianet show the desired status into the queue of record."""
    target = (
        Target.SUSPENDED
        if subscription.desired_status == DesiredStatus.SUSPENDED
        else Target.ACTIVE
    )
    change = StatusChange.objects.create(
        partner=subscription.partner,
        customer_id=subscription.customer_id,
        subscription=subscription,
        target=target,
        must_send=must_send,
        reason=because,
        next_attempt_at=timezone.now(),
        give_up_at=lifecycle.give_up_at(target),
        created_by=by,
        created_at=clock.now(),
    )
    audit.record(
        audit.Fact(
            partner_id=subscription.partner_id,
            customer_id=subscription.customer_id,
            subject=change,
            kind="status_change.asked",
            reason=because,
            after={"target": target, "subscription": subscription.pk},
        ),
        by=by,
    )
    return change


def _locked(subscription: Subscription) -> Subscription:
    """Lock the customer and read the subscription as it is now."""
    Customer.objects.lock([subscription.customer_id])
    return Subscription.objects.select_related("partner", "customer", "base").get(
        pk=subscription.pk
    )


def _unfinished(subscription: Subscription) -> StatusChange | None:
    return StatusChange.objects.unfinished().filter(subscription=subscription).first()


def _ensure_ours_to_lift(hold: Hold, subscription: Subscription) -> None:
    still_theirs = (
        hold.reason == HoldReason.OPERATOR
        and hold.released_at is None
        and subscription.is_seen_suspended
    )
    if still_theirs:
        raise NotReleased


def _is_held_by_21vianet_alone(subscription: Subscription) -> bool:
    reasons = Hold.objects.are_open().on(subscription).values_list("reason", flat=True)
    return set(reasons) == {HoldReason.OPERATOR}


def _follow_holds(subscription: Subscription, *, by: User | None, because: str) -> None:
    """Derive what is wanted of the subscription and its add-ons, and ask for what changed.

    21Vianet suspends add-ons with their base, so only the base is asked for; whether it reactivates
    them with it is not documented, so each add-on gets an unblock of its own.
    """
    if not derive(subscription):
        return
    change = _replace_intent(subscription, by=by, because=because)
    if change.target == Target.SUSPENDED:
        _withhold_add_ons(subscription, by=by, because=because)
        return
    for add_on in subscription.add_ons.select_related("partner", "customer"):
        if derive(add_on):
            _replace_intent(add_on, by=by, because=because, must_send=change.must_send)


def _withhold_add_ons(base: Subscription, *, by: User | None, because: str) -> None:
    """They are suspended with their base: an unblock of theirs that waits is out of date."""
    for add_on in base.add_ons.select_related("partner", "customer"):
        if derive(add_on) and (unblock := _unfinished(add_on)) is not None:
            lifecycle.supersede(unblock, by=by, reason=because)


def derive(subscription: Subscription) -> bool:
    """Write the desired status that the open holds give, under the customer's lock.

    True when it changed.
    """
    reasons = Hold.objects.are_open().on(subscription).values_list("reason", flat=True)
    wanted = rules.desired_status(reasons)
    if subscription.desired_status == wanted:
        return False
    subscription.desired_status = wanted
    subscription.save(update_fields=["desired_status"])
    return True


def _is_unasked(subscription: Subscription) -> bool:
    """Held, yet neither seen suspended nor asked for: an add-on whose base was held first."""
    is_held = subscription.desired_status == DesiredStatus.SUSPENDED
    return is_held and not subscription.is_seen_suspended and _unfinished(subscription) is None


def _replace_intent(
    subscription: Subscription, *, by: User | None, because: str, must_send: bool = False
) -> StatusChange:
    """Supersede an open intent and ask for the opposite in the same transaction."""
    older = _unfinished(subscription)
    may_be_under_way = older is not None and older.request_id is not None
    if older is not None:
        lifecycle.supersede(older, by=by, reason=because)
    return ask_for(subscription, by=by, because=because, must_send=must_send or may_be_under_way)


def _hold_fact(hold: Hold, kind: str, reason: str, after: Mapping[str, object]) -> audit.Fact:
    return audit.Fact(
        partner_id=hold.partner_id,
        customer_id=hold.subscription.customer_id,
        subject=hold,
        kind=kind,
        reason=reason,
        after={"reason": hold.reason, "subscription": hold.subscription_id, **after},
    )
