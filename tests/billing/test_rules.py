"""Which invoices a receipt settles, when one is due, and how amounts are rounded."""

from datetime import date
from decimal import Decimal

import pytest

from billing import rules
from billing.models import AllocationRule, Terms
from partners.calendar import Calendar
from partners.models import PaymentOrder, TermsKind

NAMED, OLDEST = AllocationRule.NAMED, AllocationRule.OLDEST_DUE
TODAY = date(2026, 3, 31)
FIRST_SERVICES, FIRST_CHARGES = PaymentOrder.SERVICES_FIRST, PaymentOrder.LATE_CHARGES_FIRST


def debt(
    pk: int,
    open_amount: str = "100",
    due: date | None = TODAY,
    *,
    disputed: str = "0",
    late: bool = False,
) -> rules.Debt:
    number = f"INV-2026-{pk:05d}"
    return rules.Debt(pk, number, due, Decimal(open_amount), Decimal(disputed), late)


OLD, DUE, LATER = date(2026, 1, 31), TODAY, date(2026, 4, 1)


@pytest.mark.parametrize(
    ("amount", "remark", "debts", "expected"),
    [
        pytest.param("100", "", [], [], id="nothing owed"),
        pytest.param("100", "", [debt(1)], [(1, "100", OLDEST)], id="due today"),
        pytest.param("100", "", [debt(1, due=LATER)], [], id="due tomorrow stays credit"),
        pytest.param("100", "", [debt(1, due=None)], [], id="no due date yet"),
        pytest.param("100", "", [debt(1, disputed="100")], [], id="disputed is left alone"),
        pytest.param(
            "150",
            "",
            [debt(2, due=DUE), debt(1, due=OLD)],
            [(1, "100", OLDEST), (2, "50", OLDEST)],
            id="oldest first, the rest partly",
        ),
        pytest.param(
            "150",
            "",
            [debt(2, due=OLD), debt(1, due=OLD)],
            [(1, "100", OLDEST), (2, "50", OLDEST)],
            id="same day: in order of creation",
        ),
        pytest.param(
            "150",
            "货款 INV-2026-00002",
            [debt(1, due=OLD), debt(2)],
            [(2, "100", NAMED), (1, "50", OLDEST)],
            id="named before older",
        ),
        pytest.param(
            "100",
            "inv202600001",
            [debt(1, due=LATER, disputed="100")],
            [(1, "100", NAMED)],
            id="the payer may name what is not due or disputed",
        ),
        pytest.param(
            "150",
            "INV-2026-00002, INV-2026-00001",
            [debt(1), debt(2)],
            [(2, "100", NAMED), (1, "50", NAMED)],
            id="in the order named",
        ),
        pytest.param("99.99", "", [debt(1)], [(1, "99.99", OLDEST)], id="a cent too little"),
        pytest.param("100.01", "", [debt(1)], [(1, "100", OLDEST)], id="a cent too much"),
    ],
)
def test_allocate_settles(
    amount: str,
    remark: str,
    debts: list[rules.Debt],
    expected: list[tuple[int, str, AllocationRule]],
) -> None:
    shares = rules.allocate(Decimal(amount), remark=remark, debts=debts, on=TODAY)

    assert shares == [rules.Share(pk, Decimal(part), rule) for pk, part, rule in expected]


@pytest.mark.parametrize(
    ("remark", "is_named"),
    [
        ("支付INV-2026-00001货款", True),
        ("INV-2026-00001INV-2026-00002", True),
        ("INV 2026 00001", True),
        ("ＩＮＶ－２０２６－００００１", True),
        ("inv2026_00001", True),
        ("INV-2026-000012", False),
        ("XINV-2026-00001", False),
        ("2026-00001", False),
        ("", False),
    ],
)
def test_named_in_finds_the_number(remark: str, is_named: bool) -> None:
    assert bool(rules.named_in(remark, [debt(1)])) is is_named


@pytest.mark.parametrize("number", ["12", "2026", ""])
def test_named_in_ignores_numbers_too_short_to_be_meant(number: str) -> None:
    short = rules.Debt(1, number, TODAY, Decimal(1))

    assert rules.named_in("2026年12月", [short]) == []


