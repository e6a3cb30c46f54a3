"""Rows to lines: by column name, with every fault named by row and column."""

import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.files import layouts, parser, problems
from billing.files.layouts import Kind, Section
from billing.files.problems import Code
from billing.tables import reader
from billing.tables.problems import FileRefused, Problem, ProblemCode, TableCode
from tests.billing.files import make


def codes(content: bytes) -> list[ProblemCode]:
    return [problem.code for problem in make.parsed(content)[1]]


def read_or_refused(content: bytes) -> tuple[list[parser.Line], list[Problem]]:
    try:
        return make.parsed(content)
    except FileRefused as refused:
        return [], [refused.problem]


def test_parse_reads_licence_file() -> None:
    lines, problems = make.parsed(make.licence_bytes(2))

    assert problems == []
    assert [line.row for line in lines] == [2, 3]
    assert lines[0].tenant_id == "tenant-0"
    assert lines[0].subscription_id == "sub-0-0"
    assert lines[0].section is Section.RECURRING
    assert lines[0].net + lines[0].tax == lines[0].total == 1060
    assert (lines[0].charge_from, lines[0].charge_to) == (make.FIRST, make.LAST)
    assert lines[0].term_end == date(2027, 1, 1)


def test_parse_reads_usage_file() -> None:
    lines, problems = make.parsed(make.usage_bytes(1))

    assert problems == []
    assert lines[0].section is Section.USAGE
    assert lines[0].offer_name == "VIRTUAL MACHINES · Compute Hours"
    assert lines[0].total == Decimal("25440.00")


def test_parse_finds_columns_in_any_order() -> None:
    rows = make.rows_of(make.licence_bytes())
    lines, problems = make.parsed(make.written(rows, sorted(rows[0], reverse=True)))

    assert problems == []
    assert lines[0].total == 1060


def test_parse_takes_other_spellings_of_columns() -> None:
    content = make.licence_bytes(encoding="utf-8")
    content = content.replace(
        b"SyndicationPartnerSubscriptionNumber", b"Syndication_Partner_Subscription_Number"
    ).replace(b"TotalForCustomer", b" total for CUSTOMER ")

    assert codes(content) == []


@pytest.mark.parametrize("column", sorted(layouts.LICENCE.required))
def test_parse_names_missing_licence_column(column: str) -> None:
    rows = make.rows_of(make.licence_bytes())
    lines, problems = make.parsed(make.written(rows, [name for name in rows[0] if name != column]))

    assert lines == []
    assert [(p.code, p.column) for p in problems] == [(Code.MISSING_COLUMN, column)]
    assert column in problems[0].sentence


@pytest.mark.parametrize("column", sorted(layouts.USAGE.required))
def test_parse_names_missing_usage_column(column: str) -> None:
    rows = make.rows_of(make.usage_bytes())
    _, problems = make.parsed(make.written(rows, [name for name in rows[0] if name != column]))

    assert [(p.code, p.column) for p in problems] == [(Code.MISSING_COLUMN, column)]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_is_documented_and_required_or_optional(kind: Kind) -> None:
    assert layouts.LAYOUTS[kind].required <= set(layouts.LAYOUTS[kind].columns)
    assert {column for column, _ in parser._FIELDS[kind].values()} <= set(
        layouts.LAYOUTS[kind].columns
    )


