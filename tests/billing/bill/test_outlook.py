"""What the next due date needs, and which open invoices would bring it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing import disputes
from billing.bill import outlook
from billing.models import DisputeCode
from partners.models import Partner
from tests.billing.bill import make
from tests.factories.billing import issued_to, receipt_from
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
SOON = make.TODAY + timedelta(days=9)


def test_needed_fills_the_gap_from_open_invoices(partner: Partner) -> None:
    make.bill(partner, "1500", due_on=SOON)
    owing = issued_to(CustomerFactory.create(partner=partner), due_on=SOON)
    late = make.TODAY - timedelta(days=3)
    overdue = issued_to(CustomerFactory.create(partner=partner), due_on=late)
    [need] = outlook.needed(partner, make.TODAY)

    assert [filling.invoice_id for filling in need.gap.fillings] == [owing.pk, overdue.pk]
    assert need.due == need.gap.amount == Decimal(1500)
    assert not need.gap.missing


def test_needed_leaves_out_disputed_later_and_other_partners(partner: Partner) -> None:
    make.bill(partner, "1500", due_on=SOON)
    disputed = issued_to(CustomerFactory.create(partner=partner), due_on=SOON)
    disputes.dispute(disputed, DisputeCode.PRICE, "too dear", by=None, reason="phone")
    issued_to(CustomerFactory.create(partner=partner), due_on=SOON + timedelta(days=1))
    issued_to(CustomerFactory.create(), due_on=SOON)
    [need] = outlook.needed(partner, make.TODAY)

    assert need.gap.fillings == ()
    assert need.gap.missing == 1500


def test_needed_starts_from_credit_on_receipts(partner: Partner) -> None:
    make.bill(partner, "1500", due_on=SOON)
    receipt_from(CustomerFactory.create(partner=partner), "400.00")
    [need] = outlook.needed(partner, make.TODAY)
    assert (need.at_hand, need.gap.amount) == (Decimal(400), Decimal(1100))


def test_needed_keeps_currencies_apart(partner: Partner) -> None:
    make.bill(partner, "1500", due_on=SOON)
    make.bill(partner, "70", due_on=SOON, currency="USD", number="U1")
    issued_to(CustomerFactory.create(partner=partner), due_on=SOON, currency="USD")
    yuan, dollars = outlook.needed(partner, make.TODAY)

    assert (yuan.currency, yuan.gap.fillings) == ("CNY", ())
    assert (dollars.currency, dollars.gap.missing) == ("USD", Decimal(0))


def test_needed_counts_late_bills_and_unknown_totals(partner: Partner) -> None:
    make.bill(partner, "300", due_on=make.TODAY - timedelta(days=5), number="LATE")
    make.bill(partner, None, due_on=SOON)
    make.bill(partner, "9000", due_on=SOON + timedelta(days=30), number="NEXT")
    [need] = outlook.needed(partner, make.TODAY)

    assert (need.due_on, need.due, need.has_unknown) == (SOON, Decimal(300), True)


def test_days_line_up_bills_and_arrears(partner: Partner) -> None:
    make.bill(partner, "1500", due_on=SOON)
    issued_to(CustomerFactory.create(partner=partner), due_on=make.TODAY - timedelta(days=3))
    issued_to(CustomerFactory.create(partner=partner), due_on=SOON)
    days = outlook.days(partner, "CNY", make.TODAY)

    assert [(day.on, day.we_pay, day.expected, day.overdue) for day in days] == [
        (make.TODAY, Decimal(0), Decimal(0), Decimal(1060)),
        (SOON, Decimal(1500), Decimal(1060), Decimal(1060)),
    ]


def test_nothing_is_needed_when_all_is_paid(partner: Partner) -> None:
    make.paid((make.bill(partner, "5"), "5"))
    assert outlook.needed(partner, make.TODAY) == []
