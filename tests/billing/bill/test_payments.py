"""What we paid to 21Vianet: parts, balances, reversing, and what 21Vianet shows."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.bill import payments
from billing.models import PartnerPayment
from partners.models import AuditEntry, Partner
from tests.billing.bill import make
from tests.factories.partners import PartnerFactory, billing_admin

pytestmark = pytest.mark.django_db


def test_record_pays_several_invoices_in_part(partner: Partner) -> None:
    first, second = make.bill(partner, "100"), make.bill(partner, "200", number="E2")
    make.paid((first, "100"), (second, "50.50"))

    assert (first.balance, first.is_unpaid) == (0, False)
    assert (second.balance, second.is_unpaid) == (Decimal("149.50"), True)


def test_record_names_what_was_paid_too_much(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    make.paid((bill, "130"))
    assert bill.overpaid == 30


def test_record_sets_a_credit_off(partner: Partner) -> None:
    bill, credit = make.bill(partner, "100"), make.bill(partner, "-40", number="C1")
    row = make.paid((bill, "100"), (credit, "-40"))

    assert row.amount == 60
    assert (bill.balance, credit.balance) == (0, 0)


def test_record_sets_off_without_moving_money(partner: Partner) -> None:
    bill, credit = make.bill(partner, "40"), make.bill(partner, "-40", number="C1")
    assert make.paid((bill, "40"), (credit, "-40")).amount == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": Decimal(99)},
        {"currency": "USD"},
        {"parts": (), "amount": Decimal(0)},
    ],
    ids=["does not add up", "another currency", "for nothing"],
)
def test_record_refuses_wrong_parts(partner: Partner, facts: dict[str, object]) -> None:
    bill = make.bill(partner, "100")
    with pytest.raises(payments.WrongParts):
        make.paid((bill, "100"), **facts)  # type: ignore[arg-type]  # from keyword facts
    assert not PartnerPayment.objects.exists()


def test_record_refuses_more_than_the_credit(partner: Partner) -> None:
    bill, credit = make.bill(partner, "100"), make.bill(partner, "-40", number="C1")
    with pytest.raises(payments.WrongParts):
        make.paid((bill, "100"), (credit, "-41"))


def test_record_refuses_an_invoice_of_another_partner(partner: Partner) -> None:
    other = make.bill(PartnerFactory.create(), "100")
    with pytest.raises(payments.WrongParts):
        payments.record(partner, make.payment((other, "100")), by=None, reason="x")


def test_record_refuses_what_another_person_paid_meanwhile(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    late = make.payment((bill, "100"))
    make.paid((bill, "100"))

    with pytest.raises(payments.BillsChanged):
        payments.record(partner, late, by=None, reason="x")


def test_record_of_the_same_form_is_one_payment(partner: Partner) -> None:
    payment = make.payment((make.bill(partner, "100"), "100"))
    first = payments.record(partner, payment, by=None, reason="x")

    assert payments.record(partner, payment, by=None, reason="x") == first
    assert PartnerPayment.objects.count() == 1


def test_record_takes_a_serial_once_per_account(partner: Partner) -> None:
    first, second = make.bill(partner, "100"), make.bill(partner, "100", number="E2")
    make.paid((first, "100"), bank_account="A", bank_serial="S1")
    make.paid((second, "50"), bank_account="B", bank_serial="S1")

    with pytest.raises(payments.SameSerial):
        make.paid((second, "50"), bank_account="A", bank_serial="S1")


def test_lookalikes_are_the_same_day_and_amount_without_serial(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    row = make.paid((bill, "50"))

    again = make.payment((bill, "50"))
    assert payments.lookalikes(partner, again) == [row]
    assert payments.lookalikes(partner, make.payment((bill, "49"))) == []


def test_reverse_opens_the_invoices_again(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    row = make.paid((bill, "100"), bank_serial="S1")
    payments.reverse(row, by=billing_admin(partner), reason="bounced")
    bill.refresh_from_db()

    assert bill.balance == 100
    assert make.paid((bill, "100"), bank_serial="S1").bank_serial == "S1"


def test_reverse_twice_is_refused(partner: Partner) -> None:
    row, clerk = make.paid((make.bill(partner), "1")), billing_admin(partner)
    payments.reverse(row, by=clerk, reason="bounced")

    with pytest.raises(payments.AlreadyReversed):
        payments.reverse(row, by=clerk, reason="bounced")


def test_mark_seen_and_take_it_back(partner: Partner) -> None:
    row, clerk = make.paid((make.bill(partner), "1")), billing_admin(partner)
    seen = payments.mark_seen(row, make.TODAY, by=clerk, reason="read")
    assert (seen.seen_on, seen.seen_by) == (make.TODAY, clerk)

    back = payments.take_seen_back(row, by=clerk, reason="wrong line")
    assert (back.seen_on, back.seen_by) == (None, None)


def test_mark_seen_twice_is_refused(partner: Partner) -> None:
    row = make.paid((make.bill(partner), "1"))
    payments.mark_seen(row, make.TODAY, by=None, reason="read")

    with pytest.raises(payments.AlreadySeen):
        payments.mark_seen(row, make.TODAY, by=None, reason="read")


@pytest.mark.parametrize("days", [-1, 1])
def test_mark_seen_before_paid_or_tomorrow_is_refused(partner: Partner, days: int) -> None:
    row = make.paid((make.bill(partner), "1"))
    with pytest.raises(payments.SeenTooEarly):
        payments.mark_seen(row, make.TODAY + timedelta(days=days), by=None, reason="x")


def test_each_write_leaves_its_entry(partner: Partner) -> None:
    row, clerk = make.paid((make.bill(partner), "1")), billing_admin(partner)
    payments.mark_seen(row, make.TODAY, by=clerk, reason="read")
    payments.take_seen_back(row, by=clerk, reason="wrong line")
    payments.reverse(row, by=clerk, reason="bounced")

    entries = AuditEntry.objects.filter(subject_kind="billing.partnerpayment").order_by("id")
    assert [entry.kind.removeprefix("partner_payment.") for entry in entries] == [
        "recorded", "seen", "not_seen", "reversed",
    ]  # fmt: skip


def test_record_without_its_entry_pays_nothing(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = make.bill(partner, "100")
    monkeypatch.setattr("partners.audit._entry", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        make.paid((bill, "100"))
    bill.refresh_from_db()
    assert bill.paid == 0
    assert not PartnerPayment.objects.exists()


def test_an_unknown_invoice_is_refused(partner: Partner) -> None:
    bill = make.bill(partner)
    payment = make.payment((bill, "1"))
    part = payments.Part(invoice_id=bill.pk + 1, amount=Decimal(1), shown_balance=None)

    with pytest.raises(payments.WrongParts):
        payments.record(
            partner,
            make.payment((bill, "1"), parts=(part,), entry_token=uuid4()),
            by=None,
            reason=payment.remark,
        )
