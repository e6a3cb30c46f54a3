"""Subscriptions as 21Vianet showed them."""

import uuid

import factory

from partners import clock
from subscriptions.models import (
    SEEN_ACTIVE,
    UNFINISHED,
    ChangeStatus,
    StatusChange,
    Subscription,
    Target,
)
from tests.factories.customers import CustomerFactory


class SubscriptionFactory(factory.django.DjangoModelFactory[Subscription]):
    class Meta:
        model = Subscription

    customer = factory.SubFactory(CustomerFactory)
    partner = factory.SelfAttribute("customer.partner")
    pc_id = factory.LazyFunction(lambda: str(uuid.uuid4()))
    offer_name = "Office 365 E3"
    friendly_name = "Office 365 E3"
    quantity = 25
    seen_status = SEEN_ACTIVE
    seen_at = factory.LazyFunction(clock.now)
    created_at = factory.LazyFunction(clock.now)


def change_at(status: ChangeStatus, target: Target = Target.SUSPENDED) -> StatusChange:
    """A status change that stands at this status."""
    subscription = SubscriptionFactory.create()
    now = clock.now()
    return StatusChange.objects.create(
        partner=subscription.partner,
        customer=subscription.customer,
        subscription=subscription,
        target=target,
        status=status,
        reason="test",
        request_id=uuid.uuid4(),
        next_attempt_at=now,
        created_at=now,
        finished_at=None if status in UNFINISHED else now,
    )
