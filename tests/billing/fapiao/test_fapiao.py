"""What is recorded of fapiao, and the due dates that follow."""

from datetime import date, timedelta
from itertools import product

import pytest

from billing.fapiao import lifecycle, services, to_issue
from billing.fapiao.finding import standing_of, to_deliver, uncovered
from billing.lifecycle import InvalidTransition
from billing.models import Fapiao, FapiaoCover, FapiaoStatus, Invoice
from customers.models import Customer
from partners import audit
from partners.models import AuditEntry, Partner, TermsFrom
from tests.factories.billing import draft_of, issued_to
from tests.factories.customers import CustomerFactory

NUMBER = "25312000000012345678"
OTHER = "25312000000087654321"
DAY = date(2026, 3, 1)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def invoice(customer: Customer) -> Invoice:
    return issued_to(customer)


def facts(number: str = NUMBER) -> services.Facts:
    return services.Facts(number=number, type="special", issued_on=DAY)


def issue(*invoices: Invoice, number: str = NUMBER) -> Fapiao:
    return services.record_issued(invoices, facts(number), by=None, reason="test")


def ask(*invoices: Invoice) -> Fapiao:
    return services.request(invoices, wanted="special", by=None, reason="test")


def deliver(fapiao: Fapiao, on: date = DAY) -> Fapiao:
    return services.deliver(fapiao, on=on, how="by e-mail", by=None, reason="test")


def red_letter(fapiao: Fapiao) -> Fapiao:
    return services.red_letter(fapiao, on=DAY, red_number=OTHER, by=None, reason="wrong title")


def correction(status: FapiaoStatus, **changes: object) -> services.Correction:
    known = {"number": NUMBER, "type": "special", "issued_on": DAY, "status": status}
    return services.Correction(**{**known, **changes})  # type: ignore[arg-type]  # its own fields


def count_from_delivery(invoice: Invoice) -> Invoice:
    Invoice.objects.filter(pk=invoice.pk).update(terms_from=TermsFrom.FAPIAO, due_on=None)
    invoice.refresh_from_db()
    return invoice


@pytest.mark.parametrize(("here", "to"), list(product(FapiaoStatus, FapiaoStatus)))
def test_move_goes_only_where_the_table_leads(
    invoice: Invoice, here: FapiaoStatus, to: FapiaoStatus
) -> None:
    allowed = to == here or to in lifecycle.TRANSITIONS[here]
    fapiao = issue(invoice)
    fapiao.delivered_on = DAY
    Fapiao.objects.filter(pk=fapiao.pk).update(status=here, delivered_on=DAY)
    fapiao.refresh_from_db()
    Customer.objects.lock([invoice.customer_id])

    try:
        lifecycle.move(fapiao, to)
    except InvalidTransition:
        assert not allowed
    else:
        assert (allowed, fapiao.status) == (True, to)


def test_request_then_number_then_delivery_is_one_fapiao(invoice: Invoice) -> None:
    asked = ask(invoice)
    issued = issue(invoice)
    got = deliver(issued)

    assert asked.pk == issued.pk == got.pk
    assert (got.status, got.number) == (FapiaoStatus.DELIVERED, NUMBER)
    kinds = AuditEntry.objects.filter(subject_kind="billing.fapiao").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        "fapiao.requested",
        "fapiao.issued",
        "fapiao.delivered",
    ]


def test_one_fapiao_covers_several_invoices(customer: Customer) -> None:
    first, second = issued_to(customer), issued_to(customer)

    fapiao = issue(first, second)

    assert standing_of(first) == standing_of(second) == fapiao


def test_red_letter_keeps_the_earlier_and_lets_another_stand(invoice: Invoice) -> None:
    taken_back = red_letter(issue(invoice))
    another = issue(invoice, number=OTHER)

    assert list(invoice.fapiao.order_by("id")) == [taken_back, another]
    assert standing_of(invoice) == another


def test_second_fapiao_for_an_invoice_is_refused(invoice: Invoice) -> None:
    issue(invoice)

    with pytest.raises(services.AlreadyCovered):
        issue(invoice, number=OTHER)

    assert FapiaoCover.objects.count() == 1


def test_number_stands_once_per_partner(customer: Customer, invoice: Invoice) -> None:
    issue(invoice)

    with pytest.raises(services.NumberTaken):
        issue(issued_to(customer))


def test_number_may_stand_at_another_partner(invoice: Invoice) -> None:
    issue(invoice)

    assert issue(issued_to(CustomerFactory.create())).number == NUMBER


def test_number_of_a_red_lettered_fapiao_is_free(customer: Customer, invoice: Invoice) -> None:
    red_letter(issue(invoice))

    assert issue(issued_to(customer)).number == NUMBER


def test_draft_has_no_fapiao(customer: Customer) -> None:
    with pytest.raises(services.NotIssued):
        ask(draft_of(customer))


