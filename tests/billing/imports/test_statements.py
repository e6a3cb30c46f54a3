"""Bank statements become receipts: all or none, each payment once, whatever recorded it before."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from time_machine import travel

from billing import freshness, receipts
from billing.imports import lifecycle, services
from billing.imports.problems import Code
from billing.models import BankLayout, ImportedRow, ImportStatus, Receipt
from billing.tasks import drain_imports
from customers.models import Customer
from partners import clock
from partners.models import AuditEntry, Partner, User
from tests.billing.imports import make
from tests.factories.billing import issued_to, payment
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


@pytest.fixture
def november() -> Iterator[None]:
    with travel("2026-11-20T02:00:00Z", tick=False):
        yield


@pytest.fixture
def clerk(partner: Partner) -> User:
    return billing_admin(partner)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    found: Customer = CustomerFactory.create(partner=partner)
    return found


def recorded(partner: Partner, **fields: object) -> Receipt:
    facts = {"received_on": date(2026, 11, 2), "bank_account": make.ACCOUNT, **fields}
    return receipts.record(partner, None, payment(**facts), by=None, reason="test")  # type: ignore[arg-type]  # from keyword facts


def test_import_records_unidentified_payments(partner: Partner, clerk: User) -> None:
    content = make.statement(make.paid(), make.paid(serial="S2", credit="", debit="7.00"))
    table = make.imported(partner, content, by=clerk)

    receipt = Receipt.objects.get()
    assert (table.status, table.outcome["recorded"]) == (ImportStatus.IMPORTED, 1)
    assert (receipt.bank_account, receipt.bank_serial) == (make.ACCOUNT, "S1")
    assert (receipt.customer, receipt.recorded_by) == (None, clerk)
    assert table.summary["counts"]["outgoing"] == 1
    assert AuditEntry.objects.filter(kind="receipt.recorded").count() == 1
    assert AuditEntry.objects.filter(kind="receipts.imported", by_id=clerk.pk).count() == 1


def test_import_assigns_who_names_an_open_invoice(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    invoice = issued_to(customer)
    make.imported(partner, make.statement(make.paid(remark=f"付{invoice.number}款")), by=clerk)

    invoice.refresh_from_db()
    customer.refresh_from_db()
    assert (Receipt.objects.get().customer, invoice.open_amount) == (customer, Decimal(0))
    assert customer.facts_version > customer.judged_version


def test_import_leaves_payments_for_two_customers_to_a_person(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    other: Customer = CustomerFactory.create(partner=partner)
    remark = f"{issued_to(customer).number} {issued_to(other).number}"
    make.imported(partner, make.statement(make.paid(remark=remark)), by=clerk)

    assert Receipt.objects.get().customer is None


def test_import_leaves_another_currency_to_a_person(
    partner: Partner, clerk: User, customer: Customer
) -> None:
    invoice = issued_to(customer, currency="USD")
    make.imported(partner, make.statement(make.paid(remark=str(invoice.number))), by=clerk)

    assert Receipt.objects.get().customer is None


def test_same_bytes_again_name_the_first_import(partner: Partner, clerk: User) -> None:
    table = make.imported(partner, make.statement(make.paid()), by=clerk)
    with pytest.raises(services.AlreadyUploaded) as refused:
        make.uploaded(partner, make.statement(make.paid()))

    assert refused.value.table == table


@pytest.mark.parametrize("account", [make.ACCOUNT, ""])
def test_serial_recorded_by_hand_is_not_recorded_twice(
    partner: Partner, clerk: User, account: str
) -> None:
    before = recorded(partner, bank_serial="S1", bank_account=account)
    table = make.imported(partner, make.statement(make.paid()), by=clerk)

    assert Receipt.objects.get() == before
    assert table.outcome == {"recorded": 0, "identified": 0, "known": 1}
    assert ImportedRow.objects.get(table=table).receipt == before


def test_overlapping_statement_records_only_what_is_new(partner: Partner, clerk: User) -> None:
    make.imported(partner, make.statement(make.paid()), by=clerk)
    content = make.statement(make.paid(), make.paid(serial="S2", credit="5"))
    table = make.imported(partner, content, by=clerk)

    assert (table.outcome["recorded"], table.outcome["known"]) == (1, 1)
    assert Receipt.objects.count() == 2


def test_serial_with_another_amount_refuses_the_file(partner: Partner, clerk: User) -> None:
    recorded(partner, bank_serial="S1", amount="9.00")
    table = make.checked(partner, make.statement(make.paid()), by=clerk)

    [finding] = table.findings.all()
    assert (table.status, finding.code) == (ImportStatus.REFUSED, Code.SERIAL_OTHER_AMOUNT)
    assert (finding.row, finding.column) == (2, "交易流水号")


def test_serial_twice_in_one_file(partner: Partner, clerk: User) -> None:
    same = make.checked(partner, make.statement(make.paid(), make.paid()), by=clerk)
    other = make.checked(partner, make.statement(make.paid(), make.paid(credit="7.00")), by=clerk)

    assert (same.status, make.codes(same)) == (ImportStatus.CHECKED, [Code.REPEATED_ROW])
    assert (other.status, make.codes(other)) == (ImportStatus.REFUSED, [Code.SERIAL_TWICE])


def test_lookalike_without_serial_waits_for_a_tick(partner: Partner, clerk: User) -> None:
    recorded(partner)
    content = make.statement(make.paid(serial=""), make.paid(serial=""))
    table = make.imported(partner, content, by=clerk)

    assert make.codes(table) == [Code.LOOKS_RECORDED]
    assert table.outcome["recorded"] == 1


@pytest.mark.parametrize(("rows", "accepts_all"), [([2], False), ([], True)])
def test_ticked_lookalike_is_recorded(
    partner: Partner, clerk: User, rows: list[int], accepts_all: bool
) -> None:
    recorded(partner)
    make.imported(
        partner, make.statement(make.paid(serial="")), by=clerk, rows=rows, accepts_all=accepts_all
    )

    assert Receipt.objects.count() == 2


def test_payment_with_serial_looks_like_one_recorded_without(partner: Partner, clerk: User) -> None:
    recorded(partner)
    table = make.checked(partner, make.statement(make.paid()), by=clerk)

    assert make.codes(table) == [Code.LOOKS_RECORDED]


def test_reversed_serial_waits_for_a_tick(partner: Partner, clerk: User) -> None:
    receipts.reverse_receipt(recorded(partner, bank_serial="S1"), by=clerk, reason="wrong")
    table = make.checked(partner, make.statement(make.paid()), by=clerk)

    assert make.codes(table) == [Code.REVERSED_BEFORE]


def test_one_bad_row_refuses_all(partner: Partner, clerk: User) -> None:
    content = make.statement(make.paid(), make.paid(serial="S2", credit="NaN"))
    table = make.checked(partner, content, by=clerk)
    with pytest.raises(lifecycle.AlreadyMoved):
        services.confirm(table, accepted_rows=[], accepts_all=False, by=clerk)

    assert (table.status, Receipt.objects.count()) == (ImportStatus.REFUSED, 0)


def test_second_click_imports_nothing_twice(partner: Partner, clerk: User) -> None:
    table = make.imported(partner, make.statement(make.paid()), by=clerk)
    with pytest.raises(lifecycle.AlreadyMoved):
        services.confirm(table, accepted_rows=[], accepts_all=False, by=clerk)

    assert Receipt.objects.count() == 1


def test_what_came_in_meanwhile_is_known_at_the_import(partner: Partner, clerk: User) -> None:
    table = make.checked(partner, make.statement(make.paid()), by=clerk)
    recorded(partner, bank_serial="S1")
    services.confirm(table, accepted_rows=[], accepts_all=False, by=clerk)
    drain_imports()

    table.refresh_from_db()
    assert (table.outcome["known"], Receipt.objects.count()) == (1, 1)


def test_unknown_columns_wait_for_a_person(partner: Partner) -> None:
    table = make.uploaded(partner, make.csv_of([["x", "y"], ["1", "2"]]))

    assert (table.status, table.job) == (ImportStatus.COLUMNS, None)


def test_remembered_layout_reads_the_next_statement_by_itself(
    partner: Partner, clerk: User
) -> None:
    make.imported(partner, make.statement(make.paid()), by=clerk, remember_as="招商银行")
    table = make.uploaded(partner, make.statement(make.paid(serial="S2")))

    layout = BankLayout.objects.get()
    assert (table.layout, table.status) == (layout, ImportStatus.UPLOADED)
    assert (table.bank_account, table.mapping) == (make.ACCOUNT, layout.mapping)


def test_layout_of_another_account_is_not_taken(partner: Partner, clerk: User) -> None:
    make.imported(partner, make.statement(make.paid()), by=clerk, remember_as="招商银行")
    rows = [["账号：62220202"], make.STATEMENT_HEADER, make.paid(serial="S2")]
    table = make.uploaded(partner, make.csv_of(rows))

    assert (table.layout, table.status) == (None, ImportStatus.COLUMNS)
    assert table.bank_account == "62220202"


def test_period_end_says_how_far_receipts_are_recorded(partner: Partner, clerk: User) -> None:
    rows = [["起止日期：20261101-20261115"], make.STATEMENT_HEADER, make.paid()]
    make.imported(partner, make.csv_of(rows), by=clerk)

    assert freshness.receipts_recorded_up_to(partner) == date(2026, 11, 15)


def test_statement_of_one_of_several_accounts_says_nothing_of_the_others(
    partner: Partner, clerk: User
) -> None:
    BankLayout.objects.create(
        partner=partner, name="B", bank_account="other", currency="CNY", remembered_at=clock.now()
    )
    rows = [["起止日期：20261101-20261115"], make.STATEMENT_HEADER, make.paid()]
    make.imported(partner, make.csv_of(rows), by=clerk)

    assert freshness.receipts_recorded_up_to(partner) is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", make.STATEMENT_HEADER[0].encode()])
def test_unreadable_file_is_refused_with_its_reason(partner: Partner, content: bytes) -> None:
    table = make.uploaded(partner, content)
    drain_imports()

    table.refresh_from_db()
    assert table.status in {ImportStatus.REFUSED, ImportStatus.COLUMNS}


def test_discarding_throws_the_bytes_away(
    partner: Partner, clerk: User, django_capture_on_commit_callbacks: object
) -> None:
    table = make.checked(partner, make.statement(make.paid()), by=clerk)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        services.discard(table, by=clerk, reason="wrong bank")

    assert not table.content
    assert make.uploaded(partner, make.statement(make.paid())).pk != table.pk


def test_import_of_2000_rows_asks_no_question_per_row(
    partner: Partner, clerk: User, django_assert_max_num_queries: object
) -> None:
    rows = [make.paid(serial=f"S{n}", credit=f"{n}.00") for n in range(1, 2001)]
    table = make.checked(partner, make.statement(*rows), by=clerk)
    services.confirm(table, accepted_rows=[], accepts_all=False, by=clerk)
    with django_assert_max_num_queries(140):  # type: ignore[operator]  # a fixture
        drain_imports()

    assert Receipt.objects.count() == 2000
