"""Carries status changes to 21Vianet in six steps, with no transaction open during HTTP.

(1) claim the row, commit; (2) GET; (3) lock the customer, check again, write `sending` and the
request id, commit; (4) PATCH the resource just read; (5) GET; (6) lock, record.

No suspension goes out whose step 3 saw nothing owed; a payment committed after step 3 supersedes
the change, and its unblock is sent next. Leases and retries keep to the wall clock.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from customers.models import Customer
from partners import clock
from subscriptions import connection, lifecycle, outcomes, rules
from subscriptions.models import (
    SEEN_ACTIVE,
    SEEN_SUSPENDED,
    ChangeStatus,
    DesiredStatus,
    Hold,
    HoldReason,
    StatusChange,
    Subscription,
    Target,
)
from subscriptions.models.status_change import StatusChangeQuerySet
from subscriptions.observing import observe
from subscriptions.outcomes import Outcome
from vianet import errors, wire
from vianet.client import PartnerCenter
from vianet.connection import IdentifierRefused

logger = structlog.get_logger(__name__)
LEASE = timedelta(seconds=120)
WAIT = timedelta(seconds=5)
SETTLING = timedelta(seconds=60)
ONE_DRAIN = timedelta(seconds=120)
BATCH = 50
THREADS = 8
DUE = (ChangeStatus.PENDING, ChangeStatus.SENDING, ChangeStatus.UNKNOWN)
WANTED = {Target.SUSPENDED: SEEN_SUSPENDED, Target.ACTIVE: SEEN_ACTIVE}


def deliver_due(target: Target) -> int:
    """Carry every due change of this kind as far as it goes. Returns how many were tried."""
    worker = uuid4()
    tried = 0
    stop_at = timezone.now() + ONE_DRAIN
    with connection.Connections() as centers, ThreadPoolExecutor(THREADS) as pool:
        while timezone.now() < stop_at and (ids := _due_ids(target)):
            deliver_one = partial(_deliver_in_thread, worker=worker, centers=centers)
            tried += sum(pool.map(deliver_one, ids))
    return tried


def deliver(change_id: int, *, worker: UUID, centers: connection.Connections) -> bool:
    """Take one change through the six steps. False when it is not due, or another worker has it."""
    if not _claim(change_id, worker):
        return False
    change = StatusChange.objects.select_related("partner", "subscription__customer").get(
        pk=change_id
    )
    if change.status == ChangeStatus.SENDING:
        _admit_not_knowing(change)
        return True
    try:
        partner_center = centers.of(change.partner)
    except connection.NotConnected:
        _settle(change, worker, Outcome.waiting("not connected to Partner Center", WAIT))
        return True
    _carry(change, worker, partner_center)
    return True


def read(
    subscription: Subscription, partner_center: PartnerCenter, correlation_id: UUID | None = None
) -> "Sight":
    """GET one subscription. Raises VianetError, also for an id that can't be asked for."""
    at = clock.now()
    tenant_id, pc_id = subscription.customer.tenant_id, subscription.pc_id
    try:
        seen = partner_center.subscription(tenant_id, pc_id, correlation_id=correlation_id)
    except IdentifierRefused as error:
        raise errors.NotFound(str(error)) from error
    return Sight(seen, at)


@dataclass(frozen=True)
class Sight:
    """What was seen, and the business time before it was asked for."""

    seen: wire.Subscription
    at: datetime


@dataclass(frozen=True)
class _Request:
    """What step 4 sends: decided and committed in step 3."""

    resource: wire.Subscription
    status: str
    request_id: UUID
    correlation_id: UUID


