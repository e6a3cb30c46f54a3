"""Opening balances: owed from the first day, chased only after a person has confirmed them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing import receivables
from billing.imports import opening
from billing.imports.problems import Code
from billing.models import (
    ImportedRow,
    ImportKind,
    ImportStatus,
    Invoice,
    InvoiceDueDate,
    InvoiceStatus,
    TableImport,
)
from collections_policy import readiness
from collections_policy.gate import Requirement
from collections_policy.models import Case
from customers.models import Customer
from notices.models import Notice
from partners import clock
from partners.models import AuditEntry, Partner, User
from tests.billing.imports import make
from tests.factories.billing import issued_to, receipt_from
from tests.factories.collections import customer_of, swept
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

pytestmark = pytest.mark.django_db
NAME = "上海测试有限公司"


@pytest.fixture
def clerk(partner: Partner) -> User:
    return billing_admin(partner)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return customer_of(partner, company=NAME, domain="test.partner.onmschina.cn")


def check(partner: Partner, clerk: User, *rows: list[str]) -> TableImport:
    content = make.balances(*rows)
    return make.checked(partner, content, ImportKind.OPENING_BALANCES, by=clerk)


def bring(partner: Partner, clerk: User, *rows: list[str]) -> TableImport:
    content = make.balances(*(rows or [make.balance()]))
    return make.imported(partner, content, ImportKind.OPENING_BALANCES, by=clerk)


def test_import_issues_history_without_a_letter(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    table = bring(partner, clerk)

    invoice = Invoice.objects.get()
    assert (table.status, table.outcome) == (ImportStatus.IMPORTED, {"recorded": 1, "known": 0})
    assert (invoice.status, invoice.number, invoice.customer) == (
        InvoiceStatus.ISSUED, "A-17", customer,
    )  # fmt: skip
    assert invoice.is_unconfirmed
    assert not Notice.objects.exists()
    assert AuditEntry.objects.filter(kind="opening_balance.imported").count() == 1


def test_ledger_shows_what_was_open_and_keeps_the_original(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk)

    invoice = Invoice.objects.get()
    line = invoice.lines.get()
    assert (invoice.total, invoice.open_amount) == (Decimal("1060.00"), Decimal("1060.00"))
    assert (invoice.original_total, invoice.settled_before) == (Decimal(2120), Decimal(1060))
    assert (line.net, line.vat, line.gross) == (Decimal(1000), Decimal(60), Decimal(1060))
    assert InvoiceDueDate.objects.get(invoice=invoice).due_on == invoice.due_on


@pytest.mark.parametrize("reference", [NAME, "TEST.partner.onmschina.cn", "tenant-9", "测试"])
def test_customer_is_found_by_any_exact_name(partner: Partner, clerk: User, reference: str) -> None:
    customer = customer_of(
        partner, company=NAME, domain="test.partner.onmschina.cn", tenant_id="tenant-9",
        short_name="测试",
    )  # fmt: skip
    bring(partner, clerk, make.balance(customer=reference))

    assert Invoice.objects.get().customer == customer


def test_customer_that_may_be_two_is_named_with_both(partner: Partner, clerk: User) -> None:
    CustomerFactory.create(partner=partner, company="甲公司", short_name="同名")
    CustomerFactory.create(partner=partner, company="乙公司", short_name="同名")
    table = check(partner, clerk, make.balance(customer="同名"))

    [finding] = table.findings.all()
    assert (finding.code, finding.column) == (Code.AMBIGUOUS_CUSTOMER, "Customer")
    assert set(finding.details["expected"].split(", ")) == {"甲公司", "乙公司"}


def test_customer_of_another_partner_is_unknown(partner: Partner, clerk: User) -> None:
    CustomerFactory.create(company=NAME)
    table = check(partner, clerk, make.balance())

    assert (table.status, make.codes(table)) == (ImportStatus.REFUSED, [Code.UNKNOWN_CUSTOMER])


def test_number_twice_in_the_file_refuses_it(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    table = check(partner, clerk, make.balance(), make.balance())

    assert (table.status, make.codes(table)) == (ImportStatus.REFUSED, [Code.NUMBER_TWICE])


def test_identical_invoice_that_is_there_is_left_alone(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk)
    table = bring(partner, clerk, make.balance(), make.balance(number="A-18"))

    assert table.outcome == {"recorded": 1, "known": 1}
    assert ImportedRow.objects.filter(table=table, was_there=True).count() == 1


def test_number_with_other_figures_refuses_the_file(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk)
    table = check(partner, clerk, make.balance(open="1.00"))

    assert make.codes(table) == [Code.NUMBER_TAKEN]


def test_unconfirmed_balance_is_owed_and_never_chased(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk, make.balance(issued="2026-01-01", due="2026-02-01"))
    swept(partner)

    today = clock.business_date(partner)
    [row] = receivables.ageing(partner, today)
    assert row.overdue == Decimal("1060.00")
    assert not Case.objects.exists()
    assert not Notice.objects.exists()


def test_gate_names_the_unconfirmed_balance(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk, make.balance(issued="2026-01-01", due="2026-02-01"))

    ready = readiness.of_customer(customer)["CNY"]
    assert ready.missing == (Requirement.HISTORY_CONFIRMED,)
    assert ready.missing[0].lacking == "the opening balance is not confirmed"


def test_confirmed_balance_is_seen_by_the_next_sweep(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    table = bring(partner, clerk, make.balance(issued="2026-01-01", due="2026-02-01"))
    swept(partner)
    confirmed = opening.confirm(opening.of_import(table), by=clerk, reason="agreed with the books")
    swept(partner, clock.business_date(partner) + timedelta(days=1))

    assert confirmed == 1
    assert Case.objects.get().overdue_amount == Decimal("1060.00")
    assert AuditEntry.objects.get(kind="opening_balance.confirmed").by_id == clerk.pk


def test_confirming_again_changes_nothing(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    table = bring(partner, clerk)
    opening.confirm(opening.of_import(table), by=clerk, reason="right")
    again = opening.confirm(opening.of_import(table), by=clerk, reason="right")

    assert again == 0
    assert AuditEntry.objects.filter(kind="opening_balance.confirmed").count() == 1


def test_sweep_with_unconfirmed_balances_settles_down(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk, make.balance(issued="2026-01-01", due="2026-02-01"))
    swept(partner)

    again = swept(partner, clock.business_date(partner) + timedelta(days=1))
    assert (again.customers_total, again.invoices_flagged) == (0, 0)


def test_payment_settles_an_unconfirmed_balance_only_by_name(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    bring(partner, clerk, make.balance(number="OLD-2025-17"))
    new = issued_to(customer, due_on=date(2026, 1, 1))
    receipt_from(customer, "1060.00")
    receipt_from(customer, "60.00", remark="OLD-2025-17", payer="B")

    new.refresh_from_db()
    old = Invoice.objects.get(number="OLD-2025-17")
    assert (new.open_amount, old.open_amount) == (Decimal(0), Decimal("1000.00"))


def test_confirming_uses_credit_first(partner: Partner, clerk: User, customer: Customer) -> None:
    table = bring(partner, clerk, make.balance(issued="2026-01-01", due="2026-02-01"))
    receipt_from(customer, "1060.00")
    opening.confirm(opening.of_import(table), by=clerk, reason="right")

    assert Invoice.objects.get().open_amount == Decimal(0)