@pytest.mark.parametrize(
    ("amounts", "expected"), [(["100"], 1), (["100", "100"], None), (["99.99"], None), ([], None)]
)
def test_exact_match_is_found_only_when_unique(amounts: list[str], expected: int | None) -> None:
    debts = [debt(pk, amount) for pk, amount in enumerate(amounts, start=1)]

    found = rules.exact_match(Decimal(100), debts)

    assert (found and found.invoice_id) == expected


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 1, 31), 30, date(2026, 3, 2)),
        (date(2028, 1, 31), 30, date(2028, 3, 1)),
        (date(2026, 12, 15), 0, date(2026, 12, 15)),
        (date(2026, 12, 15), 17, date(2027, 1, 1)),
    ],
)
def test_net_terms_count_calendar_days(start: date, days: int, expected: date) -> None:
    assert rules.due_on(start, Terms(days)) == expected


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 1, 1), 0, date(2026, 1, 31)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
        (date(2026, 2, 1), 0, date(2026, 2, 28)),
        (date(2028, 2, 29), 0, date(2028, 2, 29)),
        (date(2027, 2, 28), 1, date(2027, 3, 1)),
        (date(2028, 2, 1), 30, date(2028, 3, 30)),
        (date(2026, 12, 2), 0, date(2026, 12, 31)),
        (date(2026, 12, 31), 30, date(2027, 1, 30)),
    ],
)
def test_end_of_month_terms_count_from_its_last_day(start: date, days: int, expected: date) -> None:
    assert rules.due_on(start, Terms(days, TermsKind.END_OF_MONTH)) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2026, 3, 6), date(2026, 3, 6)),
        (date(2026, 3, 7), date(2026, 3, 9)),
        (date(2026, 3, 8), date(2026, 3, 9)),
        (date(2027, 2, 27), date(2027, 3, 1)),
        (date(2028, 12, 30), date(2029, 1, 1)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 2, 14), date(2026, 2, 14)),
    ],
)
def test_due_date_on_a_day_off_rolls_forward(start: date, expected: date) -> None:
    assert rules.due_on(start, Terms(0), Calendar().on_or_after) == expected


@pytest.mark.parametrize(
    ("due", "expected"), [(date(2026, 4, 1), 0), (TODAY, 0), (date(2026, 3, 30), 1)]
)
def test_days_overdue_begin_after_the_due_date(due: date, expected: int) -> None:
    assert rules.days_overdue(due, TODAY) == expected


@pytest.mark.parametrize(
    ("net", "rate", "expected"),
    [("100", "6", "6.00"), ("0.25", "6", "0.02"), ("-0.25", "6", "-0.02"), ("1.08", "13", "0.14")],
)
def test_vat_is_rounded_half_up(net: str, rate: str, expected: str) -> None:
    assert rules.vat_on(Decimal(net), Decimal(rate)) == Decimal(expected)


@pytest.mark.parametrize(
    ("debts", "expected"),
    [
        pytest.param([debt(1, disputed="40")], [(1, "60")], id="only the undisputed part"),
        pytest.param(
            [debt(1, "100", disputed="40"), debt(2, due=LATER)], [(1, "60")], id="no more than due"
        ),
        pytest.param([debt(1, "30", disputed="40")], [], id="what is left is disputed"),
    ],
)
def test_allocate_counts_first_against_the_undisputed_part(
    debts: list[rules.Debt], expected: list[tuple[int, str]]
) -> None:
    shares = rules.allocate(Decimal(150), remark="", debts=debts, on=TODAY)

    assert shares == [rules.Share(pk, Decimal(part), OLDEST) for pk, part in expected]


@pytest.mark.parametrize(
    ("order", "debts", "expected"),
    [
        (FIRST_SERVICES, [debt(1, due=OLD, late=True), debt(2)], [(2, "100"), (1, "50")]),
        (FIRST_SERVICES, [debt(1, due=OLD, late=True), debt(2, due=LATER)], []),
        (FIRST_SERVICES, [debt(1, late=True), debt(2, due=LATER, disputed="100")], [(1, "100")]),
        (FIRST_CHARGES, [debt(1, late=True), debt(2, due=OLD)], [(1, "100"), (2, "50")]),
    ],
    ids=["services first", "services to come", "the rest is disputed", "as article 561 has it"],
)
def test_allocate_never_keeps_a_service_open_for_late_charges(
    order: PaymentOrder, debts: list[rules.Debt], expected: list[tuple[int, str]]
) -> None:
    shares = rules.allocate(Decimal(150), remark="", debts=debts, on=TODAY, order=order)

    assert shares == [rules.Share(pk, Decimal(part), OLDEST) for pk, part in expected]


def test_allocate_settles_late_charges_the_payer_named() -> None:
    debts = [debt(1, late=True), debt(2, due=OLD)]

    [named, rest] = rules.allocate(
        Decimal(150), remark="INV-2026-00001", debts=debts, on=TODAY, order=FIRST_SERVICES
    )

    assert (named.invoice_id, named.rule, rest.invoice_id) == (1, NAMED, 2)
