"""Subscriptions as 21Vianet showed them."""

import uuid

import factory

from partners import clock
from subscriptions.models import SEEN_ACTIVE, Subscription
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