def test_documented_columns_are_all_there() -> None:
    assert (len(layouts.LICENCE.columns), len(layouts.USAGE.columns)) == (27, 40)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"Amount": "NaN"}, TableCode.BAD_NUMBER, "Row 3, Amount: “NaN”"),
        ({"UnitPrice": "1e5"}, TableCode.BAD_NUMBER, "Row 3, UnitPrice"),
        ({"Tax": "1.005"}, TableCode.TOO_MANY_DECIMALS, "more than 2 decimals"),
        ({"Subtotal": ""}, TableCode.MISSING_VALUE, "Row 3, Subtotal: no value"),
        (
            {"ChargeStartDate": "31/1/2026"},
            TableCode.BAD_DATE,
            "Row 3, ChargeStartDate: “31/1/2026”",
        ),
        ({"ChargeEndDate": "1/1/2020"}, Code.PERIOD_BACKWARDS, "ends before it starts"),
        ({"CustomerID": "5.66891E+17"}, TableCode.SCIENTIFIC_KEY, "without opening it in Excel"),
        ({"CustomerID": ""}, TableCode.MISSING_VALUE, "Row 3, CustomerID"),
        ({"Currency": "RMB¥"}, TableCode.BAD_CURRENCY, "Row 3, Currency"),
        ({"Currency": "USD"}, Code.MIXED_CURRENCIES, "the file starts in CNY"),
        ({"MPNID": "4390935"}, Code.OTHER_PARTNER, "MPN ID 4390935 belongs to another partner"),
        ({"ChargeType": "Bonus"}, Code.UNKNOWN_CHARGE, "“Bonus” is not documented"),
        ({"TotalForCustomer": "9.00"}, Code.DOES_NOT_ADD_UP, "add up to 1060.00"),
    ],
)
def test_parse_names_row_and_column(changes: dict[str, str], code: Code, words: str) -> None:
    _, [problem] = make.parsed(make.changed(make.licence_bytes(), changes, row=3))

    assert problem.code is code
    assert words in problem.sentence


def test_parse_names_every_bad_cell_of_a_row() -> None:
    changes = {"Amount": "x", "Tax": "y", "ChargeEndDate": "z"}
    lines, problems = make.parsed(make.changed(make.licence_bytes(), changes))

    assert {problem.column for problem in problems} == {"Amount", "Tax", "ChargeEndDate"}
    assert len(lines) == 2


def test_parse_refuses_another_invoices_usage() -> None:
    content = make.changed(make.usage_bytes(), {"InvoiceNumber": "D020001OLD"})

    assert codes(content) == [Code.OTHER_INVOICE]


def test_parse_warns_of_unknown_columns_and_keeps_them() -> None:
    rows = [row | {"BillingCycleType": "Monthly"} for row in make.rows_of(make.licence_bytes())]
    lines, [problem] = make.parsed(make.written(rows))

    assert problem.is_warning
    assert problem.column == "BillingCycleType"
    assert lines[0].raw[-1] == "Monthly"


def test_parse_takes_the_documentations_own_ids() -> None:
    changes = {
        "PartnerId": "8ddd03642-test-test-test-46b58d356b4e",
        "SyndicationPartnerSubscriptionNumber": "fb977ab5-test-test-test-24c8d9591708",
        "CustomerID": "ORDDC52E52FDEF405786F0642DD0108BE4",
        "ResellerMPNID": "-1",
    }

    assert codes(make.changed(make.licence_bytes(), changes)) == []


def test_parse_names_the_row_at_which_half_a_file_ends() -> None:
    content = make.licence_bytes(3)
    _, problems = make.parsed(content[:-120])

    assert [(p.code, p.row) for p in problems] == [(Code.RAGGED, 4)]


def test_parse_ignores_blank_rows_and_spare_separators() -> None:
    content = make.licence_bytes(2, encoding="utf-8").replace(b"E3\r\n", b"E3,,\r\n\r\n")
    lines, problems = make.parsed(content)

    assert problems == []
    assert [line.row for line in lines] == [2, 4]


@pytest.mark.parametrize("content", [b"a,b,c\n1,2,3\n", b"\n\n", b"just words", b",,,\n"])
def test_open_refuses_other_tables(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        make.parsed(content)

    assert refused.value.problem.code is Code.UNKNOWN_LAYOUT


def test_content_key_follows_the_charge_not_the_file() -> None:
    one, _ = make.parsed(make.licence_bytes(1))
    same, _ = make.parsed(make.changed(make.licence_bytes(1), {"OrderID": "7", "Amount": "1,000"}))
    other, _ = make.parsed(make.changed(make.licence_bytes(1), {"Quantity": "11"}))

    assert one[0].content_key == same[0].content_key != other[0].content_key


@pytest.mark.parametrize("code", list(Code))
def test_every_problem_has_a_sentence(code: Code) -> None:
    details = {"expected": "E", "limit": "9", "currency": "CNY", "lines": "9", "file": "4"}
    problem = problems.Problem(code, 7, "taxes", "Value", details)

    assert problem.sentence
    assert problems.Problem.restored(problem.stored(), Code) == problem


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=600))
@example(b"\xfe\xff\xd8\x00")
@example(b'MPNID,Amount\r\n"')
def test_bytes_raise_nothing_but_a_refusal(content: bytes) -> None:
    lines, problems = read_or_refused(content)

    assert lines == []
    assert all(problem.sentence for problem in problems)


