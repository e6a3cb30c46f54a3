"""Customers are told of each confirmed change, once, in words that leave no suspicion."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from time_machine import TimeMachineFixture

from customers.models import Customer
from notices import announcing
from notices.models import Notice, NoticeKind
from partners.models import Partner
from subscriptions import lifecycle, services
from subscriptions.models import HoldReason, HoldSource, StatusChange, Subscription
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.subscriptions import SubscriptionFactory


@pytest.fixture
def subscription(partner: Partner) -> Subscription:
    customer = CustomerFactory.create(partner=partner)
    ContactFactory.create(customer=customer)
    return SubscriptionFactory.create(customer=customer)


def suspended(subscription: Subscription, reason: HoldReason) -> StatusChange:
    """A suspension that 21Vianet has confirmed."""
    services.place_hold(
        subscription,
        reason=reason,
        source=services.Source(HoldSource.PERSON, "1"),
        note="we suspect fraud",
        by=None,
        because="test",
    )
    return confirmed(subscription)


def confirmed(subscription: Subscription) -> StatusChange:
    change = StatusChange.objects.unfinished().get(subscription=subscription)
    with transaction.atomic():
        Customer.objects.lock([change.customer_id])
        lifecycle.confirm(change, reason="seen", rereads=0, reread_at=None)
    return change


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (HoldReason.NON_PAYMENT, "逾期未付款"),
        (HoldReason.FRAUD, "安全审查"),
        (HoldReason.MISUSE, "安全审查"),
        (HoldReason.CUSTOMER_REQUEST, "应贵司要求"),
    ],
)
def test_suspension_is_told_with_the_words_for_customers(
    subscription: Subscription, reason: HoldReason, words: str
) -> None:
    change = suspended(subscription, reason)

    assert announcing.announce_status_changes() == 1

    notice = Notice.objects.about(announcing.ABOUT, change.pk).get()
    assert notice.kind == NoticeKind.SUSPENDED
    assert words in notice.body
    assert "fraud" not in notice.body


def test_reason_that_was_lifted_before_the_letter_is_still_told(subscription: Subscription) -> None:
    suspended(subscription, HoldReason.NON_PAYMENT)
    services.lift_hold(subscription.holds.get(), by=None, reason="paid")

    announcing.announce_status_changes()

    assert "逾期未付款" in Notice.objects.get().body


def test_each_change_is_told_once(subscription: Subscription) -> None:
    suspended(subscription, HoldReason.NON_PAYMENT)

    told = [announcing.announce_status_changes() for _ in range(2)]

    assert told == [1, 0]


def test_restoration_is_told(subscription: Subscription) -> None:
    suspended(subscription, HoldReason.NON_PAYMENT)
    announcing.announce_status_changes()
    services.lift_hold(subscription.holds.get(), by=None, reason="paid")
    confirmed(subscription)

    announcing.announce_status_changes()

    assert Notice.objects.filter(kind=NoticeKind.RESTORED).count() == 1


def test_unconfirmed_changes_are_not_told(subscription: Subscription) -> None:
    services.place_hold(
        subscription,
        reason=HoldReason.NON_PAYMENT,
        source=services.Source(HoldSource.PERSON, "1"),
        note="",
        by=None,
        because="test",
    )

    assert announcing.announce_status_changes() == 0


def test_old_changes_are_no_news(
    subscription: Subscription, time_machine: TimeMachineFixture
) -> None:
    suspended(subscription, HoldReason.NON_PAYMENT)
    time_machine.move_to(timezone.now() + timedelta(days=8))

    assert announcing.announce_status_changes() == 0


def test_letter_goes_to_an_address_outside_the_tenant(subscription: Subscription) -> None:
    customer = subscription.customer
    outside = customer.contacts.get()
    ContactFactory.create(customer=customer, email=f"first@{customer.domain}")

    suspended(subscription, HoldReason.NON_PAYMENT)
    announcing.announce_status_changes()

    assert Notice.objects.get().address == outside.email
