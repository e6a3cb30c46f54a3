"""Any past day of the ledger replays as it was known on its evening."""

from contextlib import AbstractContextManager, suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import models, transaction
from django.db.models import Q, QuerySet, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing import (
    credit_notes,
    disputes,
    history,
    invoicing,
    ledger,
    receipts,
    receivables,
    refunds,
    remembering,
    splits,
    write_offs,
)
from billing.books import journal, verifying
from billing.books.journal import Period
from billing.fapiao import services as fapiao
from billing.history import Which
from billing.models import (
    Allocation,
    DisputeCode,
    DisputeOutcome,
    FapiaoType,
    Invoice,
    Receipt,
    Refund,
)
from billing.models.receipt import ReceiptQuerySet
from billing.receivables import AgeingRow
from customers.models import Customer
from partners import clock
from partners.models import Partner, TermsFrom
from tests.factories.billing import draft_credit_of, draft_of, issued_to, payment, receipt_from
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 5)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def invoiced(customer: Customer, due_on: date, net: str = "1000.00") -> Invoice:
    """An invoice of Monday morning."""
    with clock.told(at(MONDAY)):
        return issued_to(customer, net, due_on=due_on)


def owed(partner: Partner, day: date) -> list[AgeingRow]:
    return history.ageing_as_of(partner, day)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def test_nothing_was_owed_before_the_first_invoice(partner: Partner, customer: Customer) -> None:
    invoiced(customer, due_on=TUESDAY)

    assert owed(partner, MONDAY - timedelta(days=1)) == []


def test_paid_invoice_was_open_before(partner: Partner, customer: Customer) -> None:
    invoice = invoiced(customer, due_on=MONDAY - timedelta(days=40))
    with clock.told(at(TUESDAY)):
        receipt_from(customer, "1060.00")

    [row] = owed(partner, MONDAY)

    assert row.amounts[receivables.DAYS_60] == invoice.total
    assert owed(partner, TUESDAY) == []


def test_payment_typed_with_an_earlier_date_is_not_known_earlier(
    partner: Partner, customer: Customer
) -> None:
    invoiced(customer, due_on=MONDAY)
    with clock.told(at(TUESDAY)):
        receipt_from(customer, "1060.00", received_on=MONDAY)

    assert owed(partner, MONDAY)[0].total == Decimal("1060.00")
    assert history.money_as_of(partner, MONDAY) == {}


@pytest.mark.parametrize("reduce", [ledger.credit, write_offs.write_off])
def test_reduced_invoice_was_open_before(
    partner: Partner, customer: Customer, reduce: type
) -> None:
    invoice = invoiced(customer, due_on=MONDAY)
    with clock.told(at(TUESDAY)):
        reduce(invoice, amount=Decimal("60.00"), by=None, reason="test")

    assert [owed(partner, day)[0].total for day in (MONDAY, TUESDAY)] == [1060, 1000]


def test_write_off_counted_until_it_was_taken_back(partner: Partner, customer: Customer) -> None:
    invoice = invoiced(customer, due_on=MONDAY)
    with clock.told(at(MONDAY, 12)):
        row = write_offs.write_off(invoice, amount=Decimal("60.00"), by=None, reason="test")
    with clock.told(at(TUESDAY)):
        write_offs.reverse(row, amount=Decimal("20.00"), by=None, reason="test")

    assert [owed(partner, day)[0].total for day in (MONDAY, TUESDAY)] == [1000, 1020]


def test_reversed_allocation_counted_until_it_was_reversed(
    partner: Partner, customer: Customer
) -> None:
    invoiced(customer, due_on=MONDAY - timedelta(days=1))
    with clock.told(at(MONDAY, 12)):
        receipt = receipt_from(customer, "1060.00")
    with clock.told(at(TUESDAY)):
        ledger.reverse_allocation(receipt.allocations.get(), by=None, reason="test")

    assert owed(partner, MONDAY) == []
    assert owed(partner, TUESDAY)[0].total == Decimal("1060.00")
    assert history.money_as_of(partner, MONDAY)["CNY"].allocated == Decimal("1060.00")
    assert history.money_as_of(partner, TUESDAY)["CNY"].credit == Decimal("1060.00")