CELL = st.text(max_size=12) | st.sampled_from(["NaN", "1,000", "2/1/2026", "CNY", "-1", '"', "\t"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(layouts.LICENCE.columns), CELL, max_size=6))
def test_cells_become_a_line_or_problems(changes: dict[str, str]) -> None:
    content = make.changed(make.licence_bytes(1), changes)
    lines, problems = read_or_refused(content)

    assert lines or any(not problem.is_warning for problem in problems)
    assert all(problem.sentence for problem in problems)


MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@settings(deadline=None)
@given(MONEY, st.integers(0, 10**6), st.dates(date(2001, 1, 1), date(2099, 1, 1)))
def test_parse_returns_what_was_written(amount: Decimal, seats: int, day: date) -> None:
    text = f"{day.month}/{day.day}/{day.year} 0:00"
    changes = {"Amount": str(amount), "Quantity": str(seats), "ChargeStartDate": text}
    changes |= {"ChargeEndDate": text}
    [line], _ = make.parsed(make.changed(make.licence_bytes(1), changes))

    assert (line.amount, line.quantity, line.charge_from) == (amount, Decimal(seats), day)


def peak_of(count: int) -> int:
    """Bytes of Python objects at the worst moment of reading so many rows."""
    header, row = make.licence_bytes(1, encoding="utf-8").splitlines()
    stream = io.BytesIO(header + b"\n" + (row + b"\n") * count)
    tracemalloc.start()
    rows = reader.read_rows(stream, parser.separator_of)
    found = sum(1 for _ in parser.open_table(rows).read(rows, make.EXPECTED))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == count
    return peak


def test_parse_keeps_memory_flat() -> None:
    """The file is decoded a megabyte at a time: from there on the peak stays where it is."""
    peak_of(100)

    assert peak_of(16_000) < peak_of(8_000) + 500_000


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (make.licence_bytes(), "OrderID"),
        (make.licence_bytes(), "SubscriptionID"),
        (make.licence_bytes(), "OfferID"),
        (make.usage_bytes(), "OrderID"),
        (make.usage_bytes(), "DetailLineItemId"),
    ],
)
def test_parse_warns_of_an_id_that_excel_rounded(content: bytes, column: str) -> None:
    lines, problems = make.parsed(make.changed(content, {column: "1.23E+15"}))

    assert len(lines) == 3
    assert [(found.code, found.row, found.column) for found in problems] == [
        (Code.ROUNDED_ID, 2, column)
    ]
    assert "“1.23E+15”" in problems[0].sentence


def test_parse_warns_once_per_column_of_rounded_ids() -> None:
    once = make.changed(make.licence_bytes(), {"OrderID": "1.23E+15"}, row=3)
    twice = make.changed(once, {"OrderID": "1.24E+15"}, row=4)

    assert [found.row for found in make.parsed(twice)[1]] == [3]


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (make.licence_bytes(), "SyndicationPartnerSubscriptionNumber"),
        (make.licence_bytes(), "DurableOfferID"),
        (make.licence_bytes(), "MPNID"),
        (make.usage_bytes(), "SubscriptionID"),
        (make.usage_bytes(), "ResourceGUID"),
        (make.usage_bytes(), "InvoiceNumber"),
    ],
)
def test_parse_refuses_a_key_that_excel_rounded(content: bytes, column: str) -> None:
    lines, problems = make.parsed(make.changed(content, {column: "1.23E+15"}))

    assert len(lines) == 2
    assert [(found.code, found.row, found.column) for found in problems] == [
        (TableCode.SCIENTIFIC_KEY, 2, column)
    ]
