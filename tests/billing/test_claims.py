"""“We have paid”: what it covers, how it ends, and that nobody says it twice."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from billing import claims, lifecycle, receipts, rules
from billing.claims import AlreadyReceived, SameSlip, Slip
from billing.ledger import WrongInvoice
from billing.models import ClaimStatus, RemittanceClaim
from collections_policy import judging, readiness
from collections_policy.gate import Requirement
from customers.models import Customer
from partners import clock
from partners.models import AuditEntry, Partner
from tests.factories.billing import issued_to, overdue_for, payment, receipt_from
from tests.factories.customers import CustomerFactory

D = Decimal
TODAY = date(2026, 3, 20)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


def slip(amount: str = "1060.00", **facts: object) -> Slip:
    given: dict[str, object] = {
        "amount": D(amount),
        "currency": "CNY",
        "paid_on": clock.now().date() - timedelta(days=1),
        **facts,
    }
    return Slip(**given)  # type: ignore[arg-type]  # the facts are Slip's own


def claimed(customer: Customer, amount: str = "1060.00", **facts: object) -> RemittanceClaim:
    return claims.open_claim(customer, slip(amount, **facts), by=None, reason="phone")


def expired(claim: RemittanceClaim) -> RemittanceClaim:
    past = clock.now() - timedelta(minutes=1)
    RemittanceClaim.objects.filter(pk=claim.pk).update(expires_at=past)
    claims.expire_due()
    claim.refresh_from_db()
    return claim


def claim_of(
    pk: int, amount: str = "100", serial: str = "", day: int = 10, *, is_open: bool = True
) -> rules.Claimed:
    return rules.Claimed(pk, D(amount), serial, date(2026, 3, day), is_open=is_open)


@pytest.mark.parametrize(
    ("serial", "known", "expected"),
    [
        pytest.param("", [], None, id="none"),
        pytest.param("", [claim_of(1, "99.99")], None, id="another amount"),
        pytest.param("", [claim_of(1, day=21)], None, id="paid after it came in"),
        pytest.param("", [claim_of(1, day=20)], 1, id="paid today"),
        pytest.param("", [claim_of(2, day=12), claim_of(1, day=11)], 1, id="oldest first"),
        pytest.param("", [claim_of(1, is_open=False), claim_of(2)], 2, id="open before expired"),
        pytest.param("s-１", [claim_of(1), claim_of(2, "5", "S-1")], 2, id="serial before amount"),
    ],
)
def test_claim_matched_by(serial: str, known: list[rules.Claimed], expected: int | None) -> None:
    assert rules.claim_matched_by(D(100), serial, TODAY, known) == expected


@pytest.mark.parametrize(("days", "expected"), [(31, 1), (32, None)])
def test_expired_claim_is_matched_for_a_month(days: int, expected: int | None) -> None:
    known = claim_of(1, day=1, is_open=False)

    found = rules.claim_matched_by(D(100), "", known.paid_on + timedelta(days=days), [known])

    assert found == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before, after in product(ClaimStatus, ClaimStatus)
        if after not in lifecycle.CLAIM_TRANSITIONS[before]
    ],
)
def test_steps_outside_the_table_are_refused(
    customer: Customer, before: ClaimStatus, after: ClaimStatus
) -> None:
    claim = claimed(customer)
    claim.status = before

    with transaction.atomic():
        Customer.objects.lock([customer.pk])
        with pytest.raises(lifecycle.InvalidTransition):
            lifecycle.move_claim(claim, after, by=None, reason="test")


def test_open_claim_expires_after_the_partners_working_hours(customer: Customer) -> None:
    claim = claimed(customer)

    assert claim.expires_at == claims.expires_at(customer.partner, claim.opened_at)
    assert AuditEntry.objects.get(kind="claim.opened").after["amount"] == "1060.00"


def test_same_form_twice_records_one_claim(customer: Customer) -> None:
    form = slip()

    first = claims.open_claim(customer, form, by=None, reason="phone")
    again = claims.open_claim(customer, form, by=None, reason="phone")

    assert first == again


@pytest.mark.parametrize(
    ("first", "again"),
    [({"bank_serial": "s-1"}, {"bank_serial": "Ｓ-1 "}), ({"digest": "a"}, {"digest": "a"})],
    ids=["serial number", "file"],
)
def test_same_slip_twice_is_refused_with_the_first_one(
    customer: Customer, first: dict[str, str], again: dict[str, str]
) -> None:
    known = expired(claimed(customer, **first))

    with pytest.raises(SameSlip) as refusal:
        claimed(customer, **again)

    assert refusal.value.claim == known


def test_slip_recorded_by_mistake_may_be_recorded_again(customer: Customer) -> None:
    claims.withdraw(claimed(customer, bank_serial="s-1"), by=None, reason="typing mistake")

    assert claimed(customer, bank_serial="s-1").is_open


def test_money_that_came_in_is_not_claimed(customer: Customer) -> None:
    receipt = receipt_from(customer, bank_serial="S-1")

    with pytest.raises(AlreadyReceived) as refusal:
        claimed(customer, bank_serial="S-1")

    assert refusal.value.receipt == receipt


def test_claim_names_only_invoices_of_its_customer(customer: Customer) -> None:
    theirs = issued_to(CustomerFactory.create(partner=customer.partner))

    with pytest.raises(WrongInvoice):
        claimed(customer, invoice_ids=[theirs.pk])


def test_receipt_makes_the_claim_true_by_itself(customer: Customer) -> None:
    claim = claimed(customer)

    receipt = receipt_from(customer)

    claim.refresh_from_db()
    assert (claim.status, claim.receipt) == (ClaimStatus.MATCHED, receipt)


def test_receipt_assigned_later_makes_the_claim_true(customer: Customer) -> None:
    claim = claimed(customer)
    receipt = receipts.record(customer.partner, None, payment(), by=None, reason="bank")

    receipts.assign_customer(receipt, customer, by=None, reason="payer")

    claim.refresh_from_db()
    assert claim.status == ClaimStatus.MATCHED


def test_reversed_receipt_opens_the_claim_again(customer: Customer) -> None:
    claim = claimed(customer)
    receipt = receipt_from(customer)

    receipts.reverse_receipt(receipt, by=None, reason="bounced")

    claim.refresh_from_db()
    assert (claim.status, claim.receipt) == (ClaimStatus.OPEN, None)


def test_expire_due_ends_a_claim_once(customer: Customer) -> None:
    claim = expired(claimed(customer))

    assert claim.status == ClaimStatus.EXPIRED
    assert claims.expire_due() == 0
    customer.refresh_from_db()
    assert not customer.is_judged


def test_record_counts_what_came_true(customer: Customer) -> None:
    expired(claimed(customer, "5.00"))
    claimed(customer)
    receipt_from(customer)
    claims.withdraw(claimed(customer, "7.00"), by=None, reason="mistake")

    assert claims.record_of(customer) == claims.Record(made=2, came_in=1, expired=1)


def test_in_transit_covers_only_what_is_overdue_of_the_invoices_named(
    customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    named, _other = overdue_for(customer, days=3, net="100.00"), overdue_for(customer, days=9)
    claimed(customer, "5000.00", invoice_ids=[named.pk])

    today = clock.business_date(customer.partner)

    with django_assert_num_queries(2):
        found = claims.in_transit([customer.pk], today)

    assert found[customer.pk, "CNY"].amount == D("106.00")


@pytest.mark.parametrize(("amount", "is_held"), [("1059.99", False), ("1060.00", True)])
def test_gate_waits_for_money_that_covers_the_debt(
    customer: Customer,
    amount: str,
    is_held: bool,
) -> None:
    overdue_for(customer, days=30)
    claimed(customer, amount)

    [result] = readiness.of_customer(customer).values()

    assert (Requirement.NOT_IN_TRANSIT in result.missing) is is_held


def test_claim_and_its_end_are_judged(customer: Customer) -> None:
    judging.judge_pending()
    claim = claimed(customer)
    judging.judge_pending()

    claims.withdraw(claim, by=None, reason="mistake")

    assert judging.judge_pending() == 1
