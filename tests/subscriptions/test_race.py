"""Races with real threads on real connections: whoever comes first, nobody who paid stays out."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction

from billing import receipts
from collections_policy import judging
from collections_policy.services import suspend_for_non_payment
from customers.models import Customer
from partners.models import User
from subscriptions import sending
from subscriptions.connection import Connections
from subscriptions.models import Hold, HoldReason, StatusChange, Subscription
from tests.factories.billing import overdue_for, payment
from tests.factories.partners import admin_agent
from tests.subscriptions import steps
from vianet.client import PartnerCenter
from vianet.emulator.process import EmulatorHandle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
ROUNDS = 80
FREE_ROUNDS = 40
PATIENCE_SECONDS = 60


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.fixture
def centers() -> Iterator[Connections]:
    """All workers of a test share their connections to 21Vianet, as the threads of a drain do."""
    with Connections() as opened:
        yield opened


@pytest.fixture
def owing(
    subscription: Subscription, clerk: User, emulator: EmulatorHandle, centers: Connections
) -> "Owing":
    """The customer owes, and pays in a race with the suspension."""
    emulator.set(requests_per_minute=0)
    return Owing(subscription, clerk, centers)


class Owing:
    """One subscription whose customer gets into debt, is suspended and pays, again and again."""

    def __init__(self, subscription: Subscription, clerk: User, centers: Connections) -> None:
        self.subscription = subscription
        self.clerk = clerk
        self.centers = centers

    def suspend(self) -> StatusChange:
        """An approved suspension for a fresh debt, judged and waiting for its worker."""
        overdue_for(self.subscription.customer, 25)
        suspend_for_non_payment([self.subscription], by=self.clerk, note="not paid")
        judging.judge_pending()
        return steps.open_change(self.subscription)

    def pay(self) -> None:
        """The payment commits; the collections policy has not judged it yet."""
        receipts.record(
            self.subscription.partner,
            self.subscription.customer,
            payment("1060.00"),
            by=self.clerk,
            reason="bank statement",
        )

    def settle(self) -> None:
        """What the drains do next: judge, then send what there is to send."""
        judging.judge_pending()
        steps.deliver_all_by(self.centers, rounds=2)


def _in_thread(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
    def run() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return pool.submit(run)


def _all_at_once(pool: ThreadPoolExecutor, *works: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(works), timeout=PATIENCE_SECONDS)

    def together(work: Callable[[], object]) -> Callable[[], object]:
        return lambda: (barrier.wait(), work())[1]

    futures = [_in_thread(pool, together(work)) for work in works]
    return [future.result(PATIENCE_SECONDS) for future in futures]


def _worker(change: StatusChange, centers: Connections) -> Callable[[], object]:
    return lambda: sending.deliver(change.pk, worker=uuid4(), centers=centers)


@contextmanager
def _pausing(method: str, pause: Callable[[], None], *, after: bool) -> Iterator[None]:
    """Stop every worker before it calls 21Vianet by this method, or once it has the answer."""
    call = getattr(PartnerCenter, method)

    def paused(*args: Any, **kwargs: Any) -> object:
        if after:
            answer = call(*args, **kwargs)
            pause()
            return answer
        pause()
        return call(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PartnerCenter, method, paused)
        yield


def _is_consistent(subscription: Subscription) -> bool:
    """At most one open change; what is wanted is what the holds say; the trail is exact."""
    subscription.refresh_from_db()
    changes = list(subscription.status_changes.all())
    is_held = Hold.objects.are_open().on(subscription).exists()
    return (
        sum(change.is_unfinished for change in changes) <= 1
        and (subscription.desired_status == "suspended") == is_held
        and all(map(steps.is_trail_exact, changes))
    )


def _pay_before_step_3(owing: Owing, pool: ThreadPoolExecutor) -> str:
    """The worker has read; the payment commits; only then does the worker lock and check."""
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    change = owing.suspend()

    def pause() -> None:
        barrier.wait()
        barrier.wait()

    with _pausing("subscription", pause, after=True):
        worker = _in_thread(pool, _worker(change, owing.centers))
        barrier.wait()
        owing.pay()
        barrier.wait()
        worker.result(PATIENCE_SECONDS)
    owing.settle()
    owing.subscription.refresh_from_db()
    return owing.subscription.seen_status


def _pay_after_step_3(owing: Owing, pool: ThreadPoolExecutor) -> str:
    """The worker has committed that it sends; payment and PATCH then run at the same time."""
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    change = owing.suspend()
    with _pausing("patch_subscription_status", lambda: _wait(barrier), after=False):
        worker = _in_thread(pool, _worker(change, owing.centers))
        barrier.wait()
        owing.pay()
        judging.judge_pending()
        worker.result(PATIENCE_SECONDS)
    owing.settle()
    owing.subscription.refresh_from_db()
    return owing.subscription.seen_status


def _wait(barrier: Barrier) -> None:
    barrier.wait()


def _pay_whenever(owing: Owing, pool: ThreadPoolExecutor) -> str:
    """Nobody waits for anybody."""
    _all_at_once(pool, _worker(owing.suspend(), owing.centers), owing.pay, judging.judge_pending)
    owing.settle()
    owing.subscription.refresh_from_db()
    return owing.subscription.seen_status


def test_payment_before_the_last_check_sends_no_suspension(
    owing: Owing, pool: ThreadPoolExecutor, emulator: EmulatorHandle
) -> None:
    ends = [_pay_before_step_3(owing, pool) for _ in range(ROUNDS)]
    assert ends == ["active"] * ROUNDS
    assert steps.patches(emulator) == []
    assert _is_consistent(owing.subscription)


def test_payment_after_the_last_check_ends_unblocked(
    owing: Owing, pool: ThreadPoolExecutor, emulator: EmulatorHandle
) -> None:
    ends = [_pay_after_step_3(owing, pool) for _ in range(ROUNDS)]
    assert ends == ["active"] * ROUNDS
    assert len(steps.patches(emulator, "suspended")) == ROUNDS
    assert steps.shown(emulator, owing.subscription) == "active"
    assert _is_consistent(owing.subscription)


def test_payment_at_any_moment_ends_unblocked(
    owing: Owing, pool: ThreadPoolExecutor, emulator: EmulatorHandle
) -> None:
    ends = [_pay_whenever(owing, pool) for _ in range(FREE_ROUNDS)]
    assert ends == ["active"] * FREE_ROUNDS
    assert steps.shown(emulator, owing.subscription) == "active"
    assert _is_consistent(owing.subscription)


def test_five_workers_with_the_same_change_have_one_effect(
    subscription: Subscription,
    clerk: User,
    pool: ThreadPoolExecutor,
    centers: Connections,
    emulator: EmulatorHandle,
) -> None:
    steps.hold(subscription, clerk)
    change = steps.open_change(subscription)
    took = _all_at_once(pool, *[_worker(change, centers)] * 5)
    assert sorted(map(bool, took)) == [False] * 4 + [True]
    assert len(steps.patches(emulator)) == 1
    assert _is_consistent(subscription)


def _suspend_and_unblock(
    subscription: Subscription,
    clerks: tuple[User, User],
    pool: ThreadPoolExecutor,
    centers: Connections,
) -> str:
    """One clerk lifts her hold while the other places his, and a worker is at it."""
    first, second = clerks
    held = steps.hold(subscription, first)
    _all_at_once(
        pool,
        lambda: steps.lift(held, first),
        lambda: steps.hold(subscription, second, HoldReason.MISUSE),
        _worker(steps.open_change(subscription), centers),
    )
    steps.deliver_all_by(centers, rounds=2)
    subscription.refresh_from_db()
    end = subscription.seen_status
    steps.lift(Hold.objects.are_open().get(subscription=subscription), second)
    steps.deliver_all_by(centers, rounds=2)
    return end


def test_two_clerks_at_once_each_move_only_their_own_hold(
    subscription: Subscription,
    clerk: User,
    pool: ThreadPoolExecutor,
    centers: Connections,
    emulator: EmulatorHandle,
) -> None:
    emulator.set(requests_per_minute=0)
    clerks = (clerk, admin_agent(subscription.partner))
    ends = [_suspend_and_unblock(subscription, clerks, pool, centers) for _ in range(10)]
    assert ends == ["suspended"] * 10
    assert steps.shown(emulator, subscription) == "active"
    assert _is_consistent(subscription)


def _hold_and_lift_all(subscriptions: list[Subscription], by: User) -> None:
    with transaction.atomic():
        Customer.objects.lock([subscription.customer_id for subscription in subscriptions])
        for subscription in subscriptions:
            steps.lift(steps.hold(subscription, by), by)


def test_two_customers_in_crossed_order_do_not_deadlock(
    subscription: Subscription, clerk: User, pool: ThreadPoolExecutor
) -> None:
    other = Subscription.objects.filter(seen_status="active", base=None).exclude(
        customer=subscription.customer
    )[0]
    there, back = [subscription, other], [other, subscription]
    for _ in range(10):
        _all_at_once(
            pool,
            lambda: _hold_and_lift_all(there, clerk),
            lambda: _hold_and_lift_all(back, clerk),
        )
    assert _is_consistent(subscription)
    assert _is_consistent(other)
