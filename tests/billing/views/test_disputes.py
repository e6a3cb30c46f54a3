"""Disputes by invoice or line: the list, and recording, changing and answering one."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from billing import disputes
from billing.models import Dispute, DisputeCode, Invoice
from customers.models import Customer
from partners import clock
from partners.models import Partner, User
from tests.factories.billing import issued_to, overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]
D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def boss(partner: Partner) -> User:
    return billing_admin(partner)


@pytest.fixture
def clerk(boss: User, signed_in: SignIn) -> Client:
    return signed_in(boss)


def disputed(invoice: Invoice) -> Dispute:
    return disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")


def to(action: str, row: Dispute) -> str:
    return reverse(f"billing:dispute_{action}", args=[row.pk])


def test_dispute_of_a_line_leaves_the_rest_to_be_chased(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    line = invoice.lines.get()
    url = reverse("billing:invoice_dispute", args=[invoice.pk])

    clerk.post(url, {"code": "quantity", "text": "3 seats", f"line_{line.pk}": "60.00"})

    invoice.refresh_from_db()
    assert (invoice.disputed_amount, invoice.chaseable_amount) == (D(60), D(1000))


def test_payment_counts_first_against_the_undisputed_part(customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    parts = {invoice.lines.get().pk: D("60.00")}
    disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone", parts=parts)

    receipt = receipt_from(customer, "1030.00")

    invoice.refresh_from_db()
    assert (invoice.chaseable_amount, invoice.open_amount, receipt.unallocated) == (0, 60, 30)


@pytest.mark.parametrize("amount", ["1060.01", "0", "-1", "x"])
def test_dispute_of_more_than_the_line_is_refused(
    clerk: Client, customer: Customer, amount: str
) -> None:
    invoice = overdue_for(customer, days=1)
    line = f"line_{invoice.lines.get().pk}"
    url = reverse("billing:invoice_dispute", args=[invoice.pk])

    response = clerk.post(url, {"code": "price", "text": "too dear", line: amount})

    assert (response.status_code, line in response.context["form"].errors) == (422, True)


def test_dispute_with_an_objection_of_the_past_is_refused(
    clerk: Client, customer: Customer
) -> None:
    url = reverse("billing:invoice_dispute", args=[overdue_for(customer, days=1).pk])

    response = clerk.post(url, {"code": "fapiao", "text": "which?"})

    assert response.status_code == 422


def test_edit_changes_who_answers_and_what_is_disputed(
    clerk: Client, boss: User, customer: Customer
) -> None:
    row = disputed(overdue_for(customer, days=1))
    line = f"line_{row.invoice.lines.get().pk}"
    facts = {"code": "service", "text": "down", "assigned_to": boss.pk, line: "60.00"}

    clerk.post(to("edit", row), {**facts, "code": "no_service"})

    row.refresh_from_db()
    assert (row.code, row.assigned_to, row.amount) == ("no_service", boss, D(60))
    assert Invoice.objects.get(pk=row.invoice_id).chaseable_amount == D(1000)


def test_edit_of_an_answered_dispute_is_refused(clerk: Client, customer: Customer) -> None:
    row = disputed(overdue_for(customer, days=1))
    clerk.post(to("resolve", row), {"outcome": "rejected", "resolution": "as agreed"})

    answer = clerk.post(to("edit", row), {"code": "price", "text": "again"}, follow=True)

    assert "This dispute was resolved before." in answer.content.decode()


def test_answer_for_the_customer_credits_only_what_was_shown(
    clerk: Client, customer: Customer
) -> None:
    row = disputed(overdue_for(customer, days=1))
    answer = {"outcome": "partly", "award": "60.00", "resolution": "3 seats too many"}

    shown = clerk.post(to("resolve", row), answer)
    assert "A credit note over ¥60.00 is made; ¥1,000.00 of the invoice" in shown.content.decode()
    assert Invoice.objects.get(pk=row.invoice_id).open_amount == D(1060)

    clerk.post(to("resolve", row), {**answer, "previewed": shown.context["form"].data["previewed"]})
    row.refresh_from_db()
    assert row.credit_note is not None
    assert (row.outcome, row.credit_note.amount) == ("partly", D(60))
    assert Invoice.objects.get(pk=row.invoice_id).chaseable_amount == D(1000)


@pytest.mark.parametrize(
    ("outcome", "award", "words"),
    [
        ("partly", "", "How much of it need the customer not pay?"),
        ("partly", "1060.00", "Only 1060.00 is disputed."),
        ("upheld", "1060.01", "Only 1060.00 is disputed."),
        ("rejected", "1.00", "Nothing is credited when the invoice stands."),
        ("withdrawn", "1.00", "Nothing is credited when the invoice stands."),
    ],
)
def test_answer_with_a_wrong_credit_is_refused(
    clerk: Client, customer: Customer, outcome: str, award: str, words: str
) -> None:
    row = disputed(overdue_for(customer, days=1))
    answer = {"outcome": outcome, "award": award, "resolution": "because"}

    response = clerk.post(to("resolve", row), answer)

    assert response.status_code == 422
    assert response.context["form"].errors["award"] == [words]


def test_answer_cannot_credit_what_is_paid(clerk: Client, customer: Customer) -> None:
    row = disputed(overdue_for(customer, days=1))
    receipt_from(customer, "1000.00", remark=row.invoice.number or "")

    response = clerk.post(
        to("resolve", row), {"outcome": "upheld", "award": "100.00", "resolution": "sorry"}
    )

    assert "Only 60.00 is still open" in response.content.decode()


def test_answer_without_words_is_refused(clerk: Client, customer: Customer) -> None:
    row = disputed(overdue_for(customer, days=1))

    assert clerk.post(to("resolve", row), {"outcome": "rejected"}).status_code == 422


def test_list_shows_open_disputes_with_constant_queries(
    clerk: Client, customer: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for days in (1, 2, 3):
        disputed(overdue_for(customer, days=days))

    with django_assert_max_num_queries(16):
        response = clerk.get(reverse("billing:disputes"))

    assert len(response.context["rows"]) == 3


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "resolved"}, 0),
        ({"state": "any"}, 1),
        ({"code": "price"}, 1),
        ({"code": "quantity"}, 0),
        ({"age": "7"}, 0),
        ({"who": "me"}, 0),
        ({"who": "nobody"}, 1),
        ({"due": "on"}, 1),
        ({"q": "INV-0000"}, 0),
    ],
)
def test_list_is_filtered(
    clerk: Client, customer: Customer, filters: dict[str, str], found: int
) -> None:
    row = disputed(overdue_for(customer, days=1))
    Dispute.objects.filter(pk=row.pk).update(follow_up_on=clock.business_date(customer.partner))

    response = clerk.get(reverse("billing:disputes"), filters)

    assert len(response.context["rows"]) == found


def test_list_by_age_counts_days_of_the_partner(clerk: Client, customer: Customer) -> None:
    row = disputed(overdue_for(customer, days=1))
    Dispute.objects.filter(pk=row.pk).update(opened_at=clock.now() - timedelta(days=7))

    response = clerk.get(reverse("billing:disputes"), {"age": "7"})

    assert len(response.context["rows"]) == 1


@pytest.mark.parametrize("action", ["edit", "resolve"])
def test_dialogs_of_another_partner_are_not_found(clerk: Client, action: str) -> None:
    row = disputed(issued_to(CustomerFactory.create()))

    assert clerk.get(to(action, row)).status_code == 404


@pytest.mark.parametrize("action", ["edit", "resolve"])
def test_dialogs_open(clerk: Client, customer: Customer, action: str) -> None:
    assert clerk.get(to(action, disputed(issued_to(customer)))).status_code == 200


def test_list_is_closed_to_sales_agents(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).get(reverse("billing:disputes")).status_code == 403


def test_list_sends_strangers_to_sign_in(client: Client) -> None:
    assert client.get(reverse("billing:disputes")).status_code == 302
