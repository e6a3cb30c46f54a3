"""“We have paid” at the pages: recording with a slip, the list, its page, taking it back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing import claims
from billing.claims import Slip
from billing.models import RemittanceClaim
from customers.models import Customer
from partners import attachments, clock
from partners.models import Partner, User
from tests.factories.billing import overdue_for
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def new(customer: Customer) -> str:
    return reverse("billing:claim_new", args=[customer.pk])


def facts(customer: Customer, **other: object) -> dict[str, object]:
    return {
        "amount": "1060.00",
        "currency": "cny",
        "paid_on": str(clock.business_date(customer.partner)),
        "note": "sent today",
        "entry_token": str(uuid4()),
        **other,
    }


def claimed(customer: Customer) -> RemittanceClaim:
    paid_on = clock.business_date(customer.partner)
    slip = Slip(amount=Decimal(5), currency="CNY", paid_on=paid_on, bank_serial="S-1")
    return claims.open_claim(customer, slip, by=None, reason="phone")


def picture(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("slip.txt", content, content_type="text/plain")


def test_record_keeps_the_slip_with_the_claim(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)

    clerk.post(new(customer), facts(customer, invoices=[invoice.pk], slip=picture(b"paid 1060")))

    claim = RemittanceClaim.objects.get()
    assert list(claim.invoices.all()) == [invoice]
    assert [file.name for file in attachments.of(claim)] == ["slip.txt"]


def test_second_click_records_nothing_more(clerk: Client, customer: Customer) -> None:
    form = facts(customer)

    for _ in range(2):
        clerk.post(new(customer), form)

    assert RemittanceClaim.objects.count() == 1


def test_same_slip_again_is_refused_with_a_link(clerk: Client, customer: Customer) -> None:
    first = claimed(customer)

    response = clerk.post(new(customer), facts(customer, bank_serial="s-1"))

    page = response.content.decode()
    assert (response.status_code, first.get_absolute_url() in page) == (422, True)
    assert "This slip was recorded before." in page


def test_refused_file_records_no_claim(clerk: Client, customer: Customer) -> None:
    bad = SimpleUploadedFile("slip.pdf", b"<html>", content_type="application/pdf")

    response = clerk.post(new(customer), facts(customer, slip=bad))

    assert "slip" in response.context["form"].errors
    assert not RemittanceClaim.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("amount", "0"), ("amount", "x"), ("currency", "yuan"), ("note", "")]
)
def test_wrong_facts_are_refused(clerk: Client, customer: Customer, field: str, value: str) -> None:
    response = clerk.post(new(customer), facts(customer, **{field: value}))

    assert (response.status_code, field in response.context["form"].errors) == (422, True)


def test_payment_of_tomorrow_is_refused(clerk: Client, customer: Customer) -> None:
    tomorrow = clock.business_date(customer.partner) + timedelta(days=1)

    response = clerk.post(new(customer), facts(customer, paid_on=str(tomorrow)))

    assert "paid_on" in response.context["form"].errors


def test_form_tells_what_became_of_earlier_claims(clerk: Client, customer: Customer) -> None:
    claimed(customer)

    assert "The customer has said so once before" in clerk.get(new(customer)).content.decode()


def test_withdraw_and_again_says_so(clerk: Client, customer: Customer) -> None:
    claim = claimed(customer)
    url = reverse("billing:claim_withdraw", args=[claim.pk])
    clerk.post(url, {"reason": "mistake"})

    again = clerk.post(url, {"reason": "mistake"}, follow=True)

    claim.refresh_from_db()
    assert claim.status == "withdrawn"
    assert "It has ended before." in again.content.decode()


def test_list_and_page_show_the_claim(clerk: Client, customer: Customer) -> None:
    claim = claimed(customer)

    listed = clerk.get(reverse("billing:claims"), {"q": "s-1", "state": "open"})

    assert [row for row, _label in listed.context["rows"]] == [claim]
    assert "(Asia/Shanghai)" in clerk.get(claim.get_absolute_url()).content.decode()


def test_pages_of_another_partner_are_not_found(clerk: Client) -> None:
    theirs = claimed(CustomerFactory.create())

    assert clerk.get(theirs.get_absolute_url()).status_code == 404
    assert clerk.get(new(theirs.customer)).status_code == 404


def test_pages_are_closed_to_sales_agents(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    assert signed_in(sales_agent(partner)).get(new(customer)).status_code == 403


def test_list_sends_strangers_to_sign_in(client: Client) -> None:
    assert client.get(reverse("billing:claims")).status_code == 302
