"""The pages and dialogs of fapiao."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.fapiao import services
from billing.fapiao.finding import standing_of
from billing.models import Fapiao, FapiaoStatus, Invoice
from customers.models import Customer
from partners import clock
from partners.models import Partner, User
from tests.factories.billing import issued_to
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]
NUMBER = "25312000000012345678"
LIST = reverse("billing:fapiao_list")
MANY = reverse("billing:fapiao_issue")
ISSUED = {"number": NUMBER, "type": "special", "issued_on": "2026-03-01"}


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def invoice(customer: Customer) -> Invoice:
    return issued_to(customer)


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def asked(*invoices: Invoice) -> Fapiao:
    return services.request(invoices, wanted="special", by=None, reason="test")


def issued(invoice: Invoice) -> Fapiao:
    day = clock.business_date(invoice.partner)
    facts = services.Facts(number=NUMBER, type="special", issued_on=day)
    return services.record_issued([invoice], facts, by=None, reason="test")


def to(step: str, record: Invoice | Fapiao) -> str:
    return reverse(f"billing:{step}", args=[record.pk])


def test_list_shows_who_waits_and_exports_the_same(clerk: Client, invoice: Invoice) -> None:
    asked(invoice)
    quiet = issued_to(invoice.customer)

    page = clerk.get(LIST).content.decode()
    export = clerk.get(LIST, {"format": "csv"}).getvalue().decode()

    assert str(invoice.number) in page
    assert str(quiet.number) not in page
    assert (str(invoice.number) in export, str(quiet.number) in export) == (True, False)


@pytest.mark.parametrize(
    ("state", "shown"),
    [("", False), ("requested", False), ("uncovered", False), ("to_deliver", True)],
)
def test_list_filters_by_state(clerk: Client, invoice: Invoice, state: str, shown: bool) -> None:
    issued(invoice)

    page = clerk.get(LIST, {"state": state}).content.decode()

    assert (str(invoice.number) in page) is shown


def test_list_asks_as_often_for_many_as_for_one(
    clerk: Client, customer: Customer, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    asked(*[issued_to(customer) for _ in range(5)])

    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]  # a context manager
        clerk.get(LIST)


def test_request_covers_the_chosen_invoices(clerk: Client, invoice: Invoice) -> None:
    other = issued_to(invoice.customer)

    clerk.post(to("invoice_fapiao_request", invoice), {"type": "ordinary", "also": [str(other.pk)]})

    assert standing_of(invoice) == standing_of(other) == Fapiao.objects.get()


def test_request_takes_no_invoice_of_another_customer(
    clerk: Client, invoice: Invoice, partner: Partner
) -> None:
    theirs = issued_to(CustomerFactory.create(partner=partner))
    issued_to(invoice.customer)

    response = clerk.post(
        to("invoice_fapiao_request", invoice), {"type": "special", "also": [str(theirs.pk)]}
    )

    assert (response.status_code, Fapiao.objects.count()) == (422, 0)


def test_number_is_recorded_once(clerk: Client, invoice: Invoice) -> None:
    clerk.post(to("invoice_fapiao", invoice), ISSUED)

    again = clerk.post(to("invoice_fapiao", invoice), ISSUED, follow=True)

    assert "A fapiao stands for this invoice already." in again.content.decode()
    assert Fapiao.objects.get().number == NUMBER


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "123"}, "number"),
        ({"number": "２５３１２０００００００１２３４５６７８"}, "number"),
        ({"type": "paper"}, "type"),
        ({"issued_on": "2999-01-01"}, "issued_on"),
        ({"issued_on": ""}, "issued_on"),
        ({"amount": "-1"}, "amount"),
    ],
)
def test_wrong_facts_are_refused(
    clerk: Client, invoice: Invoice, changes: dict[str, str], field: str
) -> None:
    response = clerk.post(to("invoice_fapiao", invoice), ISSUED | changes)

    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_page_shows_what_it_covers_and_its_timeline(clerk: Client, invoice: Invoice) -> None:
    page = clerk.get(to("fapiao", issued(invoice))).content.decode()

    assert NUMBER in page
    assert str(invoice.number) in page
    assert "Fapiao issued" in page


def test_deliver_then_red_letter(clerk: Client, invoice: Invoice) -> None:
    fapiao = issued(invoice)
    today = str(clock.business_date(invoice.partner))

    clerk.post(to("fapiao_deliver", fapiao), {"on": today, "how": "by e-mail"})
    clerk.post(to("fapiao_red_letter", fapiao), {"on": today, "reason": "wrong title"})

    fapiao.refresh_from_db()
    assert (fapiao.status, fapiao.delivery) == (FapiaoStatus.RED_LETTERED, "by e-mail")


def test_delivery_before_issue_is_refused(clerk: Client, invoice: Invoice) -> None:
    answer = {"on": "2020-01-01", "how": "by e-mail"}

    response = clerk.post(to("fapiao_deliver", issued(invoice)), answer)

    assert "It was not issued yet on this day." in response.content.decode()


def test_delivery_twice_says_so(clerk: Client, invoice: Invoice) -> None:
    fapiao = issued(invoice)
    answer = {"on": str(clock.business_date(invoice.partner)), "how": "by e-mail"}
    clerk.post(to("fapiao_deliver", fapiao), answer)

    again = clerk.post(to("fapiao_deliver", fapiao), answer, follow=True)

    assert "The fapiao has moved on since." in again.content.decode()


def test_correction_needs_a_reason_and_keeps_it(clerk: Client, invoice: Invoice) -> None:
    fapiao = issued(invoice)
    answer = ISSUED | {"status": "requested", "number": ""}

    refused = clerk.post(to("fapiao_correct", fapiao), answer)
    clerk.post(to("fapiao_correct", fapiao), answer | {"reason": "another invoice's"})

    fapiao.refresh_from_db()
    assert (refused.status_code, fapiao.status) == (422, FapiaoStatus.REQUESTED)
    assert "another invoice" in clerk.get(to("fapiao", fapiao)).content.decode()


def test_many_numbers_are_pasted_as_two_columns(clerk: Client, invoice: Invoice) -> None:
    other = issued_to(invoice.customer)
    lines = f"{invoice.number}\t{NUMBER}\n{other.number} 2531 2000 0000 8765 4321\n\nINV-9\t"
    answer = {"partner": invoice.partner_id, "issued_on": "2026-03-01", "type": "special"}

    clerk.post(MANY, answer | {"lines": lines})

    assert [standing_of(each) is None for each in (invoice, other)] == [False, False]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("INV-1\t", "No line has a fapiao number yet."),
        ("INV-1\t123", "INV-1: a fapiao number has 20 digits."),
        (f"INV-1\t{NUMBER}", "INV-1: there is no such invoice."),
        (f"INV-1\t{NUMBER}\nINV-1\t{NUMBER}", "INV-1 stands here twice."),
    ],
)
def test_many_numbers_that_do_not_fit_are_named(
    clerk: Client, partner: Partner, lines: str, words: str
) -> None:
    answer = {"partner": partner.pk, "issued_on": "2026-03-01", "type": "special", "lines": lines}

    response = clerk.post(MANY, answer)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_many_numbers_begin_with_the_chosen_invoices(clerk: Client, invoice: Invoice) -> None:
    page = clerk.get(MANY, {"ids": [str(invoice.pk), "x"]})

    assert page.context["form"]["lines"].value() == f"{invoice.number}\t\n"


def test_many_numbers_from_another_partners_page_are_refused(clerk: Client) -> None:
    assert clerk.post(MANY, {"partner": "0"}).status_code == 409


@pytest.mark.parametrize(
    "step", ["fapiao_deliver", "fapiao_red_letter", "fapiao_correct", "fapiao"]
)
def test_another_partners_fapiao_is_not_found(clerk: Client, step: str) -> None:
    theirs = issued(issued_to(CustomerFactory.create()))

    assert clerk.get(to(step, theirs)).status_code == 404


def test_list_is_closed_to_sales_agents(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).get(LIST).status_code == 403
