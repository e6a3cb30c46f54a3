"""Invoices, credit notes and statements as customers get them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing import ledger
from billing.models import CreditNote, Invoice
from customers.models import Customer
from partners.models import Partner, PartnerBankAccount, TermsFrom, User
from tests.factories.billing import draft_of, issued_to, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner, language="en", tax_number="91310000MA1FL0AB1X")


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def account(partner: Partner) -> PartnerBankAccount:
    return PartnerBankAccount.objects.create(
        partner=partner, holder="Ours", bank="ICBC Pudong", number="1001 2002", cnaps="102290000001"
    )


def paper_of(invoice: Invoice) -> str:
    return reverse("billing:invoice_print", args=[invoice.pk])


def statement_of(customer: Customer) -> str:
    return reverse("customer_statement", args=[customer.pk])


def test_invoice_says_who_what_how_much_and_where_to_pay(
    clerk: Client, customer: Customer, account: PartnerBankAccount
) -> None:
    invoice = issued_to(customer)

    page = clerk.get(paper_of(invoice)).content.decode()

    for text in (
        str(invoice.number),
        customer.company,
        "91310000MA1FL0AB1X",
        "壹仟零陆拾元整",
        "Please pay by:",
        account.number,
        "102290000001",
        "This paper is not a fapiao",
    ):
        assert text in page
    assert 'class="navigation"' not in page


def test_unused_and_foreign_accounts_are_not_printed(
    clerk: Client, customer: Customer, account: PartnerBankAccount
) -> None:
    account.is_used = False
    account.save()
    invoice = issued_to(customer)

    assert account.number not in clerk.get(paper_of(invoice)).content.decode()


def test_invoice_without_a_due_date_says_what_it_waits_for(
    clerk: Client, customer: Customer
) -> None:
    invoice = issued_to(customer)
    Invoice.objects.filter(pk=invoice.pk).update(terms_from=TermsFrom.FAPIAO, due_on=None)

    page = clerk.get(paper_of(invoice)).content.decode()

    assert "Payment is due 30 days after the fapiao is delivered." in page


@pytest.mark.parametrize(
    ("asked", "expected"), [("", "en"), ("zh-hans", "zh-hans"), ("it", "it"), ("fr", "en")]
)
def test_paper_is_in_the_customers_language_or_the_one_asked_for(
    clerk: Client, customer: Customer, asked: str, expected: str
) -> None:
    response = clerk.get(paper_of(issued_to(customer)), {"language": asked})

    assert f'<html lang="{expected}">' in response.content.decode()
    assert response.headers["Content-Language"] == expected


def test_foreign_currency_has_no_capital_numerals(clerk: Client, customer: Customer) -> None:
    page = clerk.get(paper_of(issued_to(customer, currency="USD"))).content.decode()

    assert "元整" not in page


def test_draft_is_no_paper(clerk: Client, customer: Customer) -> None:
    assert clerk.get(paper_of(draft_of(customer))).status_code == 404


def test_credit_note_has_nothing_to_pay(clerk: Client, customer: Customer) -> None:
    invoice = issued_to(customer)
    ledger.credit(invoice, amount=Decimal("106.00"), by=None, reason="3 seats too many")
    note = CreditNote.objects.get()

    page = clerk.get(reverse("billing:credit_note_print", args=[note.pk])).content.decode()

    assert str(note.number) in page
    assert str(invoice.number) in page
    assert "There is nothing to pay on this paper" in page


def test_statement_shows_the_account(clerk: Client, customer: Customer) -> None:
    invoice = issued_to(customer)
    receipt_from(customer, "60.00", bank_serial="S-1")

    page = clerk.get(statement_of(customer)).content.decode()

    for text in (str(invoice.number), "S-1", "¥1,000.00", "Opening balance"):
        assert text in page


@pytest.mark.parametrize(
    "query", [{"from": "2026-02-30"}, {"from": "2026-03-02", "to": "2026-03-01"}, {"currency": "X"}]
)
def test_statement_of_wrong_days_says_so(
    clerk: Client, customer: Customer, query: dict[str, str]
) -> None:
    assert clerk.get(statement_of(customer), query).status_code == 422


def test_statement_of_another_partners_customer_is_not_found(clerk: Client) -> None:
    assert clerk.get(statement_of(CustomerFactory.create())).status_code == 404


def test_invoice_of_another_partner_is_not_found(clerk: Client) -> None:
    assert clerk.get(paper_of(issued_to(CustomerFactory.create()))).status_code == 404


def test_papers_are_closed_to_sales_agents(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    agent = signed_in(sales_agent(partner))

    assert agent.get(paper_of(issued_to(customer))).status_code == 403
    assert agent.get(statement_of(customer)).status_code == 403
