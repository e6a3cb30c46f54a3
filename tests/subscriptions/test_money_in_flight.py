"""Money that moves while a suspension for non-payment is on its way: nothing is sent unjudged."""

import pytest

from billing import receipts, refunds
from collections_policy import judging
from collections_policy.services import suspend_for_non_payment
from partners.models import User
from subscriptions.models import ChangeStatus, StatusChange, Subscription
from tests.factories.billing import overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import admin_agent
from tests.subscriptions import steps
from vianet.emulator.process import EmulatorHandle

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(subscription: Subscription) -> User:
    return admin_agent(subscription.partner)


def on_its_way(subscription: Subscription, clerk: User) -> StatusChange:
    """An approved and judged suspension that waits for its worker."""
    suspend_for_non_payment([subscription], by=clerk, note="three letters unanswered")
    judging.judge_pending()
    return steps.open_change(subscription)


def test_payment_moved_to_the_customer_stops_its_suspension(
    subscription: Subscription, clerk: User, emulator: EmulatorHandle
) -> None:
    overdue_for(subscription.customer, 25)
    paid = receipt_from(CustomerFactory.create(partner=subscription.partner))
    change = on_its_way(subscription, clerk)

    receipts.reassign(paid, subscription.customer, by=clerk, reason="wrong customer")
    waiting = steps.deliver(change).status
    judging.judge_pending()

    change.refresh_from_db()
    assert waiting == ChangeStatus.PENDING
    assert not change.is_unfinished
    assert not emulator.requests(method="PATCH")


def test_refund_makes_the_suspension_wait_until_it_is_judged(
    subscription: Subscription, clerk: User, emulator: EmulatorHandle
) -> None:
    overdue_for(subscription.customer, 25)
    credit = receipt_from(subscription.customer, "50.00", currency="USD")
    change = on_its_way(subscription, clerk)
    paid = refunds.PayOut(amount=credit.amount, refunded_on=credit.received_on, payee="Zhang San")

    refunds.refund(credit, paid, by=clerk, reason="paid twice")
    waiting = steps.deliver(change).status
    judging.judge_pending()

    assert waiting == ChangeStatus.PENDING
    assert steps.deliver(change).status == ChangeStatus.CONFIRMED
