"""What the pages of subscriptions are tested with."""

import pytest

from partners.models import Partner
from subscriptions.models import Subscription
from tests.factories.subscriptions import SubscriptionFactory


@pytest.fixture
def subscription(partner: Partner) -> Subscription:
    """An active subscription of the partner."""
    return SubscriptionFactory.create(customer__partner=partner)


@pytest.fixture
def theirs(db: None) -> Subscription:
    """A subscription of another partner."""
    return SubscriptionFactory.create()
