"""The page of one letter, and what a person may do to it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from notices import panels
from notices.models import Notice, NoticeKind, NoticeStatus
from partners.models import Partner, User
from tests.factories.billing import issued_to
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notices import queued_to
from tests.factories.partners import billing_admin, help_desk_agent, sales_agent

SignIn = Callable[[User], Client]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    customer = CustomerFactory.create(partner=partner)
    ContactFactory.create(customer=customer)
    return customer


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def restored(customer: Customer) -> Notice:
    return queued_to(customer, customer.contacts.get())


@pytest.fixture
def about_money(customer: Customer) -> Notice:
    issued_to(customer)
    return Notice.objects.get(kind=NoticeKind.INVOICE_ISSUED)


def to(name: str, notice: Notice) -> str:
    return reverse(f"notices:{name}", args=[notice.customer_id, notice.pk])


def test_page_shows_the_letter_word_for_word(clerk: Client, about_money: Notice) -> None:
    page = clerk.get(to("notice", about_money)).content.decode()

    assert about_money.subject in page
    assert about_money.address in page


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_letters_about_money_are_not_found_by_people_without_amounts(
    partner: Partner, signed_in: SignIn, about_money: Notice, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(to("notice", about_money)).status_code == 404


def test_letters_about_service_are_read_by_the_help_desk(
    partner: Partner, signed_in: SignIn, restored: Notice
) -> None:
    page = signed_in(help_desk_agent(partner)).get(to("notice", restored))

    assert page.status_code == 200
    assert not page.context["may_write"]


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (sales_agent, {NoticeKind.RESTORED}),
        (billing_admin, {NoticeKind.RESTORED, NoticeKind.INVOICE_ISSUED}),
    ],
)
def test_panel_lists_what_the_reader_may_know(
    customer: Customer,
    restored: Notice,
    about_money: Notice,
    role: Callable[[Partner], User],
    kinds: set[NoticeKind],
) -> None:
    panel = panels.customer_panel(customer, role(customer.partner))

    assert panel is not None
    letters = panel.context["letters"]
    assert {letter.notice.kind for letter in letters} == kinds  # type: ignore[attr-defined]  # a list


def test_delivery_is_recorded_by_hand(clerk: Client, restored: Notice) -> None:
    clerk.post(to("delivered", restored), {"proof": "王芳 confirmed by phone, 10:30"})

    restored.refresh_from_db()
    assert "王芳" in restored.delivery_proof


def test_delivery_without_proof_is_refused(clerk: Client, restored: Notice) -> None:
    response = clerk.post(to("delivered", restored), {"proof": ""})

    restored.refresh_from_db()
    assert (response.status_code, restored.delivered_at) == (422, None)


def test_failed_letter_is_sent_again(clerk: Client, restored: Notice) -> None:
    Notice.objects.update(status=NoticeStatus.FAILED, attempts=5)

    clerk.post(to("again", restored), {"reason": "server is back"})

    restored.refresh_from_db()
    assert (restored.status, restored.attempts) == ("queued", 0)


def test_letter_on_its_way_is_not_sent_again(clerk: Client, restored: Notice) -> None:
    answer = clerk.post(to("again", restored), {"reason": "hurry"}, follow=True)

    assert "This letter is on its way already." in answer.content.decode()


@pytest.mark.parametrize("name", ["delivered", "again"])
def test_writing_is_closed_to_the_help_desk(
    partner: Partner, signed_in: SignIn, restored: Notice, name: str
) -> None:
    assert signed_in(help_desk_agent(partner)).get(to(name, restored)).status_code == 403


@pytest.mark.parametrize("name", ["notice", "delivered", "again"])
def test_another_partners_letter_is_not_found(clerk: Client, name: str) -> None:
    theirs = CustomerFactory.create()
    notice = queued_to(theirs, ContactFactory.create(customer=theirs))

    assert clerk.get(to(name, notice)).status_code == 404


def test_letters_send_strangers_to_sign_in(client: Client, restored: Notice) -> None:
    assert client.get(to("notice", restored)).status_code == 302


def test_page_refuses_post(clerk: Client, restored: Notice) -> None:
    assert clerk.post(to("notice", restored)).status_code == 405
