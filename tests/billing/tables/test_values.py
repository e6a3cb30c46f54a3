"""One cell at a time: what is read, and what is refused with which words."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tables import values
from billing.tables.problems import ProblemCode, TableCode, ValueRefused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6.82", "6.82"),
        ("1,234.50", "1234.50"),
        ("¥1,234.50", "1234.50"),
        ("$0.08", "0.08"),
        ("-$0.08", "-0.08"),
        ("$-0.08", "-0.08"),
        ("¥ 12", "12"),
        ("￥12", "12"),
        ("１２３", "123"),
        ("－１２", "-12"),
        ("\u221212", "-12"),
        ("(12.30)", "-12.30"),
        ("-0", "0"),
        ("12.500000", "12.5"),
        (" 7 ", "7"),
    ],
)
def test_amount_reads(text: str, expected: str) -> None:
    assert values.amount(text, 2) == Decimal(expected)


def test_amount_of_minus_zero_has_no_sign() -> None:
    assert not values.amount("-0", 2).is_signed()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", TableCode.BAD_NUMBER),
        ("Infinity", TableCode.BAD_NUMBER),
        ("-inf", TableCode.BAD_NUMBER),
        ("1e5", TableCode.BAD_NUMBER),
        ("1.5E+05", TableCode.BAD_NUMBER),
        ("1.234,50", TableCode.BAD_NUMBER),
        ("12,34", TableCode.BAD_NUMBER),
        ("1 234", TableCode.BAD_NUMBER),
        ("0x10", TableCode.BAD_NUMBER),
        ("1_000", TableCode.BAD_NUMBER),
        ("(-5)", TableCode.BAD_NUMBER),
        ("--5", TableCode.BAD_NUMBER),
        ("€5", TableCode.BAD_NUMBER),
        ("", TableCode.BAD_NUMBER),
        ("1.005", TableCode.TOO_MANY_DECIMALS),
        ("1,234.505", TableCode.TOO_MANY_DECIMALS),
        ("1234567890123", TableCode.NUMBER_TOO_LARGE),
    ],
)
def test_amount_refuses(text: str, code: TableCode) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.amount(text, 2)

    assert refused.value.code is code


@pytest.mark.parametrize(
    "text",
    ["2/1/2026 0:00", "02/01/2026", "2026/2/1", "2026-02-01", "2026-02-01T00:00:00Z",
     "2/1/2026 23:59", "２０２６/２/１", " 2/1/2026 12:00:00 AM ",
     "20260201", "20260201 103122", "20260201103122", "2026年2月1日", "2026.02.01"],
)  # fmt: skip
def test_day_reads(text: str) -> None:
    assert values.day(text) == date(2026, 2, 1)


@pytest.mark.parametrize(
    "text",
    ["", "31/1/2026", "2/30/2026", "2026-02-1x", "1/2/26", "2/1/2026 24:00", "2/1/2026 1:60",
     "46054", "20261301", "20260201 256100", "2026年13月1日", "0001-01-01", "yesterday",
     "2026/2-1", "1/1/9999"],
)  # fmt: skip
def test_day_refuses(text: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.day(text)

    assert refused.value.code is TableCode.BAD_DATE


@pytest.mark.parametrize(
    "text",
    ["8ddd03642-test-test-test-46b58d356b4e", "usCBMgAAAAAAAAIA", "566890604832738111", "-1"],
)
def test_key_is_opaque_text(text: str) -> None:
    assert values.key(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5.66891E+17", TableCode.SCIENTIFIC_KEY),
        ("5e17", TableCode.SCIENTIFIC_KEY),
        (" ", TableCode.MISSING_VALUE),
        ("x" * 65, TableCode.TOO_LONG),
        ("a\u202eb", TableCode.BAD_KEY),
    ],
)
def test_key_refuses(text: str, code: TableCode) -> None:
    with pytest.raises(ValueRefused) as refused:
        values.key(text)

    assert refused.value.code is code


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_amount_returns_what_was_written(number: Decimal) -> None:
    assert values.amount(f"¥{number:,.2f}", 2) == number


@given(st.text(max_size=40))
def test_cells_raise_nothing_else(text: str) -> None:
    readers = [lambda t: values.amount(t, 2), values.day, values.key, values.currency]
    outcomes = [_outcome(read, text) for read in readers]

    assert all(isinstance(code, TableCode) for code in outcomes if code is not None)


def _outcome(read: object, text: str) -> ProblemCode | None:
    try:
        read(text)  # type: ignore[operator]  # each reader takes text
    except ValueRefused as refused:
        return refused.code
    return None
