"""Carries status changes to 21Vianet in six steps, with no transaction open during HTTP.

(1) claim the row, commit; (2) GET; (3) lock the customer, check again, write `sending` and the
request id, commit; (4) PATCH the resource just read; (5) GET; (6) lock, record.

No suspension goes out whose step 3 saw nothing owed; a payment committed after step 3 supersedes
the change, and its unblock is sent next. Leases and retries keep to the wall clock.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from customers.models import Customer
from partners import clock
from subscriptions import connection, deciding, lifecycle, outcomes
from subscriptions.budget import Lane
from subscriptions.models import ChangeStatus, StatusChange, Subscription, Target
from subscriptions.models.status_change import StatusChangeQuerySet
from subscriptions.observing import observe
from subscriptions.outcomes import Outcome
from vianet import errors, wire
from vianet.client import Accepted, PartnerCenter
from vianet.connection import IdentifierRefused

logger = structlog.get_logger(__name__)
WAIT = timedelta(seconds=5)
ONE_DRAIN = timedelta(seconds=60)
BATCH = 50
THREADS = 8


def deliver_due(target: Target) -> int:
    """Carry every due change of this kind as far as it goes. Returns how many were tried."""
    worker = uuid4()
    tried = 0
    stop_at = timezone.now() + ONE_DRAIN
    lane = Lane.UNBLOCK if target == Target.ACTIVE else Lane.ORDINARY
    with connection.Connections(lane) as centers, ThreadPoolExecutor(THREADS) as pool:
        while timezone.now() < stop_at and (ids := _due_ids(target)):
            deliver_one = partial(
                _deliver_in_thread, worker=worker, centers=centers, stop_at=stop_at
            )
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


@dataclass(frozen=True)
class Sight:
    """What was seen, and the business time before it was asked for."""

    seen: wire.Subscription
    at: datetime


def read(
    subscription: Subscription, partner_center: PartnerCenter, correlation_id: UUID | None = None
) -> Sight:
    """GET one subscription. Raises VianetError, also for an id that can't be asked for."""
    at = clock.now()
    tenant_id, pc_id = subscription.customer.tenant_id, subscription.pc_id
    try:
        seen = partner_center.subscription(tenant_id, pc_id, correlation_id=correlation_id)
    except IdentifierRefused as error:
        raise errors.NotFound(str(error)) from error
    return Sight(seen, at)


@dataclass(frozen=True)
class _Request:
    """What step 4 sends: decided and committed in step 3."""

    resource: wire.Subscription
    status: str
    request_id: UUID
    correlation_id: UUID
    send_before: datetime


def _due_ids(target: Target) -> list[int]:
    waiting = _claimable().filter(target=target).order_by("next_attempt_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def _deliver_in_thread(
    change_id: int, *, worker: UUID, centers: connection.Connections, stop_at: datetime
) -> bool:
    """One change of a batch: whatever becomes of it, the others are carried on."""
    if timezone.now() >= stop_at:
        return False
    try:
        return deliver(change_id, worker=worker, centers=centers)
    except Exception:
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
    outcome = _send(request, partner_center, change)
    _settle(change, worker, outcome, _read_again(change, partner_center))
    _look_at_add_ons(change, partner_center)


# --- Step 1: claim --------------------------------------------------------------------------------


def _lease() -> datetime:
    return timezone.now() + settings.STATUS_CHANGE_LEASE


def _claimable() -> StatusChangeQuerySet:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return StatusChange.objects.filter(
        free, status__in=deciding.UNDER_WAY, next_attempt_at__lte=now
    )


def _claim(change_id: int, worker: UUID) -> bool:
    """Lease the change by one conditional update; the attempt counts before work starts."""
    rows = _claimable().filter(pk=change_id)
    return rows.update(leased_by=worker, lease_until=_lease(), attempts=F("attempts") + 1) == 1


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
    subscription = _fresh(change)
    known = subscription.seen_status
    observe(subscription, sight.seen, at=sight.at)
    mine = _still_mine(change, worker)
    if mine is None:
        return None
    if subscription.seen_at != sight.at:
        lifecycle.look_again(mine, error="somebody has read it later", again_at=timezone.now())
        return None
    if deciding.is_settled(mine, subscription, sight.seen, known=known):
        return None
    why = deciding.why_wait(mine, subscription, customer)
    if why is not None:
        lifecycle.not_yet(mine, error=why, again_at=timezone.now() + WAIT)
        return None
    return _begin_sending(mine, sight.seen, worker)


def _begin_sending(change: StatusChange, resource: wire.Subscription, worker: UUID) -> _Request:
    target = Target(change.target)
    digest = deciding.digest_of(resource, target)
    lease_until = _lease()
    lifecycle.begin_sending(change, digest=digest, worker=worker, lease_until=lease_until)
    if change.request_id is None:
        raise AssertionError("a change being sent has a request id")
    return _Request(
        resource, deciding.WANTED[target], change.request_id, change.correlation_id, lease_until
    )


# --- Steps 4 and 5: PATCH, GET --------------------------------------------------------------------


def _send(request: _Request, partner_center: PartnerCenter, change: StatusChange) -> Outcome:
    if timezone.now() >= request.send_before:
        return Outcome.waiting("the lease ran out before anything was sent", WAIT)
    try:
        answer = partner_center.patch_subscription_status(
            request.resource,
            request.status,
            request_id=request.request_id,
            correlation_id=request.correlation_id,
        )
    except errors.VianetError as error:
        return outcomes.of_failed_patch(error, change)
    return Outcome.taken_on() if isinstance(answer, Accepted) else Outcome.accepted()


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
    is_newest = sight is not None and _note(change, sight)
    mine = _still_mine(change, worker)
    if mine is None:
        return
    if (
        sight is not None
        and is_newest
        and deciding.is_reached(mine, sight.seen, is_final=outcome.is_final)
    ):
        outcomes.confirm(mine)
    else:
        outcomes.apply(mine, outcome)


def _note(change: StatusChange, sight: Sight) -> bool:
    """Write down what was seen. False when somebody has read it later."""
    return observe(_fresh(change), sight.seen, at=sight.at).seen_at == sight.at


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
        .filter(pk=change.pk, leased_by=worker, status__in=deciding.UNDER_WAY)
        .first()
    )


def _fresh(change: StatusChange) -> Subscription:
    return _subscription(change.subscription_id)


def _subscription(pk: int) -> Subscription:
    return Subscription.objects.select_related("partner__settings", "customer", "base").get(pk=pk)
