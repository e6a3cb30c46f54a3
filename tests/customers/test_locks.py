"""Which customers the running transaction has locked."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from customers.locks import CustomerNotLocked, ensure_locked
from customers.models import Customer
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


class Undo(Exception):
    """Rolls a block back."""


def lock_and_undo(customer: Customer) -> None:
    Customer.objects.lock([customer.pk])
    raise Undo


def test_lock_is_known_inside_the_transaction(customer: Customer) -> None:
    with transaction.atomic():
        Customer.objects.lock([customer.pk])

        ensure_locked(customer.pk)


def test_lock_needs_a_transaction(customer: Customer) -> None:
    with pytest.raises(TransactionManagementError):
        Customer.objects.lock([customer.pk])


def test_lock_of_another_customer_does_not_count(customer: Customer) -> None:
    other = CustomerFactory.create()

    with transaction.atomic():
        Customer.objects.lock([other.pk])

        with pytest.raises(CustomerNotLocked):
            ensure_locked(customer.pk)


def test_lock_vanishes_after_commit(customer: Customer) -> None:
    with transaction.atomic():
        Customer.objects.lock([customer.pk])

    with pytest.raises(CustomerNotLocked):
        ensure_locked(customer.pk)


def test_lock_vanishes_before_the_next_transaction(customer: Customer) -> None:
    with transaction.atomic():
        Customer.objects.lock([customer.pk])

    with transaction.atomic(), pytest.raises(CustomerNotLocked):
        ensure_locked(customer.pk)


def test_lock_vanishes_after_rollback(customer: Customer) -> None:
    with pytest.raises(Undo), transaction.atomic():
        lock_and_undo(customer)

    with transaction.atomic(), pytest.raises(CustomerNotLocked):
        ensure_locked(customer.pk)


def test_lock_vanishes_with_the_savepoint_that_took_it(customer: Customer) -> None:
    with transaction.atomic():
        with pytest.raises(Undo), transaction.atomic():
            lock_and_undo(customer)

        with pytest.raises(CustomerNotLocked):
            ensure_locked(customer.pk)


def test_lock_outlives_a_later_savepoint(customer: Customer) -> None:
    with transaction.atomic():
        Customer.objects.lock([customer.pk])
        with pytest.raises(Undo), transaction.atomic():
            raise Undo

        ensure_locked(customer.pk)


def test_lock_returns_customers_in_key_order(customer: Customer) -> None:
    other = CustomerFactory.create()

    with transaction.atomic():
        locked = Customer.objects.lock([other.pk, customer.pk, other.pk])

    assert locked == [customer, other]