def test_due_date_was_another_before_the_fapiao_came(partner: Partner, customer: Customer) -> None:
    with clock.told(at(MONDAY)):
        draft = draft_of(customer)
        Invoice.objects.filter(pk=draft.pk).update(terms_from=TermsFrom.FAPIAO, terms_days=0)
        [invoice] = invoicing.issue_invoices([draft], by=None, reason="test").issued
    facts = fapiao.Facts(number="2" * 20, type=FapiaoType.SPECIAL, issued_on=MONDAY)
    with clock.told(at(TUESDAY)):
        issued = fapiao.record_issued([invoice], facts, by=None, reason="test")
        day_before = MONDAY - timedelta(days=1)
        fapiao.deliver(issued, on=day_before, how="by hand", by=None, reason="test")

    buckets = [owed(partner, day)[0].overdue for day in (MONDAY, TUESDAY)]

    assert buckets == [0, invoice.total]


def test_disputed_invoice_was_disputed_until_answered(partner: Partner, customer: Customer) -> None:
    invoice = invoiced(customer, due_on=MONDAY)
    with clock.told(at(MONDAY, 12)):
        row = disputes.dispute(invoice, DisputeCode.PRICE, "dear", by=None, reason="test")
    with clock.told(at(TUESDAY)):
        disputes.resolve_dispute(row, DisputeOutcome.REJECTED, "no", by=None, reason="test")

    [on_monday] = history.invoices_as_of(partner, MONDAY, Which(), limit=None)
    [on_tuesday] = history.invoices_as_of(partner, TUESDAY, Which(), limit=None)

    assert (on_monday.is_disputed, on_tuesday.is_disputed) == (True, False)


def test_money_was_unidentified_until_it_was_assigned(partner: Partner, customer: Customer) -> None:
    with clock.told(at(MONDAY)):
        receipt = receipts.record(partner, None, payment("70.00"), by=None, reason="test")
    with clock.told(at(TUESDAY)):
        receipts.assign_customer(receipt, customer, by=None, reason="test")

    first, then = (history.money_as_of(partner, day)["CNY"] for day in (MONDAY, TUESDAY))

    assert (first.unidentified, first.credit) == (Decimal(70), Decimal(0))
    assert (then.unidentified, then.credit) == (Decimal(0), Decimal(70))


def test_reversed_receipt_counted_until_it_was_reversed(
    partner: Partner, customer: Customer
) -> None:
    with clock.told(at(MONDAY)):
        receipt = receipt_from(customer, "70.00")
    with clock.told(at(TUESDAY)):
        receipts.reverse_receipt(receipt, by=None, reason="test")

    assert history.money_as_of(partner, MONDAY)["CNY"].received == Decimal("70.00")
    assert history.money_as_of(partner, TUESDAY) == {}


def test_day_ends_at_midnight_of_the_partners_zone(partner: Partner, customer: Customer) -> None:
    with clock.told(at(MONDAY, 23)):
        issued_to(customer)
    with clock.told(at(TUESDAY, 0)):
        issued_to(customer)

    assert owed(partner, MONDAY)[0].total == Decimal("1060.00")


def test_other_partners_debts_are_not_counted(partner: Partner) -> None:
    invoiced(CustomerFactory.create(), due_on=MONDAY)

    assert owed(partner, TUESDAY) == []


def test_customers_are_listed_by_what_is_overdue(partner: Partner, customer: Customer) -> None:
    invoiced(customer, due_on=MONDAY - timedelta(days=100))
    invoiced(customer, due_on=TUESDAY + timedelta(days=1), net="100.00")
    other = CustomerFactory.create(partner=partner)
    invoiced(other, due_on=TUESDAY + timedelta(days=1), net="5000.00")

    first, second = history.customers_as_of(partner, TUESDAY, "CNY", limit=None)

    assert [first.customer_id, second.customer_id] == [customer.pk, other.pk]
    assert [first.total, first.overdue, second.overdue] == [1166, 1060, 0]
    assert first.amounts[receivables.OLDER] == Decimal(1060)
    assert first.amounts[receivables.NOT_DUE] == Decimal(106)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (Which(), {"late", "young"}),
        (Which(currency="USD"), set()),
        (Which(bucket="overdue"), {"late"}),
        (Which(bucket=receivables.NOT_DUE), {"young"}),
        (Which(bucket=receivables.DAYS_60), set()),
        (Which(customer_id=0), set()),
    ],
)
def test_invoices_behind_a_number_are_those_that_add_up_to_it(
    partner: Partner, customer: Customer, which: Which, expected: set[str]
) -> None:
    late = invoiced(customer, due_on=MONDAY)
    young = invoiced(customer, due_on=TUESDAY)
    names = {late.pk: "late", young.pk: "young"}

    found = history.invoices_as_of(partner, TUESDAY, which, limit=None)

    assert {names[row.invoice_id] for row in found} == expected


