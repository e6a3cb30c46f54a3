"""Payers are learned when people assign, suggest, and are forgotten when that was wrong."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing import payers, receipts, rules, suggestions
from billing.models import PayerAlias, Receipt
from customers.models import Customer
from partners.models import AuditEntry, Partner, User
from tests.factories.billing import issued_to, payment, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = reverse("billing:payers")


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, company="北京云帆科技有限公司")


@pytest.fixture
def clerk(partner: Partner) -> User:
    return billing_admin(partner)


def waiting(partner: Partner, **facts: object) -> Receipt:
    return receipts.record(partner, None, payment("5.00", **facts), by=None, reason="test")


@pytest.mark.parametrize(
    ("payer", "key"),
    [
        ("北京云帆（张三）", "北京云帆张三"),
        ("北京云帆 (张三)", "北京云帆张三"),
        ("Ａcme Co., Ltd.", "ACMECOLTD"),
        (" _ ", ""),
    ],
)
def test_payers_are_compared_without_punctuation(payer: str, key: str) -> None:
    assert rules.payer_key(payer) == key


def test_assigned_payer_is_suggested_next_time(customer: Customer, clerk: User) -> None:
    first = waiting(customer.partner, payer="李四（个人）")
    receipts.assign_customer(first, customer, by=clerk, reason="asked")

    [guess] = suggestions.of_receipt(waiting(customer.partner, payer="李四 (个人)"))

    assert (guess.customer, guess.ground) == (customer, "alias")


def test_account_alone_is_enough(customer: Customer, clerk: User) -> None:
    facts = payment("5.00", payer="李四", payer_account="6222 01")
    receipts.record(customer.partner, customer, facts, by=clerk, reason="bank")

    again = waiting(customer.partner, payer="李四五", payer_account="6222 01")

    assert [guess.ground for guess in suggestions.of_receipt(again)] == ["alias"]


def test_own_name_teaches_nothing(customer: Customer, clerk: User) -> None:
    facts = payment("5.00", payer=customer.company)

    receipts.record(customer.partner, customer, facts, by=clerk, reason="bank")

    assert not PayerAlias.objects.exists()


def test_the_portal_itself_learns_nothing(customer: Customer) -> None:
    receipt_from(customer, payer="李四")

    assert not PayerAlias.objects.exists()


def test_wrong_customer_is_forgotten_and_the_right_one_learned(
    customer: Customer, clerk: User
) -> None:
    right = CustomerFactory.create(partner=customer.partner)
    first = waiting(customer.partner, payer="李四")
    assigned = receipts.assign_customer(first, customer, by=clerk, reason="guess")

    receipts.reassign(assigned, right, by=clerk, reason="wrong customer")

    assert [alias.customer for alias in PayerAlias.objects.all()] == [right]
    assert AuditEntry.objects.filter(kind="payer.forgotten", by_id=clerk.pk).count() == 1


def test_several_open_invoices_of_the_amount_are_all_listed(customer: Customer) -> None:
    other = CustomerFactory.create(partner=customer.partner)
    issued_to(customer), issued_to(other)
    facts = payment("1060.00", payer="财务")
    receipt = receipts.record(customer.partner, None, facts, by=None, reason="test")

    found = suggestions.of_receipt(receipt)

    assert {(guess.customer, guess.ground) for guess in found} == {
        (customer, "amount"),
        (other, "amount"),
    }


def test_known_payers_money_could_be_the_customers(customer: Customer, clerk: User) -> None:
    first = waiting(customer.partner, payer="李四")
    receipts.assign_customer(first, customer, by=clerk, reason="asked")
    second = waiting(customer.partner, payer="李四")

    assert suggestions.could_be_from(customer, since=second.received_on) == [second]


def test_forgetting_twice_is_once(customer: Customer, clerk: User) -> None:
    receipts.assign_customer(waiting(customer.partner, payer="李四"), customer, by=clerk, reason="")
    alias = PayerAlias.objects.get()

    payers.forget(alias, by=clerk, reason="not theirs")
    payers.forget(alias, by=clerk, reason="not theirs")

    assert AuditEntry.objects.filter(kind="payer.forgotten").count() == 1


def test_page_lists_and_forgets(customer: Customer, clerk: User, signed_in: SignIn) -> None:
    receipts.assign_customer(waiting(customer.partner, payer="李四"), customer, by=clerk, reason="")
    client = signed_in(clerk)

    page = client.get(LIST, {"customer": customer.pk}).content.decode()
    forget = reverse("billing:payer_forget", args=[PayerAlias.objects.get().pk])
    answers = [client.post(forget, {"reason": "not theirs"}).status_code for _ in range(2)]

    assert "李四" in page
    assert answers == [302, 404]
    assert not PayerAlias.objects.exists()


def test_another_partners_payer_is_not_found(
    customer: Customer, clerk: User, signed_in: SignIn
) -> None:
    theirs = CustomerFactory.create()
    receipt = waiting(theirs.partner, payer="李四")
    receipts.assign_customer(receipt, theirs, by=billing_admin(theirs.partner), reason="")
    forget = reverse("billing:payer_forget", args=[PayerAlias.objects.get().pk])

    assert signed_in(clerk).post(forget, {"reason": "x"}).status_code == 404


def test_payers_are_closed_to_sales_agents(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).get(LIST).status_code == 403
