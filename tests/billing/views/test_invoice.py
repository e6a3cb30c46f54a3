"""One invoice and what a person may do to it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing import disputes
from billing.models import Dispute, DisputeCode, Invoice
from customers.models import Customer
from partners.models import Partner, User
from tests.factories.billing import draft_of, issued_to, overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]
D = Decimal
ACTIONS = ["void", "dispute", "credit", "write_off"]


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def page_of(invoice: Invoice) -> str:
    return reverse("billing:invoice", args=[invoice.pk])


def to(action: str, invoice: Invoice) -> str:
    return reverse(f"billing:invoice_{action}", args=[invoice.pk])


def test_page_shows_lines_settlements_and_timeline(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)
    receipt_from(customer, "60.00")

    page = clerk.get(page_of(invoice)).content.decode()

    assert "Office 365 E3" in page
    assert "Due and undisputed, oldest first" in page
    assert "¥1,000.00" in page
    assert "Invoice issued" in page


def test_page_of_a_draft_that_cannot_be_issued_says_why(clerk: Client, customer: Customer) -> None:
    page = clerk.get(page_of(draft_of(customer, net="-5.00"))).content.decode()

    assert "Its total is negative" in page


def test_page_of_another_partners_invoice_is_not_found(clerk: Client) -> None:
    theirs = issued_to(CustomerFactory.create())

    assert clerk.get(page_of(theirs)).status_code == 404


def test_page_is_closed_to_sales_agents(
    partner: Partner, customer: Customer, signed_in: SignIn
) -> None:
    response = signed_in(sales_agent(partner)).get(page_of(issued_to(customer)))

    assert response.status_code == 403
    assert "1,060" not in response.content.decode()


def test_drop_a_draft(clerk: Client, customer: Customer) -> None:
    draft = draft_of(customer)

    clerk.post(to("void", draft), {"reason": "made twice"})

    draft.refresh_from_db()
    assert (draft.status, draft.number) == ("void", None)


def test_drop_an_issued_invoice_is_refused(clerk: Client, customer: Customer) -> None:
    invoice = issued_to(customer)

    answer = clerk.post(to("void", invoice), {"reason": "made twice"}, follow=True)

    invoice.refresh_from_db()
    assert invoice.is_issued
    assert "It is not a draft any more." in answer.content.decode()


def test_dispute_and_resolve(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)

    clerk.post(to("dispute", invoice), {"code": "price", "text": "too dear"})
    invoice.refresh_from_db()
    assert invoice.is_disputed

    resolve = reverse("billing:dispute_resolve", args=[Dispute.objects.get().pk])
    clerk.post(resolve, {"outcome": "rejected", "resolution": "as agreed"})
    invoice.refresh_from_db()
    assert not invoice.is_disputed


def test_dispute_twice_opens_one(clerk: Client, customer: Customer) -> None:
    invoice = overdue_for(customer, days=1)

    for _ in range(2):
        clerk.post(to("dispute", invoice), {"code": "price", "text": "too dear"})

    assert Dispute.objects.count() == 1


def test_resolve_twice_says_so(clerk: Client, customer: Customer) -> None:
    invoice = issued_to(customer)
    row = disputes.dispute(invoice, DisputeCode.PRICE, "too dear", by=None, reason="phone")
    url = reverse("billing:dispute_resolve", args=[row.pk])
    answer = {"outcome": "upheld", "resolution": "sorry"}
    clerk.post(url, answer)

    again = clerk.post(url, answer, follow=True)

    assert "This dispute was resolved before." in again.content.decode()


def test_credit_lowers_what_is_open(clerk: Client, customer: Customer) -> None:
    invoice = issued_to(customer)

    clerk.post(to("credit", invoice), {"amount": "60.00", "reason": "3 seats too many"})

    invoice.refresh_from_db()
    assert invoice.open_amount == D(1000)


@pytest.mark.parametrize("action", ["credit", "write_off"])
def test_reducing_twice_from_one_page_reduces_once(
    clerk: Client, customer: Customer, action: str
) -> None:
    invoice = issued_to(customer)
    shown = clerk.get(to(action, invoice)).context["form"]["shown_open"].value()
    answer = {"amount": "60.00", "reason": "test", "code": "other", "shown_open": str(shown)}

    clerk.post(to(action, invoice), answer)
    again = clerk.post(to(action, invoice), answer, follow=True)

    invoice.refresh_from_db()
    assert invoice.open_amount == D(1000)
    assert "Less is open than the page showed. Nothing was changed." in again.content.decode()


@pytest.mark.parametrize("action", ["credit", "write_off"])
@pytest.mark.parametrize("amount", ["1060.01", "0", "-1", "x"])
def test_reducing_by_a_wrong_amount_is_refused(
    clerk: Client, customer: Customer, action: str, amount: str
) -> None:
    invoice = issued_to(customer)

    response = clerk.post(to(action, invoice), {"amount": amount, "reason": "test"})

    invoice.refresh_from_db()
    assert (response.status_code, invoice.open_amount) == (422, D(1060))


@pytest.mark.parametrize("action", ACTIONS)
def test_dialogs_of_another_partners_invoice_are_not_found(clerk: Client, action: str) -> None:
    assert clerk.get(to(action, issued_to(CustomerFactory.create()))).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_dialogs_are_closed_to_readers(
    partner: Partner, customer: Customer, signed_in: SignIn, action: str
) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()

    response = signed_in(sales_agent(partner)).get(to(action, issued_to(customer)))

    assert response.status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_dialogs_open(clerk: Client, customer: Customer, action: str) -> None:
    assert clerk.get(to(action, issued_to(customer))).status_code == 200


def test_dialogs_send_strangers_to_sign_in(client: Client, customer: Customer) -> None:
    assert client.get(to("credit", issued_to(customer))).status_code == 302
