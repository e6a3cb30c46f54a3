"""Everything that may happen to a customer's subscriptions, in any order (Hypothesis)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from billing import disputes, ledger, receipts
from billing.models import Dispute, DisputeCode, DisputeOutcome, Invoice, Receipt
from collections_policy import judging
from collections_policy.services import NotReady, suspend_for_non_payment
from customers.models import Customer
from partners.models import Partner, User
from subscriptions import reading, rules, sending, services
from subscriptions.connection import Connections
from subscriptions.models import (
    ChangeStatus,
    Hold,
    HoldReason,
    StatusChange,
    Subscription,
)
from subscriptions.observing import record_seen
from tests.factories.billing import overdue_for, payment
from tests.factories.collections import swept
from tests.factories.partners import admin_agent
from tests.subscriptions import steps
from vianet.client import PartnerCenter
from vianet.emulator.process import EmulatorHandle

EXAMPLES = 60
STEPS = 20
FAULTS: tuple[dict[str, object], ...] = (
    {"do": "drop_request"},
    {"do": "drop_response_after_effect"},
    {"do": "late_apply"},
    {"do": "late_apply", "ignore_if_match": True},
    {"do": "stale_etag"},
    {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"do": "status", "status": 500},
    {"do": "status", "status": 503, "after_effect": True},
)
BY_HAND = (HoldReason.FRAUD, HoldReason.MISUSE, HoldReason.CUSTOMER_REQUEST)


class WorkerDied(BaseException):
    """As after kill -9: nothing is written any more."""


class World:
    """What the machine acts on: made once, rolled back after every example."""

    def __init__(self, partner: Partner, emulator: EmulatorHandle, centers: Connections) -> None:
        reading.read_partner(partner, lambda _: None)
        add_on = Subscription.objects.filter(base__seen_status="active", seen_status="active")[0]
        self.partner = partner
        self.emulator = emulator
        self.centers = centers
        self.customer: Customer = add_on.customer
        self.subscriptions = list(self.customer.subscriptions.filter(seen_status="active"))
        self.clerk: User = admin_agent(partner)


class Machine(RuleBasedStateMachine):
    """People, payments, sweeps, workers and 21Vianet, in any order."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.by = self.world.clerk
        self.emulator = self.world.emulator
        self.emulator.clear_faults()
        self.emulator.reset(customers=6, seed=7)
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self) -> None:
        try:
            self._settle()
            self._everything_agrees()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # --- People ---------------------------------------------------------------------------------
    @rule(which=st.integers(0, 9), reason=st.sampled_from(BY_HAND))
    def hold(self, which: int, reason: HoldReason) -> None:
        steps.hold(self._subscription(which), self.by, reason)

    @rule(which=st.integers(0, 9))
    def lift(self, which: int) -> None:
        held = list(Hold.objects.are_open().filter(subscription__customer=self.world.customer))
        for hold in held[which % max(len(held), 1) :][:1]:
            self._release(hold)
            steps.lift(hold, self.by)

    @rule(which=st.integers(0, 9))
    def suspend_for_debt(self, which: int) -> None:
        overdue_for(self.world.customer, 25)
        with suppress(NotReady):
            suspend_for_non_payment([self._subscription(which)], by=self.by, note="not paid")

    # --- Money ----------------------------------------------------------------------------------
    @rule(times=st.integers(1, 3))
    def pay(self, times: int) -> None:
        amount = f"{1060 * times}.00"
        receipts.record(
            self.world.partner, self.world.customer, payment(amount), by=self.by, reason="bank"
        )

    @rule()
    def reverse(self) -> None:
        standing = Receipt.objects.standing().filter(customer=self.world.customer)
        for receipt in standing[:1]:
            with suppress(ledger.AlreadyReversed):
                receipts.reverse_receipt(receipt, by=self.by, reason="returned")

    @rule()
    def dispute(self) -> None:
        owed = Invoice.objects.undisputed().filter(
            customer=self.world.customer, status="issued", open_amount__gt=0
        )
        for invoice in owed[:1]:
            disputes.dispute(invoice, DisputeCode.PRICE, "wrong", by=self.by, reason="by phone")

    @rule(outcome=st.sampled_from(list(DisputeOutcome)))
    def resolve(self, outcome: DisputeOutcome) -> None:
        award = Decimal("0.01") if outcome == DisputeOutcome.PARTLY else None
        for one in Dispute.objects.filter(resolved_at=None)[:1]:
            with suppress(ledger.NothingLeft):
                disputes.resolve_dispute(
                    one, outcome, "looked at", by=self.by, reason="answered", award=award
                )

    @rule()
    def judge(self) -> None:
        judging.judge_pending()

    @rule()
    def sweep(self) -> None:
        swept(self.world.partner)

    # --- Workers --------------------------------------------------------------------------------
    @rule(which=st.integers(0, 9))
    def work(self, which: int) -> None:
        for change in self._open(which):
            steps.deliver_by(self.world.centers, change)

    @rule(which=st.integers(0, 9))
    def work_and_die(self, which: int) -> None:
        for change in self._open(which):
            with pytest.MonkeyPatch.context() as patch, suppress(WorkerDied):
                patch.setattr(sending, "_read_again", _die)
                steps.deliver_by(self.world.centers, change)
            StatusChange.objects.filter(pk=change.pk, lease_until__isnull=False).update(
                lease_until=timezone.now() - timedelta(seconds=1)
            )

    @rule()
    def reread(self) -> None:
        StatusChange.objects.filter(reread_at__isnull=False).update(reread_at=timezone.now())
        reading.reread_due()

    @rule(which=st.integers(0, 9))
    def read(self, which: int) -> None:
        self._read(self._subscription(which))

    # --- 21Vianet -------------------------------------------------------------------------------
    @rule(fault=st.sampled_from(FAULTS))
    def break_next_patch(self, fault: dict[str, object]) -> None:
        self.emulator.plan_faults({"match": {"method": "PATCH"}, **fault})

    @rule()
    def late_requests_arrive(self) -> None:
        self.emulator.release()

    @rule(which=st.integers(0, 9), status=st.sampled_from(["active", "suspended"]))
    def change_elsewhere(self, which: int, status: str) -> None:
        self.emulator.change_subscription(self._subscription(which).pc_id, status=status)

    # --- What always holds ----------------------------------------------------------------------
    @invariant()
    def one_open_change_that_asks_for_what_is_wanted(self) -> None:
        for subscription in self._all():
            targets = {
                change.target
                for change in StatusChange.objects.unfinished().filter(subscription=subscription)
            }
            assert targets <= {subscription.desired_status}

    @invariant()
    def wanted_is_what_the_holds_say(self) -> None:
        for subscription in self._all():
            is_held = Hold.objects.are_open().on(subscription).exists()
            assert (subscription.desired_status == "suspended") == is_held

    @invariant()
    def every_step_is_in_the_trail_once(self) -> None:
        changes = StatusChange.objects.filter(customer=self.world.customer)
        assert all(map(steps.is_trail_exact, changes))

    # --- Helpers --------------------------------------------------------------------------------
    def _all(self) -> Iterator[Subscription]:
        ids = [subscription.pk for subscription in self.world.subscriptions]
        yield from Subscription.objects.filter(pk__in=ids).select_related("customer", "partner")

    def _subscription(self, which: int) -> Subscription:
        found = list(self._all())
        return found[which % len(found)]

    def _open(self, which: int) -> list[StatusChange]:
        waiting = StatusChange.objects.unfinished().exclude(status=ChangeStatus.NEEDS_PERSON)
        found = list(waiting.order_by("pk"))
        return found[which % max(len(found), 1) :][:1]

    def _read(self, subscription: Subscription) -> None:
        sight = sending.read(subscription, self.world.centers.of(subscription.partner))
        record_seen(subscription.customer, sight.seen, at=sight.at)

    def _settle(self) -> None:
        """All faults end; drains run; people answer what waits for them."""
        self.emulator.clear_faults()
        self.emulator.release()
        for _ in range(4):
            judging.judge_pending()
            steps.deliver_all_by(self.world.centers, rounds=3)
            for subscription in self._all():
                self._read(subscription)
                self._ask_again(subscription)
        steps.deliver_all_by(self.world.centers, rounds=3)

    def _ask_again(self, subscription: Subscription) -> None:
        """What only 21Vianet suspended and shows active is released first, as the page says."""
        try:
            services.reapply(subscription, by=self.by, reason="asked again")
        except services.NothingToReapply:
            pass
        except services.NotReleased:
            for hold in Hold.objects.are_open().on(subscription):
                self._release(hold)
                steps.lift(hold, self.by)

    def _release(self, hold: Hold) -> None:
        if hold.reason == HoldReason.OPERATOR:
            services.record_release(hold, reference="SR 1", by=self.by, reason="they called")

    def _everything_agrees(self) -> None:
        """Suspended at 21Vianet exactly where a hold is open; nothing is left to do."""
        for subscription in self._all():
            is_held = Hold.objects.are_open().on(subscription).exists()
            status = steps.shown(self.emulator, subscription)
            assert (status == "suspended") == is_held, (subscription.pk, status)
        assert not StatusChange.objects.unfinished().exists()


