"""The machine of an invoice, over the product of its states."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from billing import lifecycle
from billing.models import Invoice, InvoiceStatus
from customers.locks import CustomerNotLocked
from customers.models import Customer
from partners.models import AuditEntry, Partner
from tests.factories.billing import draft_of, issued_to
from tests.factories.customers import CustomerFactory

STEPS = list(product(InvoiceStatus, InvoiceStatus))
FORBIDDEN = [
    (before, after)
    for before, after in STEPS
    if before != after and after not in lifecycle.TRANSITIONS[before]
]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def invoice_in(status: InvoiceStatus, customer: Customer) -> Invoice:
    if status == InvoiceStatus.ISSUED:
        return issued_to(customer)
    invoice = draft_of(customer)
    if status == InvoiceStatus.VOID:
        with transaction.atomic():
            Customer.objects.lock([customer.pk])
            lifecycle.void(invoice, by=None, reason="test")
    return invoice


def move(invoice: Invoice, to: InvoiceStatus) -> None:
    with transaction.atomic():
        Customer.objects.lock([invoice.customer_id])
        lifecycle._move_many([invoice], to, by=None, reason="test")


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_steps_outside_the_table_are_refused(
    customer: Customer, before: InvoiceStatus, after: InvoiceStatus
) -> None:
    invoice = invoice_in(before, customer)

    with pytest.raises(lifecycle.InvalidTransition):
        move(invoice, after)

    invoice.refresh_from_db()
    assert invoice.status == before


@pytest.mark.parametrize("status", InvoiceStatus)
def test_a_step_to_where_it_stands_changes_nothing(
    customer: Customer, status: InvoiceStatus
) -> None:
    invoice = invoice_in(status, customer)
    entries = AuditEntry.objects.count()

    move(invoice, status)

    assert AuditEntry.objects.count() == entries


def test_no_step_is_taken_without_the_customers_lock(customer: Customer) -> None:
    with pytest.raises(CustomerNotLocked):
        lifecycle.void(draft_of(customer), by=None, reason="test")


@pytest.mark.parametrize(
    "broken",
    [
        {"allocated": 1061},
        {"allocated": -1},
        {"credited": -1},
        {"written_off": 1061},
        {"number": None},
        {"due_on": None},
        {"status": "paid"},
    ],
)
def test_the_database_refuses_impossible_invoices(
    customer: Customer, broken: dict[str, object]
) -> None:
    invoice = issued_to(customer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**broken)
