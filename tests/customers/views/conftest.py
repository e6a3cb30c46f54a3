"""What the pages of customers are tested with."""

import pytest

from customers.models import Customer
from partners.models import Partner
from tests.factories.customers import CustomerFactory


@pytest.fixture
def customer(partner: Partner) -> Customer:
    """A customer of the partner."""
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def theirs(db: None) -> Customer:
    """A customer of another partner."""
    return CustomerFactory.create()
