"""Whatever people do, in whatever order, no money appears or vanishes."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing import credit_notes, ledger, receipts, refunds, rules, splits, write_offs
from billing.models import (
    Allocation,
    AllocationRule,
    CreditNote,
    CreditUse,
    Invoice,
    Receipt,
    Refund,
    WriteOff,
    WriteOffReversal,
)
from customers.models import Customer
from partners import clock
from tests.factories.billing import draft_credit_of, overdue_for, payment
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
        self.other = CustomerFactory.create(partner=self.customer.partner)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def _somebody(self, data: st.DataObject) -> Customer:
        return data.draw(st.sampled_from([self.customer, self.other]))

    def _anybody(self, data: st.DataObject) -> Customer | None:
        return data.draw(st.sampled_from([self.customer, self.other, None]))

    @rule(data=st.data(), days=st.integers(-5, 5), net=st.integers(1, 2000))
    def invoice(self, data: st.DataObject, days: int, net: int) -> None:
        overdue_for(self._somebody(data), days=days, net=f"{net}.00")

    def _usable(self) -> list[Receipt]:
        mine = Receipt.objects.with_credit().filter(customer=self.customer)
        return list(mine.order_by("pk"))

    def _owed(self) -> list[Invoice]:
        return list(Invoice.objects.owed().filter(customer=self.customer).order_by("pk"))

    @rule(data=st.data(), amount=AMOUNTS)
    def receive(self, data: st.DataObject, amount: Decimal) -> None:
        partner, customer = self.customer.partner, self._anybody(data)
        receipts.record(partner, customer, payment(str(amount)), by=None, reason="test")

    @precondition(lambda self: Receipt.objects.from_bank().exists())
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        standing = list(Receipt.objects.from_bank().order_by("pk"))
        with suppress(receipts.WasRefunded):
            receipts.reverse_receipt(data.draw(st.sampled_from(standing)), by=None, reason="test")

    @precondition(lambda self: Receipt.objects.standing().exists())
    @rule(data=st.data())
    def reassign(self, data: st.DataObject) -> None:
        receipt = data.draw(st.sampled_from(list(Receipt.objects.standing().order_by("pk"))))
        with suppress(receipts.AlreadyAssigned):
            receipts.reassign(receipt, self._anybody(data), by=None, reason="test")

    @precondition(lambda self: Receipt.objects.standing().filter(amount__gt=1).exists())
    @rule(data=st.data(), share=st.integers(1, 99))
    def split(self, data: st.DataObject, share: int) -> None:
        whole = list(Receipt.objects.standing().filter(amount__gt=1).order_by("pk"))
        receipt = data.draw(st.sampled_from(whole))
        first = rules.cents(receipt.amount * share / 100)
        parts = [
            splits.Part(self._anybody(data), first),
            splits.Part(self._anybody(data), receipt.amount - first),
        ]
        with suppress(receipts.WasRefunded):
            splits.split(receipt, parts, by=None, reason="test")

    @precondition(lambda self: Receipt.objects.filter(split_at__isnull=False).exists())
    @rule(data=st.data())
    def undo_split(self, data: st.DataObject) -> None:
        divided = list(Receipt.objects.filter(split_at__isnull=False).order_by("pk"))
        with suppress(splits.PartsInUse, ledger.AlreadyReversed):
            splits.undo(data.draw(st.sampled_from(divided)), by=None, reason="test")

    @precondition(lambda self: Receipt.objects.with_credit().exists())
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: st.DataObject, amount: Decimal) -> None:
        receipt = data.draw(st.sampled_from(list(Receipt.objects.with_credit().order_by("pk"))))
        paid = refunds.PayOut(
            amount=min(amount, receipt.unallocated), refunded_on=receipt.received_on, payee="test"
        )
        refunds.refund(receipt, paid, by=None, reason="test")

    @precondition(lambda self: Refund.objects.standing().exists())
    @rule(data=st.data())
    def reverse_refund(self, data: st.DataObject) -> None:
        standing = list(Refund.objects.standing().order_by("pk"))
        refunds.reverse_refund(data.draw(st.sampled_from(standing)), by=None, reason="test")

    @precondition(lambda self: Allocation.objects.standing().exists())
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        standing = list(Allocation.objects.standing().order_by("pk"))
        ledger.reverse_allocation(data.draw(st.sampled_from(standing)), by=None, reason="test")

    @precondition(lambda self: self._usable() and self._owed())
    @rule(data=st.data(), amount=AMOUNTS)
    def allocate(self, data: st.DataObject, amount: Decimal) -> None:
        receipt = data.draw(st.sampled_from(self._usable()))
        invoice = data.draw(st.sampled_from(self._owed()))
        part = min(amount, receipt.unallocated, invoice.open_amount)
        share = rules.Share(invoice.pk, part, AllocationRule.BY_HAND)
        ledger.allocate(receipt, [share], by=None, reason="test")

    @precondition(lambda self: Invoice.objects.owed().exists())
    @rule(
        data=st.data(),
        amount=AMOUNTS,
        reduce=st.sampled_from([ledger.credit, write_offs.write_off]),
    )
    def reduce(self, data: st.DataObject, amount: Decimal, reduce: type) -> None:
        invoice = data.draw(st.sampled_from(list(Invoice.objects.owed().order_by("pk"))))
        part = min(amount, invoice.open_amount)
        reduce(invoice, amount=part, by=None, reason="test")

    @rule(net=st.integers(1, 2000), is_by_rule=st.booleans())
    def credit_by_document(self, net: int, *, is_by_rule: bool) -> None:
        note = draft_credit_of(self.customer, f"{net}.00")
        lower = None if is_by_rule else self._owed()[-1:]
        credit_notes.issue_credit_note(note, lower=lower, by=None, reason="test")

    @rule(days=st.integers(0, 5))
    def use_credit(self, days: int) -> None:
        today = clock.business_date(self.customer.partner) + timedelta(days=days)
        ledger.apply_credit([self.customer.pk, self.other.pk], today, by=None, reason="test")

    @precondition(lambda self: WriteOff.objects.exists())
    @rule(data=st.data(), amount=AMOUNTS)
    def take_write_off_back(self, data: st.DataObject, amount: Decimal) -> None:
        row = data.draw(st.sampled_from(list(WriteOff.objects.order_by("pk"))))
        part = min(amount, write_offs.left_of(row))
        if part:
            write_offs.reverse(row, amount=part, by=None, reason="test")

    @invariant()
    def receipts_are_allocations_credit_unidentified_and_refunds(self) -> None:
        standing = total(Receipt.objects.standing(), "amount")
        used = total(Allocation.objects.standing(), "amount")
        back = total(Refund.objects.standing(), "amount")
        waiting = total(Receipt.objects.unidentified(), "unallocated")
        credit = total(Receipt.objects.with_credit().filter(customer__isnull=False), "unallocated")
        assert standing == used + credit + waiting + back
        assert used == total(Receipt.objects.all(), "allocated")
        assert back == total(Receipt.objects.all(), "refunded")

    @invariant()
    def divided_payments_are_their_parts(self) -> None:
        assert total(Receipt.objects.from_bank(), "amount") == total(
            Receipt.objects.standing(), "amount"
        )

    @invariant()
    def money_settles_only_its_customers_invoices(self) -> None:
        foreign = Allocation.objects.standing().exclude(receipt__customer=F("invoice__customer"))
        assert not foreign.exists()

    @invariant()
    def invoices_are_what_settled_them_and_what_is_open(self) -> None:
        assert total(Invoice.objects.all(), "allocated") == total(
            Allocation.objects.standing(), "amount"
        )
        assert total(Invoice.objects.all(), "credited") == total(CreditUse.objects.all(), "amount")
        given_up = total(WriteOff.objects.all(), "amount")
        taken_back = total(WriteOffReversal.objects.all(), "amount")
        assert total(Invoice.objects.all(), "written_off") == given_up - taken_back

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


@pytest.mark.long
@pytest.mark.django_db
def test_no_money_appears_or_vanishes() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
