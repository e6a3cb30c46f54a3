"""Bank statements and opening balances for tests: believable ones, and ones with one fault."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from django.core.files.base import ContentFile
from openpyxl import Workbook

from billing.imports import columns, services
from billing.imports.balances import Balance, Balances
from billing.imports.problems import Problem
from billing.imports.rows import Plan
from billing.imports.statement import Received, Statement
from billing.models import ImportKind, TableImport
from billing.tables.reader import read_rows, widest_separator
from billing.tasks import drain_imports
from partners.models import Partner, User

TODAY = date(2026, 11, 20)
ACCOUNT = "31001550400050012345"
STATEMENT_HEADER = [
    "交易日期", "贷方发生额", "借方发生额", "币种", "对方户名", "对方账号", "交易流水号", "摘要",
]  # fmt: skip
PAID = [
    "20261102", "1,060.00", "", "人民币", "上海测试有限公司", "6222020200012345678", "S1", "货款",
]  # fmt: skip
BALANCE_HEADER = ["Customer", "Invoice number", "Issue date", "Due date", "Currency",
                  "Original total", "Open amount", "VAT rate"]  # fmt: skip


def csv_of(rows: Sequence[Sequence[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as a text file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as a workbook."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def paid(**changes: str) -> list[str]:
    """A payment that came in, with other cells."""
    names = ["on", "credit", "debit", "currency", "payer", "account", "serial", "remark"]
    return [changes.get(name, cell) for name, cell in zip(names, PAID, strict=True)]


def statement(*rows: Sequence[str]) -> bytes:
    """A statement with these rows below its header."""
    return csv_of([STATEMENT_HEADER, *rows])


def balance(**changes: str) -> list[str]:
    """An opening balance, with other cells."""
    cells = {
        "customer": "上海测试有限公司", "number": "A-17", "issued": "2026-09-01",
        "due": "2026-10-01", "currency": "CNY", "total": "2120.00", "open": "1060.00", "vat": "6",
    }  # fmt: skip
    return list({**cells, **changes}.values())


def balances(*rows: Sequence[str]) -> bytes:
    """Opening balances with these rows below their header."""
    return csv_of([BALANCE_HEADER, *rows])


def plan(kind: str, header: Sequence[str], row: int = 1, **facts: object) -> Plan:
    """How a table with this header is read, by the names of its columns."""
    mapping = columns.suggested(header, columns.FIELDS[kind])
    return Plan(
        kind=kind, header=header, header_row=row, mapping=mapping, currency="CNY", today=TODAY,
        **facts,  # type: ignore[arg-type]  # from keyword facts
    )  # fmt: skip


def parsed(
    content: bytes, header: Sequence[str] = STATEMENT_HEADER, row: int = 1
) -> tuple[list[Received], list[Problem]]:
    """All payments and problems of a statement."""
    rows = read_rows(io.BytesIO(content), widest_separator)
    found = list(Statement(plan(ImportKind.BANK_STATEMENT, header, row)).read(rows))
    return (
        [item for item in found if isinstance(item, Received)],
        [item for item in found if isinstance(item, Problem)],
    )


def parsed_balances(content: bytes) -> tuple[list[Balance], list[Problem]]:
    """All opening balances and problems of a table."""
    rows = read_rows(io.BytesIO(content), widest_separator)
    found = list(Balances(plan(ImportKind.OPENING_BALANCES, BALANCE_HEADER)).read(rows))
    return (
        [item for item in found if isinstance(item, Balance)],
        [item for item in found if isinstance(item, Problem)],
    )


def uploaded(
    partner: Partner,
    content: bytes,
    kind: ImportKind = ImportKind.BANK_STATEMENT,
    *,
    by: User | None = None,
    name: str = "November.csv",
) -> TableImport:
    """An import that waits for its columns or its check."""
    return services.upload(partner, kind, ContentFile(content), name=name, by=by)


def checked(
    partner: Partner,
    content: bytes,
    kind: ImportKind = ImportKind.BANK_STATEMENT,
    *,
    by: User,
    **choices: str,
) -> TableImport:
    """An import whose columns a person has confirmed, after its check."""
    table = uploaded(partner, content, kind, by=by)
    if not table.is_busy:
        answers: Mapping[str, str] = {"bank_account": ACCOUNT, "remember_as": "", **choices}
        services.choose_columns(
            table, header_row=table.header_row, header=table.columns, mapping=table.mapping,
            currency="CNY", by=by, **answers,
        )  # fmt: skip
    drain_imports()
    table.refresh_from_db()
    return table


def imported(
    partner: Partner,
    content: bytes,
    kind: ImportKind = ImportKind.BANK_STATEMENT,
    *,
    by: User,
    rows: Sequence[int] = (),
    accepts_all: bool = False,
    **choices: str,
) -> TableImport:
    """An import that was checked, confirmed and imported."""
    table = checked(partner, content, kind, by=by, **choices)
    services.confirm(table, accepted_rows=list(rows), accepts_all=accepts_all, by=by)
    drain_imports()
    table.refresh_from_db()
    return table


def codes(table: TableImport) -> list[str]:
    """What the check found, in order."""
    return [finding.code for finding in table.findings.order_by("id")]
