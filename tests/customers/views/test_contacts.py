"""Adding, changing and removing the people we write to."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Contact, ContactRole, Customer
from partners.models import AdminRole, Partner, User
from partners.permissions import Permission
from tests.factories.customers import ContactFactory
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    help_desk_agent,
    member,
)

SignIn = Callable[[User], Client]
ANSWER = {"name": "王芳", "role": "billing", "email": "wang@outside.example"}


@pytest.fixture
def phone(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(help_desk_agent(partner))


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def contact(customer: Customer) -> Contact:
    return ContactFactory.create(customer=customer, name="李雷")


def new(customer: Customer) -> str:
    return reverse("customers:add_contact", args=[customer.pk])


def form_of(contact: Contact) -> str:
    return reverse("customers:edit_contact", args=[contact.pk])


def removal_of(contact: Contact) -> str:
    return reverse("customers:remove_contact", args=[contact.pk])


@pytest.mark.parametrize(
    "reached_by", [{"email": "w@outside.example"}, {"mobile": "13800000000"}, {"wechat": "wang"}]
)
def test_add_a_contact_that_can_be_reached(
    phone: Client, customer: Customer, reached_by: dict[str, str]
) -> None:
    response = phone.post(new(customer), {"name": "王芳", "role": "technical", **reached_by})

    contact = Contact.objects.get()
    assert (contact.customer, contact.partner) == (customer, customer.partner)
    assert response.headers["Location"] == reverse("customer", args=[customer.pk])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "王芳", "role": "billing"},
        {**ANSWER, "email": "not an address"},
        {**ANSWER, "role": "boss"},
        {**ANSWER, "name": ""},
        {**ANSWER, "email": "a@b.example\nBcc: x@y.example"},
    ],
)
def test_add_refuses_what_is_wrong(phone: Client, customer: Customer, data: dict[str, str]) -> None:
    response = phone.post(new(customer), data)

    assert response.status_code == 422
    assert not Contact.objects.exists()


def test_add_ignores_fields_that_it_does_not_ask_for(
    phone: Client, customer: Customer, theirs: Customer
) -> None:
    extras = {"customer": theirs.pk, "partner": theirs.partner_id}

    phone.post(new(customer), {**ANSWER, **extras})

    contact = Contact.objects.get()
    assert (contact.customer, contact.partner) == (customer, customer.partner)


def test_edit_changes_the_contact(phone: Client, contact: Contact) -> None:
    phone.post(form_of(contact), ANSWER)

    contact.refresh_from_db()
    assert (contact.name, contact.email) == ("王芳", "wang@outside.example")


def test_edit_shows_what_is_there(phone: Client, contact: Contact) -> None:
    assert 'value="李雷"' in phone.get(form_of(contact)).content.decode()


def test_remove_asks_first(phone: Client, contact: Contact) -> None:
    page = phone.get(removal_of(contact)).content.decode()

    assert "李雷" in page
    assert 'id="confirm"' in page
    assert Contact.objects.exists()


def test_remove_removes_and_a_second_click_finds_nothing(phone: Client, contact: Contact) -> None:
    first = phone.post(removal_of(contact))
    second = phone.post(removal_of(contact))

    assert (first.status_code, second.status_code) == (302, 404)
    assert not Contact.objects.exists()


def test_billing_admin_adds_a_billing_contact(clerk: Client, customer: Customer) -> None:
    clerk.post(new(customer), ANSWER)

    assert Contact.objects.get().role == ContactRole.BILLING


def test_billing_admin_adds_no_other_contact(clerk: Client, customer: Customer) -> None:
    response = clerk.post(new(customer), {**ANSWER, "role": "technical"})

    assert response.status_code == 422
    assert "You may change billing contacts only." in response.content.decode()


@pytest.mark.parametrize("url", [form_of, removal_of])
def test_billing_admin_leaves_other_contacts_alone(
    clerk: Client, contact: Contact, url: Callable[[Contact], str]
) -> None:
    Contact.objects.update(role=ContactRole.TECHNICAL)

    response = clerk.post(url(contact), ANSWER)

    assert response.status_code == 403
    assert Permission.EDIT_CONTACTS.label in response.content.decode()
    assert Contact.objects.get().name == "李雷"


def test_billing_admin_makes_no_technical_contact_of_a_billing_one(
    clerk: Client, contact: Contact
) -> None:
    assert clerk.post(form_of(contact), {**ANSWER, "role": "technical"}).status_code == 422
    assert Contact.objects.get().role == ContactRole.BILLING


@pytest.mark.parametrize("url", [form_of, removal_of])
def test_contacts_ask_anonymous_to_sign_in(
    client: Client, contact: Contact, url: Callable[[Contact], str]
) -> None:
    response = client.post(url(contact), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={url(contact)}"


def test_add_asks_anonymous_to_sign_in(client: Client, customer: Customer) -> None:
    response = client.post(new(customer), ANSWER)

    assert response.headers["Location"] == f"/accounts/login/?next={new(customer)}"


def test_contacts_name_the_missing_right(
    partner: Partner, contact: Contact, signed_in: SignIn
) -> None:
    client = signed_in(member(partner, admin_role=AdminRole.USER_MANAGEMENT))

    responses = [
        client.post(url, ANSWER)
        for url in [new(contact.customer), form_of(contact), removal_of(contact)]
    ]

    assert [response.status_code for response in responses] == [403, 403, 403]
    assert Permission.EDIT_BILLING_CONTACTS.label in responses[0].content.decode()


def test_contacts_of_another_partner_are_not_found(
    partner: Partner, theirs: Customer, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(partner))
    foreign = ContactFactory.create(customer=theirs)

    answers = [
        client.post(url, ANSWER).status_code
        for url in [new(theirs), form_of(foreign), removal_of(foreign)]
    ]

    assert answers == [404, 404, 404]
    assert Contact.objects.get().name == foreign.name


def test_contacts_take_no_other_method(phone: Client, contact: Contact) -> None:
    answers = [
        phone.put(url).status_code
        for url in [new(contact.customer), form_of(contact), removal_of(contact)]
    ]

    assert answers == [405, 405, 405]
