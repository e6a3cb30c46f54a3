"""Checks a table against itself and against what is recorded. Changes nothing.

Rows go into a temporary table, which stays open for the import: a table is parsed once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import IO, Any

from billing.imports import balance_staging, columns, statement_staging
from billing.imports.balances import Balance, Balances
from billing.imports.problems import Code, Problem, Say
from billing.imports.rows import Plan
from billing.imports.statement import Received, Statement
from billing.models import ImportKind
from billing.tables.problems import FileRefused
from billing.tables.reader import MEBIBYTE, read_rows, widest_separator

MAX_BYTES = 64 * MEBIBYTE
SHOWN_ROWS = 10
"""So many rows are shown as they were understood."""

type Tick = Callable[[int], None]
type Item = Received | Balance


@dataclass
class Report:
    """What the check found. `ready` rows are new; totals are theirs, by currency."""

    counts: Counter[str] = field(default_factory=Counter)
    totals: dict[str, Decimal] = field(default_factory=dict)
    sample: list[dict[str, str]] = field(default_factory=list)
    last_on: date | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops the import."""
        return not self.counts["errors"]

    def stored(self) -> dict[str, Any]:
        """As JSON, independent of the language."""
        return {
            "counts": dict(self.counts),
            "totals": {code: str(amount) for code, amount in self.totals.items()},
            "sample": self.sample,
            "last_on": self.last_on.isoformat() if self.last_on else None,
        }


def first_rows(stream: IO[bytes]) -> list[list[str]]:
    """The rows among which the header is. Raises FileRefused."""
    rows = read_rows(stream, widest_separator, MAX_BYTES)
    return [row for row, _ in zip(rows, range(columns.SEARCHED_ROWS), strict=False)]


def staged(kind: str) -> AbstractContextManager[None]:
    """The temporary table for rows of this kind."""
    is_statement = kind == ImportKind.BANK_STATEMENT
    return statement_staging.staged() if is_statement else balance_staging.staged()


def examine(stream: IO[bytes], plan: Plan, partner_id: int, say: Say, tick: Tick) -> Report:
    """Stage the rows and judge them; the caller holds the temporary table open.

    Problems are told one by one, since there may be as many as rows. Raises nothing.
    """
    report = Report()
    tell = _counting(report, say)
    for lacking in columns.missing(plan.mapping, plan.kind) if plan.header else ():
        tell(Problem(Code.MISSING_COLUMN, column=str(lacking.label)))
    if report.is_clean:
        try:
            _stage(stream, plan, report, tell, tick)
        except FileRefused as refused:
            tell(refused.problem)
    if report.is_clean:
        _judge(plan, partner_id, report, tell)
    return report


def _counting(report: Report, say: Say) -> Say:
    def tell(problem: Problem) -> None:
        report.counts["warnings" if problem.is_warning else "errors"] += 1
        say(problem)

    return tell


def _stage(stream: IO[bytes], plan: Plan, report: Report, tell: Say, tick: Tick) -> None:
    rows = read_rows(stream, widest_separator, MAX_BYTES)
    if plan.kind == ImportKind.BANK_STATEMENT:
        statement = Statement(plan)
        loading = statement_staging.load(_right(statement.read(rows), report, tell))
        for _ in loading:
            tick(stream.tell())
        report.last_on = statement.last_on
        report.counts["outgoing"] = statement.outgoing.total()
        return
    for _ in balance_staging.load(_right(Balances(plan).read(rows), report, tell)):
        tick(stream.tell())


def _right[T: (Received, Balance)](
    items: Iterable[T | Problem], report: Report, tell: Say
) -> Iterator[T]:
    """The rows, until an error is found; from there on only problems are collected."""
    for item in items:
        if isinstance(item, Problem):
            tell(item)
            continue
        report.counts["rows"] += 1
        if len(report.sample) < SHOWN_ROWS:
            report.sample.append(_shown(item))
        if report.is_clean:
            yield item


def _shown(item: Item) -> dict[str, str]:
    return {name: str(value) for name, value in item._asdict().items()}


def _judge(plan: Plan, partner_id: int, report: Report, tell: Say) -> None:
    is_statement = plan.kind == ImportKind.BANK_STATEMENT
    if is_statement and not plan.bank_account and "bank_account" not in plan.mapping:
        tell(Problem(Code.NO_ACCOUNT))
    if not report.counts["rows"] + report.counts["outgoing"]:
        tell(Problem(Code.NO_ROWS))
        return
    if is_statement:
        statement_staging.judge(partner_id)
        _tell_all(statement_staging.problems(), plan, tell)
        report.counts.update(statement_staging.counts())
        report.totals = statement_staging.totals()
        return
    balance_staging.judge(partner_id)
    _tell_all(balance_staging.problems(), plan, tell)
    report.counts.update(balance_staging.counts())
    report.totals = balance_staging.totals()


def _tell_all(problems: Iterable[Problem], plan: Plan, tell: Say) -> None:
    """Name columns as the file does."""
    for problem in problems:
        tell(replace(problem, column=_column(problem.column, plan.mapping, plan.header)))


def _column(name: str, mapping: Any, header: Sequence[str]) -> str:
    at = mapping.get(name, -1)
    return header[at] if 0 <= at < len(header) else name
