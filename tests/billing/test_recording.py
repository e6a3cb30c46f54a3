"""Many payments at once, as a bank statement brings them: once, in order, all or none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import lookalikes, receipts
from billing.models import Receipt
from partners.models import AuditEntry, Partner
from tests.factories.billing import payment, receipt_from
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


def test_record_unidentified_keeps_the_order_and_writes_the_trail(partner: Partner) -> None:
    payments = [payment(f"{number}.00", bank_serial=f"S{number}") for number in (3, 1, 2)]

    made = receipts.record_unidentified(partner, payments, by=None, reason="bank statement")

    assert [receipt.amount for receipt in made] == [3, 1, 2]
    assert Receipt.objects.unidentified().count() == 3
    assert AuditEntry.objects.filter(kind="receipt.recorded").count() == 3


def test_record_unidentified_asks_as_often_for_many_as_for_one(partner: Partner) -> None:
    payments = [payment() for _ in range(10)]

    with CaptureQueriesContext(connection) as one:
        receipts.record_unidentified(partner, payments[:1], by=None, reason="bank")
    with CaptureQueriesContext(connection) as many:
        receipts.record_unidentified(partner, payments[1:], by=None, reason="bank")

    assert len(many) == len(one)


def test_record_unidentified_again_gives_the_receipts_of_then(partner: Partner) -> None:
    payments = [payment("5.00"), payment("6.00")]
    first = receipts.record_unidentified(partner, payments, by=None, reason="bank")

    again = receipts.record_unidentified(partner, payments, by=None, reason="bank")

    assert again == first
    assert AuditEntry.objects.filter(kind="receipt.recorded").count() == 2


def test_record_unidentified_with_a_known_serial_records_nothing(partner: Partner) -> None:
    known = receipt_from(CustomerFactory.create(partner=partner), bank_serial="S1")
    payments = [payment("7.00"), payment("8.00", bank_serial="S1")]

    with pytest.raises(receipts.SameBankSerial) as refusal:
        receipts.record_unidentified(partner, payments, by=None, reason="bank")

    assert refusal.value.receipt == known
    assert list(Receipt.objects.all()) == [known]


def test_lookalikes_of_many_are_those_of_each(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    same = receipt_from(customer, "7.00", payer="李四")
    undone = receipt_from(customer, "9.00", bank_serial="S9")
    receipts.reverse_receipt(undone, by=None, reason="typing error")
    payments = [
        payment("7.00", payer="李四"),
        payment("7.01", payer="李四"),
        payment("9.00", bank_serial="S9", payer="王五"),
    ]

    found = lookalikes.of_many(partner, payments)

    assert found == [[same], [], [undone]]
    assert found == [lookalikes.of(partner, one) for one in payments]


def test_lookalikes_with_two_serials_are_two_payments(partner: Partner) -> None:
    receipt_from(CustomerFactory.create(partner=partner), "7.00", bank_serial="S1")

    found = lookalikes.of_many(partner, [payment("7.00", bank_serial="S2")])

    assert found == [[]]
