"""Drafts beside the month before: what is compared with what."""

from decimal import Decimal

import pytest

from billing import credit_notes, review
from billing.models import CreditNote, Invoice
from billing.review import Reviewed
from partners.models import Partner
from tests.billing.files.months import OCTOBER, SEPTEMBER, customer, file_of, issued_in_september
from tests.factories.billing import charge_of, draft_of
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
D = Decimal


def reviewed(partner: Partner) -> dict[str, Reviewed]:
    """Every draft's comparison by customer, biggest change first."""
    before = review.bills_before(partner)
    drafts = Invoice.objects.of_partner(partner).drafts().select_related("customer", "source_file")
    found = review.with_change(drafts, before).order_by(*review.BIGGEST_CHANGE_FIRST)
    rows = review.reviewed(list(found), before, with_seats=True)
    return {row.draft.customer.company: row for row in rows}


def test_compare_finds_difference_in_money_per_cent_and_seats(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10))
    file_of(partner, OCTOBER, customer("a", E3=13))

    row = reviewed(partner)["a公司"]

    assert (row.before, row.change, row.percent) == (D("1060.00"), D("318.00"), D(30))
    assert (row.seats_before, row.seats) == (D(10), D(13))


def test_compare_names_new_and_vanished_subscriptions(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10, Visio=2))
    file_of(partner, OCTOBER, customer("a", E3=10, Project=1))

    row = reviewed(partner)["a公司"]

    assert [one.pc_id for one in row.new] == ["a-Project"]
    assert [one.pc_id for one in row.vanished] == ["a-Visio"]


def test_compare_puts_the_biggest_change_first(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10), customer("b", E3=10))
    file_of(partner, OCTOBER, customer("a", E3=11), customer("b", E3=5), customer("c", E3=2))

    assert list(reviewed(partner)) == ["b公司", "c公司", "a公司"]


def test_compare_of_a_customer_without_a_month_before_has_no_per_cent(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10))
    file_of(partner, OCTOBER, customer("b", E3=1))

    row = reviewed(partner)["b公司"]

    assert (row.before, row.percent, row.is_much) == (D(0), None, True)


def test_compare_of_the_first_file_has_nothing_before(partner: Partner) -> None:
    file_of(partner, OCTOBER, customer("a", E3=10))

    row = reviewed(partner)["a公司"]

    assert (row.before, row.change, row.new, row.is_much) == (None, None, [], False)


def test_compare_leaves_out_a_month_that_was_not_issued(partner: Partner) -> None:
    september = file_of(partner, SEPTEMBER, customer("a", E3=10))
    file_of(partner, OCTOBER, customer("a", E3=10))
    before = review.bills_before(partner)
    october = Invoice.objects.of_partner(partner).exclude(source_file=september)

    [row] = review.reviewed(list(review.with_change(october, before)), before, with_seats=True)

    assert (row.before, row.seats_before, row.seats) == (D(0), None, D(10))


def test_compare_counts_what_was_credited_from_the_file(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10))
    issued = Invoice.objects.get()
    credit = credit_notes.DraftCredit(
        customer=issued.customer,
        currency="CNY",
        charges=[charge_of("100.00")],
        extra={"source_file": issued.source_file},
    )
    credit_notes.create_credit_drafts([credit], by=None, reason="test")
    credit_notes.issue_credit_note(CreditNote.objects.get(), lower=[issued], by=None, reason="test")
    file_of(partner, OCTOBER, customer("a", E3=10))

    assert reviewed(partner)["a公司"].before == D("954.00")


def test_compare_of_a_draft_by_hand_has_nothing_before(partner: Partner) -> None:
    draft_of(CustomerFactory.create(partner=partner, company="by hand"))

    row = reviewed(partner)["by hand"]

    assert (row.month, row.before, row.seats) == (D("1060.00"), None, None)


@pytest.mark.parametrize(("seats", "is_found"), [(12, False), (13, True), (7, True), (8, False)])
def test_changed_much_means_by_more_than_a_fifth(
    partner: Partner, seats: int, is_found: bool
) -> None:
    issued_in_september(partner, customer("a", E3=10))
    file_of(partner, OCTOBER, customer("a", E3=seats))
    drafts = Invoice.objects.of_partner(partner).drafts()

    found = review.changed_much(review.with_change(drafts, review.bills_before(partner)))

    assert found.exists() is is_found
