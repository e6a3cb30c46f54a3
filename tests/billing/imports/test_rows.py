"""Rows to payments and opening balances: every fault is named by row and column. No database."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from billing.imports import columns, template_files, titles
from billing.imports.problems import Code
from billing.models import ImportKind
from billing.tables.problems import ProblemCode, TableCode
from tests.billing.imports import make


def test_statement_reads_a_payment() -> None:
    [found], problems = make.parsed(make.statement(make.paid()))

    assert problems == []
    assert found == (
        2, date(2026, 11, 2), Decimal("1060.00"), "CNY", "", "S1", "上海测试有限公司",
        "6222020200012345678", "货款",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_statement_reads_any_text(encoding: str, separator: str) -> None:
    rows = [make.STATEMENT_HEADER, make.paid()]
    [found], _ = make.parsed(make.csv_of(rows, separator, encoding))

    assert (found.payer, found.amount) == ("上海测试有限公司", Decimal("1060.00"))


def test_statement_reads_a_workbook() -> None:
    rows = [["招商银行"], [], make.STATEMENT_HEADER, make.paid(credit="¥１，０６０．５０")]
    [found], problems = make.parsed(make.xlsx_of(rows), row=3)

    assert (found.row, found.amount, problems) == (4, Decimal("1060.50"), [])


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"on": "31/31/2026"}, TableCode.BAD_DATE, "Row 2, 交易日期: “31/31/2026”"),
        ({"on": "2026-11-21"}, Code.FUTURE_DATE, "after today"),
        ({"credit": "NaN"}, TableCode.BAD_NUMBER, "Row 2, 贷方发生额: “NaN”"),
        ({"credit": "1.005"}, TableCode.TOO_MANY_DECIMALS, "more than 2 decimals"),
        ({"credit": "0.00"}, Code.NO_AMOUNT, "there is no amount"),
        ({"credit": ""}, Code.NO_AMOUNT, "there is no amount"),
        ({"credit": "-5"}, Code.NEGATIVE_CREDIT, "took a payment back"),
        ({"debit": "3.00"}, Code.IN_AND_OUT, "in one row"),
        ({"credit": "$5"}, Code.OTHER_SIGN, "the row is in CNY"),
        ({"credit": "¥5", "currency": "USD"}, Code.OTHER_SIGN, "the row is in USD"),
        ({"currency": "ABC"}, Code.UNKNOWN_CURRENCY, "“ABC” is no currency"),
        ({"serial": "1.23457E+15"}, TableCode.SCIENTIFIC_KEY, "format the column as text"),
        ({"account": "6.22E+18"}, TableCode.SCIENTIFIC_KEY, "对方账号"),
        ({"serial": "a\u202eb"}, TableCode.BAD_KEY, "invisible"),
        ({"serial": "9" * 101}, TableCode.TOO_LONG, "longer than 100"),
    ],
)
def test_statement_names_what_is_wrong(
    changes: dict[str, str], code: ProblemCode, words: str
) -> None:
    found, problems = make.parsed(make.statement(make.paid(**changes)))

    assert found == []
    assert code in {problem.code for problem in problems}
    assert any(words in problem.sentence for problem in problems)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["合计", "1,060.00"], Code.SUMMARY_ROW),
        (["期末余额", "", "", "", "", "", "", "9.00"], Code.SUMMARY_ROW),
        (["Total", "1060"], Code.SUMMARY_ROW),
        (["打印时间：2026-11-20 10:00"], Code.NOTE_ROW),
        (make.STATEMENT_HEADER, Code.REPEATED_HEADER),
    ],
)
def test_statement_leaves_out_what_is_no_payment(row: list[str], code: Code) -> None:
    found, [problem] = make.parsed(make.statement(make.paid(), row))

    assert len(found) == 1
    assert (problem.code, problem.row, problem.is_warning) == (code, 3, True)
    assert "is left out" in problem.sentence


def test_statement_refuses_a_row_with_more_cells_than_names() -> None:
    found, [problem] = make.parsed(make.statement([*make.paid(), "x"]))

    assert (found, problem.code) == ([], Code.RAGGED)


def test_statement_counts_money_out_and_keeps_it_out() -> None:
    found, problems = make.parsed(make.statement(make.paid(credit="", debit="9.00")))

    assert (found, problems) == ([], [])


@pytest.mark.parametrize(
    ("direction", "amount", "count"),
    [
        ("贷", "5", 1),
        ("C", "5", 1),
        ("收入", "5", 1),
        ("借", "5", 0),
        ("DR", "5", 0),
        ("-", "5", 0),
    ],
)
def test_statement_reads_directions(direction: str, amount: str, count: int) -> None:
    header = ["记账日期", "金额", "借贷标志"]
    rows = [header, ["2026-11-02", amount, direction]]
    found, problems = make.parsed(make.csv_of(rows), header)

    assert (len(found), problems) == (count, [])


@pytest.mark.parametrize(
    ("direction", "amount", "code"),
    [("?", "5", Code.UNKNOWN_DIRECTION), ("贷", "-5", Code.NEGATIVE_CREDIT)],
)
def test_statement_names_doubtful_directions(direction: str, amount: str, code: Code) -> None:
    header = ["记账日期", "金额", "借贷标志"]
    rows = [header, ["2026-11-02", amount, direction]]
    found, [problem] = make.parsed(make.csv_of(rows), header)

    assert (found, problem.code) == ([], code)


def test_balances_read_an_invoice() -> None:
    [found], problems = make.parsed_balances(make.balances(make.balance()))

    assert problems == []
    assert (found.number, found.due_on, found.terms_days) == ("A-17", date(2026, 10, 1), 30)
    assert (found.original_total, found.open_amount) == (Decimal("2120.00"), Decimal("1060.00"))


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"customer": ""}, TableCode.MISSING_VALUE, "Row 2, Customer"),
        ({"number": "INV-2026-00042"}, Code.OUR_NUMBER, "portal's own numbers"),
        ({"number": "inv-2026-00042"}, Code.OUR_NUMBER, "portal's own numbers"),
        ({"number": "1.2E+17"}, TableCode.SCIENTIFIC_KEY, "before Excel"),
        ({"issued": "2026-12-01"}, Code.FUTURE_DATE, "after today"),
        ({"due": "2026-08-01"}, Code.DUE_BEFORE_ISSUE, "before the issue date"),
        ({"due": ""}, Code.NO_DUE_DATE, "neither a due date"),
        ({"total": "-1"}, Code.TOTAL_NOT_POSITIVE, "more than zero"),
        ({"open": "-1"}, Code.NEGATIVE_OPEN, "is negative"),
        ({"open": "2120.01"}, Code.OPEN_ABOVE_TOTAL, "more than the original total, 2,120.00"),
        ({"currency": "RNB"}, Code.UNKNOWN_CURRENCY, "no currency"),
        ({"vat": "six"}, Code.BAD_RATE, "such as 6 or 6%"),
    ],
)
def test_balances_name_what_is_wrong(
    changes: dict[str, str], code: ProblemCode, words: str
) -> None:
    found, problems = make.parsed_balances(make.balances(make.balance(**changes)))

    assert found == []
    assert code in {problem.code for problem in problems}
    assert any(words in problem.sentence for problem in problems)


def test_balances_leave_out_what_is_settled() -> None:
    found, [problem] = make.parsed_balances(make.balances(make.balance(open="0.00")))

    assert (found, problem.code, problem.is_warning) == ([], Code.NOTHING_OPEN, True)


@pytest.mark.parametrize("language", ["zh-hans", "en", "it"])
@pytest.mark.parametrize("kind", list(ImportKind))
def test_templates_are_recognised_column_by_column(kind: ImportKind, language: str) -> None:
    with translation.override(language):
        header = template_files.header(kind)
    mapping = columns.suggested(header, columns.FIELDS[kind])

    assert list(mapping.values()) == sorted(mapping.values())
    assert len(mapping) == len(header) == len(template_files.example(kind, make.TODAY, "CNY"))


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (["交易时间", "收入金额（元）"], "credit"),
        (["Booking date", "Credit amount"], "credit"),
        (["Data operazione", "Importo"], "amount"),
    ],
)
def test_columns_are_suggested_by_name(header: list[str], field: str) -> None:
    mapping = columns.suggested(header, columns.STATEMENT)

    assert mapping == {"received_on": 0, field: 1}


def test_header_is_found_below_title_lines() -> None:
    rows = [["招商银行交易明细"], ["账号：3100 1550", "起止日期：20261101-20261115"], [],
            make.STATEMENT_HEADER]  # fmt: skip

    assert columns.header_position(rows, columns.STATEMENT) == 3


@pytest.mark.parametrize(
    ("line", "until"),
    [
        (["起止日期：20261101 - 20261115"], date(2026, 11, 15)),
        (["查询期间", "2026-11-01 至 2026-11-15"], date(2026, 11, 15)),
        (["Period: 2026/11/01 to 2026/11/15"], date(2026, 11, 15)),
        (["打印时间 2026-11-20"], None),
        (["账号：20261101"], None),
    ],
)
def test_titles_say_the_end_of_the_period(line: list[str], until: date | None) -> None:
    assert titles.period_end([line]) == until


def test_titles_say_the_account() -> None:
    assert titles.account([["账号：3100 1550 4000 5001 2345"]]) == "31001550400050012345"
    assert titles.account([["Account", "NL12 3456 7890"], ["账号：99999999"]]) == ""


@pytest.mark.parametrize("code", list(Code))
def test_every_problem_has_a_sentence(code: Code) -> None:
    assert code.words % {"row": 2, "column": "C", "value": "V", "expected": "E", "limit": "9"}
