"""Giving up, taking back, recovering: each once, and shown before money moves."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing import write_offs
from billing.models import Invoice, WriteOff, WriteOffCode
from customers.models import Customer
from partners.models import Partner, PartnerSettings, User
from tests.factories.billing import overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

SignIn = Callable[[User], Client]
D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def lost(customer: Customer, amount: str = "1060.00") -> WriteOff:
    invoice = overdue_for(customer, days=400)
    code = WriteOffCode.BANKRUPT
    return write_offs.write_off(invoice, amount=D(amount), by=None, reason="gone", code=code)


def test_write_off_keeps_its_code(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=400)
    url = reverse("billing:invoice_write_off", args=[invoice.pk])

    clerk.post(url, {"amount": "60.00", "code": "uneconomic", "reason": "5 letters"})

    assert WriteOff.objects.get().code == "uneconomic"


@pytest.mark.parametrize(("tolerated", "is_offered"), [("0.02", False), ("0.03", True)])
def test_small_difference_is_offered_to_be_written_off(
    clerk: Client,
    customer: Customer,
    tolerated: str,
    is_offered: bool,
) -> None:
    PartnerSettings.objects.update(small_difference=tolerated)
    invoice = overdue_for(customer, days=1)
    receipt_from(customer, "1059.97")

    page = clerk.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()

    assert ("it can be written off as a small difference" in page) is is_offered


def test_take_back_opens_the_invoice_again(clerk: Client, customer: Customer) -> None:
    row = lost(customer)
    url = reverse("billing:write_off_reverse", args=[row.pk])

    clerk.post(url, {"amount": "60.00", "reason": "wrong invoice"})

    assert Invoice.objects.get().open_amount == D(60)
    assert write_offs.left_of(row) == D(1000)


def test_take_back_twice_takes_back_once(clerk: Client, customer: Customer) -> None:
    url = reverse("billing:write_off_reverse", args=[lost(customer).pk])

    for _ in range(2):
        clerk.post(url, {"amount": "1060.00", "reason": "wrong invoice"})

    assert Invoice.objects.get().written_off == 0


def test_recovery_settles_what_was_written_off_after_it_was_shown(
    clerk: Client, customer: Customer
) -> None:
    row = lost(customer)
    receipt = receipt_from(customer, "500.00")
    url = reverse("billing:receipt_recover", args=[receipt.pk])
    answer = {"loss": str(row.pk), "amount": "500.00", "reason": "liquidator"}

    shown = clerk.post(url, answer)
    assert "¥560.00 stays written off." in shown.content.decode()
    assert Invoice.objects.get().written_off == D(1060)

    clerk.post(url, {**answer, "previewed": shown.context["form"].data["previewed"]})
    invoice = Invoice.objects.get()
    assert (invoice.allocated, invoice.written_off, invoice.open_amount) == (D(500), D(560), D(0))


def test_recovery_of_more_than_came_in_is_refused(clerk: Client, customer: Customer) -> None:
    row = lost(customer)
    url = reverse("billing:receipt_recover", args=[receipt_from(customer, "500.00").pk])

    response = clerk.post(url, {"loss": str(row.pk), "amount": "500.01", "reason": "test"})

    assert response.context["form"].errors["amount"] == ["At most 500.00."]


def test_write_off_of_another_partner_is_not_found(clerk: Client) -> None:
    row = lost(CustomerFactory.create())

    assert clerk.get(reverse("billing:write_off_reverse", args=[row.pk])).status_code == 404
