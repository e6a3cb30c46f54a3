"""/billing/credit-notes/ and what is done to a draft."""

from collections.abc import Callable

import pytest
from django.test import Client

from billing.models import CreditNote, Invoice
from customers.models import Customer
from partners.models import User
from tests.factories.billing import draft_credit_of, issued_to
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


@pytest.fixture
def note(customer: Customer) -> CreditNote:
    return draft_credit_of(customer, net="100.00")


@pytest.fixture
def clerk(customer: Customer, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(customer.partner))


def url(note: CreditNote, action: str = "") -> str:
    return f"/billing/credit-notes/{note.pk}/{action}"


def test_list_and_page_show_a_draft(clerk: Client, note: CreditNote) -> None:
    assert url(note) in clerk.get("/billing/credit-notes/?state=draft").content.decode()
    assert "106.00" in clerk.get(url(note)).content.decode()


def test_issue_lowers_the_oldest_invoice(
    clerk: Client, customer: Customer, note: CreditNote
) -> None:
    invoice = issued_to(customer)
    clerk.post(url(note, "issue/"), {"lower": "oldest"})

    note.refresh_from_db()
    invoice.refresh_from_db()
    assert (note.is_issued, note.left, str(invoice.credited)) == (True, 0, "106.00")
    assert str(note.number).startswith("CN-")
    assert str(invoice) in clerk.get(url(note)).content.decode()


def test_issue_keeps_the_amount_as_credit_where_chosen(
    clerk: Client, customer: Customer, note: CreditNote
) -> None:
    issued_to(customer)
    clerk.post(url(note, "issue/"), {"lower": "none"})

    note.refresh_from_db()
    assert str(note.left) == "106.00"
    assert not Invoice.objects.filter(credited__gt=0).exists()


def test_second_click_issues_once_and_says_so(clerk: Client, note: CreditNote) -> None:
    clerk.post(url(note, "issue/"), {"lower": "oldest"})
    response = clerk.post(url(note, "issue/"), {"lower": "oldest"}, follow=True)

    assert "It is not a draft any more." in response.content.decode()


def test_invoice_of_another_customer_is_refused(
    clerk: Client, customer: Customer, note: CreditNote
) -> None:
    other = issued_to(CustomerFactory.create(partner=customer.partner))

    assert clerk.post(url(note, "issue/"), {"lower": str(other.pk)}).status_code == 422
    assert CreditNote.objects.drafts().exists()


def test_drop_a_draft(clerk: Client, note: CreditNote) -> None:
    clerk.post(url(note, "void/"), {"reason": "typed twice"})

    note.refresh_from_db()
    assert note.status == "void"


def test_wrong_role_and_other_partner_see_nothing(note: CreditNote, signed_in: SignIn) -> None:
    seller = signed_in(sales_agent(note.partner))
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert seller.get(url(note)).status_code in {403, 404}
    assert stranger.get(url(note)).status_code == 404
    assert stranger.post(url(note, "issue/"), {"lower": "oldest"}).status_code == 404


def test_issue_by_get_changes_nothing(clerk: Client, note: CreditNote) -> None:
    assert clerk.get(url(note, "issue/")).status_code == 200
    assert CreditNote.objects.drafts().exists()