def _due_ids(target: Target) -> list[int]:
    waiting = _claimable().filter(target=target).order_by("next_attempt_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def _deliver_in_thread(change_id: int, *, worker: UUID, centers: connection.Connections) -> bool:
    try:
        return deliver(change_id, worker=worker, centers=centers)
    except (DatabaseError, lifecycle.InvalidTransition):
        logger.exception("change_not_delivered", change=change_id)
        return False
    finally:
        connections.close_all()


def _carry(change: StatusChange, worker: UUID, partner_center: PartnerCenter) -> None:
    try:
        sight = read(change.subscription, partner_center, change.correlation_id)
    except errors.VianetError as error:
        connection.note_failure(change.partner, error)
        _settle(change, worker, outcomes.of_failed_read(error, change.attempts))
        return
    request = _prepare(change, worker, sight)
    if request is None:
        return
    outcome = _send(request, partner_center, change.attempts)
    _settle(change, worker, outcome, _read_again(change, partner_center))
    _look_at_add_ons(change, partner_center)


# --- Step 1: claim --------------------------------------------------------------------------------


def _claimable() -> StatusChangeQuerySet:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return StatusChange.objects.filter(free, status__in=DUE, next_attempt_at__lte=now)


def _claim(change_id: int, worker: UUID) -> bool:
    """Lease the change by one conditional update; the attempt counts before work starts."""
    lease_until = timezone.now() + LEASE
    rows = _claimable().filter(pk=change_id)
    return rows.update(leased_by=worker, lease_until=lease_until, attempts=F("attempts") + 1) == 1


@transaction.atomic
def _admit_not_knowing(change: StatusChange) -> None:
    """The worker that was sending died: whether its request arrived is not known."""
    Customer.objects.lock([change.customer_id])
    change.refresh_from_db()
    if change.status == ChangeStatus.SENDING:
        lifecycle.lose_sight(change, error="the worker died while sending", again_at=timezone.now())


# --- Step 3: lock, check again, commit the intention ----------------------------------------------


@transaction.atomic
def _prepare(change: StatusChange, worker: UUID, sight: Sight) -> _Request | None:
    """Decide from what was just read and what is held and owed now. None: nothing to send."""
    [customer] = Customer.objects.lock([change.customer_id])
    subscription = observe(_fresh(change), sight.seen, at=sight.at)
    mine = _still_mine(change, worker)
    if mine is None or _decided_by_sight(mine, subscription, sight.seen.status):
        return None
    why = _why_wait(mine, subscription, customer)
    if why is not None:
        lifecycle.put_back(mine, error=why, again_at=timezone.now() + WAIT)
        return None
    return _begin_sending(mine, sight.seen, worker)


def _decided_by_sight(change: StatusChange, subscription: Subscription, status: str) -> bool:
    """Settle the change when what was seen settles it."""
    meaning = rules.verdict(change.target, status)
    never_sent = change.request_id is None
    if meaning is rules.Verdict.REACHED and not (change.must_send and never_sent):
        outcomes.confirm(change)
        return True
    if meaning is rules.Verdict.IMPOSSIBLE:
        lifecycle.hand_over(change, error=f"21Vianet shows the status “{status}”")
        return True
    if change.target == Target.SUSPENDED and not _is_wanted(subscription):
        lifecycle.supersede(change, by=None, reason="no hold is open any more")
        return True
    if change.status == ChangeStatus.UNKNOWN:
        return _still_settling(change)
    return False


def _still_settling(change: StatusChange) -> bool:
    """Give an accepted request a minute to become visible; then it may be sent again."""
    now = timezone.now()
    if change.sent_at is not None and clock.now() - change.sent_at < SETTLING:
        again_at = now + rules.backoff(change.attempts, outcomes.jitter())
        lifecycle.lose_sight(change, error=change.last_error, again_at=again_at)
        return True
    lifecycle.put_back(change, error=change.last_error, again_at=now)
    return False


def _is_wanted(subscription: Subscription) -> bool:
    return subscription.desired_status == DesiredStatus.SUSPENDED


def _why_wait(change: StatusChange, subscription: Subscription, customer: Customer) -> str | None:
    """What must happen before this change may be sent, or None."""
    if not connection.may_write(change.partner):
        return "changes are switched off for this partner"
    if change.target == Target.ACTIVE:
        base = subscription.base
        waits_for_base = base is not None and base.seen_status != SEEN_ACTIVE
        return "its base subscription is not active yet" if waits_for_base else None
    if _is_for_money_alone(subscription):
        if not customer.is_judged:
            return "newer facts have not been judged yet"
        if subscription.partner.settings.suspensions_stopped:
            return "suspensions for non-payment are stopped"
    return None


def _is_for_money_alone(subscription: Subscription) -> bool:
    reasons = Hold.objects.are_open().on(subscription).values_list("reason", flat=True)
    return set(reasons) == {HoldReason.NON_PAYMENT}


def _begin_sending(change: StatusChange, resource: wire.Subscription, worker: UUID) -> _Request:
    status = WANTED[Target(change.target)]
    body = json.dumps(wire.with_status(resource, status), sort_keys=True, default=str)
    digest = sha256(f"{resource.etag}\n{body}".encode()).hexdigest()
    lifecycle.begin_sending(
        change, digest=digest, worker=worker, lease_until=timezone.now() + LEASE
    )
    if change.request_id is None:
        raise AssertionError("a change being sent has a request id")
    return _Request(resource, status, change.request_id, change.correlation_id)


# --- Steps 4 and 5: PATCH, GET --------------------------------------------------------------------


def _send(request: _Request, partner_center: PartnerCenter, attempts: int) -> Outcome:
    try:
        partner_center.patch_subscription_status(
            request.resource,
            request.status,
            request_id=request.request_id,
            correlation_id=request.correlation_id,
        )
    except errors.VianetError as error:
        return outcomes.of_failed_patch(error, attempts)
    return Outcome.accepted()


def _read_again(change: StatusChange, partner_center: PartnerCenter) -> Sight | None:
    try:
        return read(change.subscription, partner_center, change.correlation_id)
    except errors.VianetError as error:
        connection.note_failure(change.partner, error)
        return None


# --- Step 6: lock, record -------------------------------------------------------------------------


@transaction.atomic
def _settle(
    change: StatusChange, worker: UUID, outcome: Outcome, sight: Sight | None = None
) -> None:
    """Record what was seen and where the change stands; a superseded change moves nothing."""
    Customer.objects.lock([change.customer_id])
    if sight is not None:
        observe(_fresh(change), sight.seen, at=sight.at)
    mine = _still_mine(change, worker)
    if mine is None:
        return
    is_reached = (
        sight is not None and rules.verdict(mine.target, sight.seen.status) is rules.Verdict.REACHED
    )
    if is_reached:
        outcomes.confirm(mine)
    else:
        outcomes.apply(mine, outcome)


def _look_at_add_ons(change: StatusChange, partner_center: PartnerCenter) -> None:
    """What a base's change did to its add-ons is not documented: read them."""
    for add_on in change.subscription.add_ons.select_related("customer"):
        try:
            sight = read(add_on, partner_center, change.correlation_id)
        except errors.VianetError as error:
            connection.note_failure(change.partner, error)
            continue
        with transaction.atomic():
            Customer.objects.lock([change.customer_id])
            observe(_subscription(add_on.pk), sight.seen, at=sight.at)


def _still_mine(change: StatusChange, worker: UUID) -> StatusChange | None:
    """The change as it is under the lock, unless it was superseded or its lease was lost."""
    return (
        StatusChange.objects.select_related("partner", "subscription")
        .filter(pk=change.pk, leased_by=worker, status__in=DUE)
        .first()
    )


def _fresh(change: StatusChange) -> Subscription:
    return _subscription(change.subscription_id)


def _subscription(pk: int) -> Subscription:
    return Subscription.objects.select_related("partner__settings", "customer", "base").get(pk=pk)
