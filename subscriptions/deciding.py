"""Step 3's decision: what becomes of a change, from what was just seen, held and owed.

Everything here runs under the customer's lock.
"""

import json
from hashlib import sha256

from django.utils import timezone

from customers.models import Customer
from partners import clock
from subscriptions import connection, lifecycle, outcomes, rules
from subscriptions.models import (
    SEEN_ACTIVE,
    SEEN_SUSPENDED,
    ChangeStatus,
    Hold,
    HoldReason,
    StatusChange,
    Subscription,
    Target,
)
from vianet import wire

WANTED = {Target.SUSPENDED: SEEN_SUSPENDED, Target.ACTIVE: SEEN_ACTIVE}
UNDER_WAY = (ChangeStatus.PENDING, ChangeStatus.SENDING, ChangeStatus.UNKNOWN)


def is_settled(
    change: StatusChange, subscription: Subscription, seen: wire.Subscription, *, known: str
) -> bool:
    """Settle the change when what the holds say, or what was seen, settles it.

    `known` is the status that was known before this sight.
    """
    meaning = rules.verdict(change.target, seen.status)
    if change.target != subscription.desired_status:
        lifecycle.supersede(change, by=None, reason="the holds ask for it no more")
    elif meaning is rules.Verdict.IMPOSSIBLE:
        lifecycle.hand_over(change, error=f"21Vianet shows the status “{seen.status}”")
    elif _is_believable(change, seen, known) and not _waits_for_base(change, subscription):
        outcomes.confirm(change)
    elif outcomes.is_overdue(change):
        lifecycle.hand_over(change, error="not sent within a day: is it still wanted?")
    elif change.status == ChangeStatus.UNKNOWN:
        return _is_settling(change)
    else:
        return False
    return True


def is_reached(change: StatusChange, seen: wire.Subscription, *, is_final: bool = False) -> bool:
    """Whether what is seen ends the change.

    One that overtook a request which may still arrive is over only when that request can't take
    effect any more: 21Vianet has answered ours, or the ETag has moved on since we read it.
    """
    if rules.verdict(change.target, seen.status) is not rules.Verdict.REACHED:
        return False
    return not change.must_send or is_final or _has_moved(change, seen)


def _is_believable(change: StatusChange, seen: wire.Subscription, known: str) -> bool:
    """Whether the change is over without being sent (again).

    "Active" where we knew "suspended" and never asked may be an older copy: asking harms nobody.
    """
    is_unasked = change.target == Target.ACTIVE and change.request_id is None
    return is_reached(change, seen) and not (is_unasked and known == SEEN_SUSPENDED)


def why_wait(change: StatusChange, subscription: Subscription, customer: Customer) -> str | None:
    """What must happen before this change may be sent, or None."""
    if not connection.may_write(change.partner):
        return "changes are switched off for this partner"
    if change.target == Target.ACTIVE:
        waits = _waits_for_base(change, subscription)
        return "its base subscription is not active yet" if waits else None
    if _is_for_money_alone(subscription):
        if not customer.is_judged:
            return "newer facts have not been judged yet"
        if subscription.partner.settings.suspensions_stopped:
            return "suspensions for non-payment are stopped"
    return None


def digest_of(resource: wire.Subscription, target: Target) -> str:
    """Names one ETag and body: what a request id belongs to."""
    body = json.dumps(wire.with_status(resource, WANTED[target]), sort_keys=True, default=str)
    return sha256(f"{resource.etag}\n{body}".encode()).hexdigest()


def _has_moved(change: StatusChange, seen: wire.Subscription) -> bool:
    """Whether the subscription was written since the change was last sent."""
    if not change.request_digest:
        return False
    return digest_of(seen, Target(change.target)) != change.request_digest


def _is_settling(change: StatusChange) -> bool:
    """Give a request some time to become visible; then it may be sent again."""
    now = timezone.now()
    time_given = rules.settling(change.target, change.attempts)
    if change.sent_at is not None and clock.now() - change.sent_at < time_given:
        again_at = now + rules.backoff(change.attempts, outcomes.jitter())
        lifecycle.look_again(change, error=change.last_error, again_at=again_at)
        return True
    lifecycle.put_back(change, error=change.last_error, again_at=now)
    return False


def _waits_for_base(change: StatusChange, subscription: Subscription) -> bool:
    """An add-on is unblocked after its base.

    A suspension of the base that still arrives takes the add-on with it, so the base has to be
    through, not just seen active.
    """
    base = subscription.base
    if change.target != Target.ACTIVE or base is None:
        return False
    is_moving = base.status_changes.filter(status__in=UNDER_WAY).exists()
    return is_moving or base.seen_status != SEEN_ACTIVE


def _is_for_money_alone(subscription: Subscription) -> bool:
    """21Vianet's own suspension asks for nothing, so it does not make a debt more urgent."""
    reasons = Hold.objects.are_open().on(subscription).values_list("reason", flat=True)
    return set(reasons) - {HoldReason.OPERATOR} == {HoldReason.NON_PAYMENT}
