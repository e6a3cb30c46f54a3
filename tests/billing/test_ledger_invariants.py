"""Whatever people do, in whatever order, no money appears or vanishes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing import credit_notes, ledger, receipts, rules
from billing.models import (
    Allocation,
    AllocationRule,
    CreditNote,
    CreditUse,
    Invoice,
    Receipt,
    WriteOff,
)
from partners import clock
from tests.factories.billing import draft_credit_of, overdue_for, receipt_from
from tests.factories.customers import CustomerFactory

AMOUNTS = st.decimals(min_value="0.01", max_value="2500", places=2)
ZERO = Decimal(0)


def total(queryset: object, column: str) -> Decimal:
    found: Decimal | None = queryset.aggregate(sum=Sum(column))["sum"]  # type: ignore[attr-defined]  # any queryset
    return found or ZERO


class Ledger(RuleBasedStateMachine):
    """One customer, any number of invoices and receipts, and everything people do to them."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.customer = CustomerFactory.create()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(days=st.integers(-5, 5), net=st.integers(1, 2000))
    def invoice(self, days: int, net: int) -> None:
        overdue_for(self.customer, days=days, net=f"{net}.00")

    @rule(amount=AMOUNTS)
    def pay(self, amount: Decimal) -> None:
        receipt_from(self.customer, str(amount))

    @precondition(lambda self: Receipt.objects.standing().exists())
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        standing = list(Receipt.objects.standing().order_by("pk"))
        receipts.reverse_receipt(data.draw(st.sampled_from(standing)), by=None, reason="test")

    @precondition(lambda self: Allocation.objects.standing().exists())
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        standing = list(Allocation.objects.standing().order_by("pk"))
        ledger.reverse_allocation(data.draw(st.sampled_from(standing)), by=None, reason="test")

    @precondition(
        lambda self: Invoice.objects.owed().exists() and Receipt.objects.with_credit().exists()
    )
    @rule(data=st.data(), amount=AMOUNTS)
    def allocate(self, data: st.DataObject, amount: Decimal) -> None:
        receipt = data.draw(st.sampled_from(list(Receipt.objects.with_credit().order_by("pk"))))
        invoice = data.draw(st.sampled_from(list(Invoice.objects.owed().order_by("pk"))))
        part = min(amount, receipt.unallocated, invoice.open_amount)
        share = rules.Share(invoice.pk, part, AllocationRule.BY_HAND)
        ledger.allocate(receipt, [share], by=None, reason="test")

    @precondition(lambda self: Invoice.objects.owed().exists())
    @rule(data=st.data(), amount=AMOUNTS, reduce=st.sampled_from([ledger.credit, ledger.write_off]))
    def reduce(self, data: st.DataObject, amount: Decimal, reduce: type) -> None:
        invoice = data.draw(st.sampled_from(list(Invoice.objects.owed().order_by("pk"))))
        part = min(amount, invoice.open_amount)
        reduce(invoice, amount=part, by=None, reason="test")

    @rule(net=st.integers(1, 2000), is_by_rule=st.booleans())
    def credit_by_document(self, net: int, *, is_by_rule: bool) -> None:
        note = draft_credit_of(self.customer, f"{net}.00")
        lower = None if is_by_rule else list(Invoice.objects.owed().order_by("-pk")[:1])
        credit_notes.issue_credit_note(note, lower=lower, by=None, reason="test")

    @rule(days=st.integers(0, 5))
    def use_credit(self, days: int) -> None:
        today = clock.business_date(self.customer.partner) + timedelta(days=days)
        ledger.apply_credit([self.customer.pk], today, by=None, reason="test")

    @invariant()
    def receipts_are_allocations_credit_and_reversals(self) -> None:
        standing = total(Receipt.objects.standing(), "amount")
        used = total(Allocation.objects.standing(), "amount")
        assert standing == used + total(Receipt.objects.all(), "unallocated")
        assert used == total(Receipt.objects.all(), "allocated")

    @invariant()
    def invoices_are_what_settled_them_and_what_is_open(self) -> None:
        assert total(Invoice.objects.all(), "allocated") == total(
            Allocation.objects.standing(), "amount"
        )
        assert total(Invoice.objects.all(), "credited") == total(CreditUse.objects.all(), "amount")
        assert total(Invoice.objects.all(), "written_off") == total(
            WriteOff.objects.all(), "amount"
        )

    @invariant()
    def credit_notes_are_what_they_lowered_and_what_is_left(self) -> None:
        issued = total(CreditNote.objects.issued(), "amount")
        used = total(CreditUse.objects.all(), "amount")
        assert issued == used + total(CreditNote.objects.all(), "left")
        assert used == total(CreditNote.objects.all(), "used")

    @invariant()
    def nothing_is_negative(self) -> None:
        assert not Invoice.objects.filter(open_amount__lt=0).exists()
        assert not Receipt.objects.filter(unallocated__lt=0).exists()
        assert not CreditNote.objects.filter(left__lt=0).exists()


@pytest.mark.django_db
def test_no_money_appears_or_vanishes() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