def test_fapiao_for_two_customers_is_refused(invoice: Invoice, partner: Partner) -> None:
    other = issued_to(CustomerFactory.create(partner=partner))

    with pytest.raises(services.NotOneCustomer):
        ask(invoice, other)


@pytest.mark.parametrize("times", [2])
def test_delivery_twice_is_refused(invoice: Invoice, times: int) -> None:
    fapiao = deliver(issue(invoice))

    with pytest.raises(InvalidTransition):
        deliver(fapiao, DAY + timedelta(days=times))


def test_delivery_sets_the_due_date_where_terms_count_from_it(invoice: Invoice) -> None:
    count_from_delivery(invoice)

    deliver(issue(invoice))

    invoice.refresh_from_db()
    assert invoice.due_on == date(2026, 3, 31)
    assert invoice.due_dates.latest("id").due_on == date(2026, 3, 31)


def test_delivery_leaves_other_due_dates_alone(invoice: Invoice) -> None:
    due_on = invoice.due_on

    deliver(issue(invoice))

    invoice.refresh_from_db()
    assert invoice.due_on == due_on


def test_red_letter_takes_back_the_due_date_that_counts_from_delivery(invoice: Invoice) -> None:
    count_from_delivery(invoice)

    red_letter(deliver(issue(invoice)))

    invoice.refresh_from_db()
    assert invoice.due_on is None


def test_corrected_delivery_moves_the_due_date(invoice: Invoice) -> None:
    count_from_delivery(invoice)
    fapiao = deliver(issue(invoice))
    later = correction(FapiaoStatus.DELIVERED, delivered_on=date(2026, 3, 11))

    services.correct(fapiao, later, by=None, reason="typed wrongly")

    invoice.refresh_from_db()
    assert invoice.due_on == date(2026, 4, 10)


@pytest.mark.parametrize(
    ("walk", "to"),
    [
        ([ask], FapiaoStatus.NONE),
        ([issue], FapiaoStatus.REQUESTED),
        ([issue, deliver], FapiaoStatus.ISSUED),
        ([issue, red_letter], FapiaoStatus.ISSUED),
    ],
)
def test_correction_takes_one_step_back(
    invoice: Invoice, walk: list[object], to: FapiaoStatus
) -> None:
    fapiao: object = invoice
    for step in walk:
        fapiao = step(fapiao)  # type: ignore[operator]  # each takes what the one before gave

    corrected = services.correct(
        fapiao,  # type: ignore[arg-type]  # the last step gave a fapiao
        correction(to),
        by=None,
        reason="never happened",
    )

    assert corrected.status == to
    assert (standing_of(invoice) is None) == (to == FapiaoStatus.NONE)


def test_correction_forwards_is_refused(invoice: Invoice) -> None:
    with pytest.raises(InvalidTransition):
        services.correct(
            issue(invoice),
            correction(FapiaoStatus.DELIVERED, delivered_on=DAY),
            by=None,
            reason="jump",
        )


def test_red_letter_is_not_undone_over_the_one_that_followed(invoice: Invoice) -> None:
    taken_back = red_letter(issue(invoice))
    issue(invoice, number=OTHER)

    with pytest.raises(services.AlreadyCovered):
        services.correct(taken_back, correction(FapiaoStatus.ISSUED), by=None, reason="oops")


def test_broken_audit_leaves_the_fapiao_where_it_was(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    fapiao = issue(invoice)

    def refuse(*_facts: object, **_by: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", refuse)
    with pytest.raises(RuntimeError):
        deliver(fapiao)

    fapiao.refresh_from_db()
    assert fapiao.status == FapiaoStatus.ISSUED


def test_many_are_recorded_all_or_none(customer: Customer, invoice: Invoice) -> None:
    other = issued_to(customer)
    issue(other, number=OTHER)

    with pytest.raises(services.AlreadyCovered):
        services.issue_many(
            [(invoice, facts()), (other, facts("25312000000000000001"))], by=None, reason="test"
        )

    assert standing_of(invoice) is None


def test_same_number_beside_two_invoices_is_one_fapiao(customer: Customer) -> None:
    pair = [issued_to(customer), issued_to(customer)]

    [made] = services.issue_many([(each, facts()) for each in pair], by=None, reason="test")

    assert made.covers.count() == 2


def test_to_issue_holds_what_somebody_waits_for(customer: Customer) -> None:
    asked, waits, taken_back, _unwanted = (issued_to(customer) for _ in range(4))
    ask(asked)
    count_from_delivery(waits)
    red_letter(issue(taken_back))

    assert set(to_issue(customer.partner)) == {asked, waits, taken_back}


def test_issued_fapiao_is_not_to_issue_but_to_deliver(invoice: Invoice) -> None:
    count_from_delivery(invoice)
    issue(invoice)

    assert not to_issue(invoice.partner).exists()
    assert list(to_deliver(invoice.partner)) == [invoice]


def test_opening_balances_are_left_out(invoice: Invoice) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(is_history=True)

    assert not uncovered(invoice.partner).exists()