AMOUNTS = st.decimals(min_value="0.01", max_value="2500", places=2)
ZERO = Decimal(0)


def unused() -> ReceiptQuerySet:
    """Receipts that may be given to another customer, or divided."""
    return Receipt.objects.standing().filter(allocated=0)


def shown_now(partner: Partner, day: date) -> tuple[list[AgeingRow], dict[str, list[Decimal]]]:
    """The ageing of today, and per currency what the columns of standing receipts say."""
    rows = (
        Receipt.objects.of_partner(partner)
        .standing()
        .order_by()
        .values("currency")
        .annotate(
            received=Sum("amount"),
            used=Sum("allocated"),
            back=Sum("refunded"),
            credit=Sum("unallocated", filter=Q(customer__isnull=False), default=ZERO),
            nobodys=Sum("unallocated", filter=Q(customer=None), default=ZERO),
        )
    )
    money = {
        row["currency"]: [
            row["received"],
            row["used"],
            row["back"],
            row["credit"],
            row["nobodys"],
        ]
        for row in rows
    }
    return receivables.ageing(partner, day), money


def replayed(partner: Partner, day: date) -> tuple[list[AgeingRow], dict[str, list[Decimal]]]:
    """The same of any day, replayed."""
    money = {
        row.currency: [row.received, row.allocated, row.refunded, row.credit, row.unidentified]
        for row in history.money_as_of(partner, day).values()
    }
    return history.ageing_as_of(partner, day), money


