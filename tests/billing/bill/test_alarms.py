"""The alarms before a bill of 21Vianet is due: when they ring, and who has seen them."""

from datetime import date, timedelta

import pytest

from billing.bill import alarms, rules, services
from billing.bill.alarms import RingsNoMore
from billing.bill.presenting import alarm_words
from billing.bill.services import NothingToDo
from partners.models import AuditEntry, Partner
from tests.billing.bill import make
from tests.factories.partners import billing_admin

pytestmark = pytest.mark.django_db
TEN_BEFORE = date(2026, 11, 3)
"""Ten working days after the day on which these tests play."""


@pytest.mark.parametrize(
    ("due_on", "rung"),
    [
        (TEN_BEFORE + timedelta(days=1), []),
        (TEN_BEFORE, [10]),
        (date(2026, 10, 27), [5]),
        (date(2026, 10, 22), [2]),
        (make.TODAY, [2]),
        (make.TODAY - timedelta(days=1), [rules.LATE]),
    ],
)
def test_ringing_counts_working_days(partner: Partner, due_on: date, rung: list[int]) -> None:
    make.bill(partner, due_on=due_on)
    found = alarms.ringing(partner, make.TODAY)
    assert [alarm.working_days for alarm in found] == rung


def test_ringing_is_silent_once_paid(partner: Partner) -> None:
    bill = make.bill(partner, "100", due_on=make.TODAY)
    make.paid((bill, "100"))
    assert alarms.ringing(partner, make.TODAY) == []


@pytest.mark.parametrize(("total", "rings"), [(None, True), ("-5", False), ("0", False)])
def test_ringing_without_a_typed_total_but_not_for_credits(
    partner: Partner, total: str | None, rings: bool
) -> None:
    make.bill(partner, total, due_on=make.TODAY)
    assert bool(alarms.ringing(partner, make.TODAY)) is rings


def test_an_unconfirmed_year_is_said(partner: Partner) -> None:
    today, due_on = date(2035, 1, 10), date(2035, 1, 12)
    make.bill(partner, due_on=due_on)
    [alarm] = alarms.ringing(partner, today)

    assert not alarm.is_sure
    assert "nobody has confirmed" in alarm_words(alarm)


def test_acknowledge_silences_this_alarm_only(partner: Partner) -> None:
    bill = make.bill(partner, due_on=TEN_BEFORE)
    alarms.acknowledge(bill, 10, by=billing_admin(partner), reason="money is there")

    [now] = alarms.ringing(partner, make.TODAY)
    [later] = alarms.ringing(partner, TEN_BEFORE - timedelta(days=2))
    assert not now.needs_person
    assert (later.working_days, later.needs_person) == (2, True)
    assert AuditEntry.objects.filter(kind="partner_invoice.alarm_seen").count() == 1


def test_acknowledge_twice_is_told(partner: Partner) -> None:
    bill, clerk = make.bill(partner, due_on=TEN_BEFORE), billing_admin(partner)
    alarms.acknowledge(bill, 10, by=clerk, reason="x")
    with pytest.raises(NothingToDo):
        alarms.acknowledge(bill, 10, by=clerk, reason="x")


@pytest.mark.parametrize(
    ("due_on", "working_days"),
    [(TEN_BEFORE, 5), (make.TODAY - timedelta(days=1), rules.LATE), (date(2026, 12, 30), 10)],
    ids=["another one rings", "being late is not done by looking", "none rings yet"],
)
def test_acknowledge_what_does_not_ring_is_refused(
    partner: Partner, due_on: date, working_days: int
) -> None:
    bill = make.bill(partner, due_on=due_on)
    with pytest.raises(RingsNoMore):
        alarms.acknowledge(bill, working_days, by=billing_admin(partner), reason="x")


def test_a_corrected_due_date_rings_again(partner: Partner) -> None:
    bill = make.bill(partner, due_on=TEN_BEFORE)
    alarms.acknowledge(bill, 10, by=billing_admin(partner), reason="x")
    facts = services.InvoiceFacts(
        number=bill.number,
        issued_on=bill.issued_on - timedelta(days=1),
        currency="CNY",
        total=bill.total,
    )
    shown = services.fingerprint(bill)
    services.correct(bill, facts, shown=shown, by=None, reason="misread")

    [alarm] = alarms.ringing(partner, make.TODAY)
    assert alarm.needs_person


def test_a_disputed_bill_rings_all_the_same(partner: Partner) -> None:
    bill = make.bill(partner, due_on=make.TODAY)
    services.dispute(bill, reference="#7", by=billing_admin(partner), reason="seats")
    [alarm] = alarms.ringing(partner, make.TODAY)
    assert "disputed with 21Vianet, and due all the same" in alarm_words(alarm)