def _die(*_args: object) -> None:
    raise WorkerDied


@pytest.fixture
def guaranteed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at every PATCH on its way: none suspends whom step 3 saw free or newly judged."""
    patch = PartnerCenter.patch_subscription_status

    def watched(self: PartnerCenter, subscription: object, status: str, **ids: object) -> object:
        if status == "suspended":
            _check_guarantee(subscription.id.lower())  # type: ignore[attr-defined]
        return patch(self, subscription, status, **ids)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(PartnerCenter, "patch_subscription_status", watched)


def _check_guarantee(pc_id: str) -> None:
    subscription = Subscription.objects.select_related("customer").get(pc_id=pc_id)
    reasons = {hold.reason for hold in Hold.objects.are_open().on(subscription)}
    assert reasons
    assert reasons != {HoldReason.NON_PAYMENT} or subscription.customer.is_judged


@pytest.mark.long
@pytest.mark.usefixtures("guaranteed")
def test_any_order_of_events_ends_in_agreement(
    connected: Partner, emulator: EmulatorHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SETTLING", timedelta())  # nobody waits for the wall clock
    emulator.set(requests_per_minute=0)
    with Connections() as centers:
        world = World(connected, emulator, centers)
        machine = type("CustomersMachine", (Machine,), {"world": world})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