class Days(RuleBasedStateMachine):
    """People act for some days; what each evening showed is compared at the end, to the cent."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.first = CustomerFactory.create()
        self.partner = self.first.partner
        self.customers = [self.first, CustomerFactory.create(partner=self.partner)]
        self.moment = at(MONDAY)
        self.evenings: dict[date, tuple[list[AgeingRow], dict[str, list[Decimal]]]] = {}

    def teardown(self) -> None:
        try:
            self._remember()
            self._compare()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def _compare(self) -> None:
        for day, shown in self.evenings.items():
            assert replayed(self.partner, day) == shown
        for first, last in [(MONDAY, self.moment.date()), *pairwise(self.evenings)]:
            sums = journal.sums(Period(self.partner, first, last))
            assert all(row.adds_up for row in sums)
        assert list(verifying.differences(self.partner)) == []

    def _remember(self) -> None:
        day = self.moment.date()
        with self.now():
            self.evenings[day] = shown_now(self.partner, day)

    def now(self) -> AbstractContextManager[None]:
        """Each act has its own second."""
        self.moment += timedelta(seconds=1)
        return clock.told(self.moment)

    def draw[M: models.Model](self, data: st.DataObject, found: QuerySet[M]) -> M:
        return data.draw(st.sampled_from(list(found.order_by("pk"))))

    @rule(days=st.integers(1, 40))
    def sleep(self, days: int) -> None:
        self.sleep_for(days)

    def sleep_for(self, days: int) -> None:
        self._remember()
        self.moment += timedelta(days=days)

    @rule(
        days=st.integers(-5, 45),
        net=st.integers(1, 2000),
        who=st.integers(0, 1),
        currency=st.sampled_from(["CNY", "USD"]),
    )
    def invoice(self, days: int, net: int, who: int, currency: str) -> None:
        with self.now():
            due_on = self.moment.date() + timedelta(days=days)
            issued_to(self.customers[who], f"{net}.00", currency, due_on=due_on)

    @precondition(lambda self: Invoice.objects.owed().exists())
    @rule(data=st.data(), days=st.integers(-40, 40))
    def move_due_date(self, data: st.DataObject, days: int) -> None:
        invoice = self.draw(data, Invoice.objects.owed())
        with self.now():
            invoice.due_on = self.moment.date() + timedelta(days=days)
            invoice.save(update_fields=["due_on"])
            remembering.due_date_moved(invoice, by=None)

    @rule(
        amount=AMOUNTS,
        who=st.integers(0, 2),
        back=st.integers(0, 9),
        currency=st.sampled_from(["CNY", "USD"]),
    )
    def pay(self, amount: Decimal, who: int, back: int, currency: str) -> None:
        day = self.moment.date() - timedelta(days=back)
        facts = payment(str(amount), received_on=day, currency=currency)
        owner = [*self.customers, None][who]
        with self.now():
            receipts.record(self.partner, owner, facts, by=None, reason="test")

    @precondition(lambda self: unused().exists())
    @rule(data=st.data(), who=st.integers(0, 1))
    def assign(self, data: st.DataObject, who: int) -> None:
        receipt = self.draw(data, unused())
        with self.now():
            receipts.assign_customer(receipt, self.customers[who], by=None, reason="test")

    @precondition(lambda self: unused().filter(amount__gt=1, refunded=0).exists())
    @rule(data=st.data(), first=st.integers(0, 2), second=st.integers(0, 2))
    def divide(self, data: st.DataObject, first: int, second: int) -> None:
        receipt = self.draw(data, unused().filter(amount__gt=1, refunded=0))
        owners = [*self.customers, None]
        parts = [
            splits.Part(owners[first], Decimal(1)),
            splits.Part(owners[second], receipt.amount - 1),
        ]
        with self.now():
            splits.split(receipt, parts, by=None, reason="test")

    @precondition(lambda self: Receipt.objects.filter(split_at__isnull=False).exists())
    @rule(data=st.data())
    def put_together(self, data: st.DataObject) -> None:
        receipt = self.draw(data, Receipt.objects.filter(split_at__isnull=False))
        refusals = (splits.PartsInUse, ledger.AlreadyReversed)
        with self.now(), suppress(*refusals), transaction.atomic():
            splits.undo(receipt, by=None, reason="test")

    @precondition(lambda self: Receipt.objects.with_credit().exists())
    @rule(data=st.data(), amount=AMOUNTS)
    def pay_back(self, data: st.DataObject, amount: Decimal) -> None:
        receipt = self.draw(data, Receipt.objects.with_credit())
        with self.now():
            paid = refunds.PayOut(
                amount=min(amount, receipt.unallocated),
                refunded_on=self.moment.date(),
                payee="test",
            )
            refunds.refund(receipt, paid, by=None, reason="test")

    @precondition(lambda self: Refund.objects.standing().exists())
    @rule(data=st.data())
    def take_refund_back(self, data: st.DataObject) -> None:
        row = self.draw(data, Refund.objects.standing())
        with self.now():
            refunds.reverse_refund(row, by=None, reason="test")

    @precondition(lambda self: Receipt.objects.from_bank().exists())
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        receipt = self.draw(data, Receipt.objects.from_bank())
        with self.now(), suppress(receipts.WasRefunded), transaction.atomic():
            receipts.reverse_receipt(receipt, by=None, reason="test")

    @precondition(lambda self: Allocation.objects.standing().exists())
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        row = self.draw(data, Allocation.objects.standing())
        with self.now():
            ledger.reverse_allocation(row, by=None, reason="test")

    @precondition(lambda self: Invoice.objects.owed().exists())
    @rule(
        data=st.data(),
        amount=AMOUNTS,
        reduce=st.sampled_from([ledger.credit, write_offs.write_off]),
    )
    def reduce(self, data: st.DataObject, amount: Decimal, reduce: type) -> None:
        invoice = self.draw(data, Invoice.objects.owed())
        with self.now():
            reduce(invoice, amount=min(amount, invoice.open_amount), by=None, reason="test")

    @rule(net=st.integers(1, 2000), who=st.integers(0, 1), waits=st.booleans())
    def credit_by_document(self, net: int, who: int, *, waits: bool) -> None:
        with self.now():
            note = draft_credit_of(self.customers[who], f"{net}.00")
        self.sleep_for(days=int(waits))
        with self.now():
            credit_notes.issue_credit_note(note, by=None, reason="test")

    @rule()
    def use_credit(self) -> None:
        with self.now():
            customers = [customer.pk for customer in self.customers]
            ledger.apply_credit(customers, self.moment.date(), by=None, reason="test")


def test_ageing_of_any_past_evening_is_what_it_showed_then() -> None:
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=10,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
