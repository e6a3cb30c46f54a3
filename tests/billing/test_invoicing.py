"""Drafts, their issue, their numbers and their letters."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from billing import invoicing, numbering
from billing.models import Invoice
from customers.models import CreditDecision, Customer
from notices.models import Notice
from partners import clock
from partners.models import Partner
from tests.factories.billing import draft_of, issued_to
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.threads import run_together

D = Decimal


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def decide(customer: Customer, days: int, *, prepayment: bool = False) -> None:
    CreditDecision.objects.create(
        partner=customer.partner,
        customer=customer,
        terms_days=days,
        currency="CNY",
        prepayment=prepayment,
        reason="test",
        decided_at=clock.now(),
    )


def test_draft_is_the_sum_of_its_lines(customer: Customer) -> None:
    charge = invoicing.Charge(
        description="seat", quantity=D(3), unit_price=D("0.335"), net=D("1.005"), vat_rate=D(13)
    )
    draft = invoicing.DraftInvoice(customer=customer, currency="CNY", charges=[charge, charge])

    [invoice] = invoicing.create_drafts([draft], by=None, reason="test")

    line = invoice.lines.all()[0]
    assert (line.net, line.vat, line.gross) == (D("1.01"), D("0.13"), D("1.14"))
    assert invoice.total == D("2.28")


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [([], 30), ([(45, False)], 45), ([(45, False), (60, False)], 60), ([(45, True)], 0)],
)
def test_terms_come_from_the_newest_credit_decision(
    customer: Customer, decisions: list[tuple[int, bool]], expected: int
) -> None:
    for days, prepayment in decisions:
        decide(customer, days, prepayment=prepayment)

    assert draft_of(customer).terms_days == expected


def test_issue_gives_number_and_due_date(customer: Customer) -> None:
    today = clock.business_date(customer.partner)

    invoice = issued_to(customer)

    assert invoice.number == f"INV-{today.year}-00001"
    assert (invoice.issued_on, invoice.due_on) == (today, today + timedelta(days=30))


def test_each_partner_has_numbers_of_its_own(customer: Customer) -> None:
    first = issued_to(customer)
    other = issued_to(CustomerFactory.create())

    assert first.number == other.number


@pytest.mark.parametrize(
    ("language", "subject", "total"),
    [
        ("zh-hans", "账单", "¥1,060.00"),
        ("en", "Invoice", "1,060.00"),
        ("it", "Fattura", "1.060,00"),
    ],
)
def test_issue_writes_in_the_customers_language(
    customer: Customer, language: str, subject: str, total: str
) -> None:
    Customer.objects.filter(pk=customer.pk).update(language=language)
    contact = ContactFactory.create(customer=customer)

    invoice = issued_to(Customer.objects.get(pk=customer.pk))

    notice = Notice.objects.about("billing.invoice", invoice.pk).get()
    assert subject in notice.subject
    assert (notice.address, notice.status) == (contact.email, "queued")
    assert str(invoice.number) in notice.body
    assert total in notice.body


def test_issue_without_an_address_leaves_a_failed_notice_to_be_seen(customer: Customer) -> None:
    invoice = issued_to(customer)

    notice = Notice.objects.about("billing.invoice", invoice.pk).get()
    assert (notice.status, bool(notice.last_error)) == ("failed", True)


def test_issue_takes_a_constant_number_of_queries(partner: Partner) -> None:
    few = [draft_of(CustomerFactory.create(partner=partner)) for _ in range(2)]
    many = [draft_of(CustomerFactory.create(partner=partner)) for _ in range(12)]

    with CaptureQueriesContext(connection) as for_few:
        invoicing.issue_invoices(few, by=None, reason="test")
    with CaptureQueriesContext(connection) as for_many:
        invoicing.issue_invoices(many, by=None, reason="test")

    assert len(for_many) == len(for_few)


def test_issue_goes_on_when_the_database_refuses_one(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = draft_of(customer), draft_of(customer)
    number = invoicing._number

    def refuse_bad(invoices: list[Invoice]) -> None:
        if bad in invoices:
            raise DatabaseError
        number(invoices)

    monkeypatch.setattr(invoicing, "_number", refuse_bad)

    report = invoicing.issue_invoices([bad, good], by=None, reason="test")

    assert (report.issued, [each.invoice for each in report.failures]) == ([good], [bad])


@pytest.mark.parametrize(
    ("number", "is_ours"),
    [("INV-2026-00001", True), ("CN-2026-123456", True), ("2026-1", False), ("INV-26-1", False)],
)
def test_numbers_of_ours_are_recognised(number: str, is_ours: bool) -> None:
    assert numbering.is_ours(number) is is_ours


@pytest.mark.django_db(transaction=True)
def test_two_people_issuing_at_once_share_the_numbers_without_gap_or_double() -> None:
    partner = CustomerFactory.create().partner
    batches = [
        [draft_of(CustomerFactory.create(partner=partner)) for _ in range(5)] for _ in range(2)
    ]
    barrier = threading.Barrier(2)

    def issue(batch: list[Invoice]) -> None:
        barrier.wait()
        try:
            invoicing.issue_invoices(batch, by=None, reason="test")
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=(batch,)) for batch in batches]
    run_together(threads)

    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert [str(number)[-5:] for number in numbers] == [f"{n:05d}" for n in range(1, 11)]
