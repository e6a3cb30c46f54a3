"""Checks a reconciliation file against itself, 21Vianet's invoice and what was imported before.

`stage` puts the lines into the staging table, `judge` asks it. Neither changes anything.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import IO, Any

from billing.files import staging
from billing.files.layouts import Kind
from billing.files.parser import Expected, Line, Table, open_table, separator_of
from billing.files.problems import Code, Problem
from billing.models import PartnerInvoice, ReconciliationFile
from billing.tables import problems as tables
from billing.tables.problems import FileRefused
from billing.tables.reader import read_rows
from partners.models import Partner

KEPT_PROBLEMS = 1000
"""So many errors and so many warnings are named; the rest is counted."""
SHOWN_CUSTOMERS = 50
OLD_DAYS = 62
"""Charges that ended more than two months before the invoice are somebody else's month."""
ROUNDING_PER_LINE = Decimal("0.005")
LEAST_TOLERANCE = Decimal("0.05")

type Progress = Callable[[int], None]


@dataclass(frozen=True)
class Subject:
    """What is checked: a file for this invoice, which may not be stored yet."""

    partner: Partner
    invoice: PartnerInvoice
    expected_total: Decimal | None = None
    replaces: ReconciliationFile | None = None
    only_new: bool = False


@dataclass
class Findings:
    """What the check found. Amounts in the file's currency."""

    kind: str = ""
    columns: list[str] = field(default_factory=list)
    currency: str = ""
    invoice_number: str = ""
    line_count: int = 0
    total: Decimal = Decimal(0)
    sections: dict[str, Decimal] = field(default_factory=dict)
    errors: list[tables.Problem] = field(default_factory=list)
    warnings: list[tables.Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    new_customers: list[str] = field(default_factory=list)
    new_customer_count: int = 0
    new_subscription_count: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops the import."""
        return not self.errors

    def add(self, *problems: tables.Problem) -> None:
        """Note problems; beyond the first thousand of either kind they are only counted."""
        for problem in problems:
            kept = self.warnings if problem.is_warning else self.errors
            self.counts["warnings" if problem.is_warning else "errors"] += 1
            if len(kept) < KEPT_PROBLEMS:
                kept.append(problem)

    def stored(self) -> dict[str, Any]:
        """As JSON, independent of the language."""
        return {
            "currency": self.currency,
            "sections": {name: str(amount) for name, amount in self.sections.items()},
            "errors": [problem.stored() for problem in self.errors],
            "warnings": [problem.stored() for problem in self.warnings],
            "counts": dict(self.counts),
            "new_customers": self.new_customers,
            "new_customer_count": self.new_customer_count,
            "new_subscription_count": self.new_subscription_count,
        }


def stage(stream: IO[bytes], expected: Expected, progress: Progress) -> Findings:
    """Read the whole file into the staging table, or find out why not. Raises nothing."""
    findings = Findings()
    try:
        rows = read_rows(stream, separator_of)
        table = open_table(rows)
        _read(table, rows, expected, findings, lambda: progress(stream.tell()))
    except FileRefused as refused:
        findings.add(refused.problem)
    return findings


def judge(findings: Findings, subject: Subject) -> None:
    """Add what the staged lines as a whole have to say. Errors of single rows end it early."""
    if not findings.is_clean:
        return
    staging.analyse()
    summary = staging.summary()
    findings.line_count, findings.total = summary.line_count, summary.total
    if not summary.line_count:
        findings.add(Problem(Code.NO_LINES))
        return
    findings.sections = staging.section_totals()
    overlaps = staging.overlaps(subject.partner.pk)
    findings.add(*_replacement(findings, subject, overlaps))
    findings.add(*_disagreements(findings, subject, summary))
    findings.add(*_overlaps(findings, subject, overlaps))
    _count_new(findings, subject.partner)
    findings.add(*_at_cost(subject.partner))


def tolerance(line_count: int) -> Decimal:
    """How far a sum of rounded lines may be from the invoice's rounded total."""
    return max(LEAST_TOLERANCE, line_count * ROUNDING_PER_LINE)


def _read(
    table: Table,
    rows: Iterator[list[str]],
    expected: Expected,
    findings: Findings,
    tick: Callable[[], None],
) -> None:
    findings.kind, findings.columns = table.layout.kind.value, table.header
    findings.add(*table.problems)
    if not table.is_readable:
        return
    for _ in staging.load(_good_lines(table.read(rows, expected), findings)):
        tick()
    findings.currency, findings.invoice_number = table.currency, table.invoice_number


def _good_lines(items: Iterable[Line | Problem], findings: Findings) -> Iterator[Line]:
    """The lines, until an error is found; from there on only problems are collected."""
    for item in items:
        if isinstance(item, Problem):
            findings.add(item)
        elif findings.is_clean:
            yield item


def _disagreements(
    findings: Findings, subject: Subject, summary: staging.Summary
) -> Iterator[Problem]:
    invoice = subject.invoice
    if findings.currency != invoice.currency:
        details = {"expected": invoice.currency}
        yield Problem(Code.OTHER_CURRENCY, value=findings.currency, details=details)
    others = _other_live_files(findings.kind, subject)
    yield from _totals(findings, subject, others)
    yield from _sections(findings, invoice, others)
    last = summary.last_end
    if last and last < invoice.issued_on - timedelta(days=OLD_DAYS):
        details = {"expected": invoice.issued_on.isoformat()}
        yield Problem(Code.OLD_PERIOD, value=last.isoformat(), details=details)


def _replacement(
    findings: Findings, subject: Subject, overlaps: list[staging.Overlap]
) -> Iterator[Problem]:
    """One live file per invoice and kind: a second has to name the first.

    A file of another invoice can be replaced too, if it holds the same charges: its invoice was
    typed wrongly.
    """
    live = _live(subject.invoice).filter(kind=findings.kind).first()
    replaces = subject.replaces
    if replaces is not None and replaces != live:
        holds_the_same = any(found.file_id == replaces.pk for found in overlaps)
        if replaces.kind != findings.kind or not holds_the_same:
            yield Problem(Code.WRONG_REPLACED, value=replaces.name)
    if live is not None and replaces != live:
        yield Problem(Code.LIVE_FILE, value=live.name, details={"expected": subject.invoice.number})


def _live(invoice: PartnerInvoice) -> Any:
    return ReconciliationFile.objects.live().filter(invoice_id=invoice.pk)


def _other_live_files(kind: str, subject: Subject) -> list[ReconciliationFile]:
    return list(_live(subject.invoice).exclude(kind=kind))


def _totals(
    findings: Findings, subject: Subject, others: list[ReconciliationFile]
) -> Iterator[Problem]:
    expected = subject.expected_total
    if expected is None and subject.invoice.total is not None:
        expected = subject.invoice.total - sum((file.total for file in others), Decimal(0))
    details = {"currency": findings.currency}
    shown = f"{findings.total:,.2f}"
    if expected is None:
        yield Problem(Code.TOTAL_UNKNOWN, value=shown, details=details)
    elif abs(findings.total - expected) > tolerance(findings.line_count):
        details["expected"] = f"{expected:,.2f}"
        yield Problem(Code.TOTALS_DIFFER, value=shown, details=details)


def _sections(
    findings: Findings, invoice: PartnerInvoice, others: list[ReconciliationFile]
) -> Iterator[Problem]:
    """Only sections that the person typed are compared, with all files of the invoice."""
    for section, typed in invoice.section_totals.items():
        found = findings.sections.get(section, Decimal(0)) + sum(
            (Decimal(file.findings["sections"].get(section, "0")) for file in others), Decimal(0)
        )
        if abs(found - Decimal(typed)) > tolerance(findings.line_count):
            details = {"expected": f"{Decimal(typed):,.2f}"}
            yield Problem(Code.SECTION_DIFFERS, None, section, f"{found:,.2f}", details)


def _overlaps(
    findings: Findings, subject: Subject, overlaps: list[staging.Overlap]
) -> Iterator[Problem]:
    """Charges that another live file holds, whatever its bytes: a person has to choose."""
    replaced = subject.replaces.pk if subject.replaces else None
    others = [found for found in overlaps if found.file_id != replaced]
    if subject.only_new and sum(found.count for found in others) >= findings.line_count:
        yield Problem(Code.NOTHING_NEW)
    for found in others:
        details = {
            "lines": str(findings.line_count),
            "file": str(found.file_id),
            "expected": found.invoice_number,
        }
        code = Code.LEFT_OUT if subject.only_new else Code.OVERLAP
        yield Problem(code, column=found.name, value=str(found.count), details=details)


def _count_new(findings: Findings, partner: Partner) -> None:
    findings.new_customer_count = staging.new_customer_count(partner.pk)
    first = next(staging.new_customers(partner.pk, SHOWN_CUSTOMERS), [])
    findings.new_customers = [customer.company for customer in first]
    if findings.kind == Kind.LICENCE:
        findings.new_subscription_count = staging.new_subscription_count(partner.pk)


def _at_cost(partner: Partner) -> Iterator[Problem]:
    if count := staging.customers_at_cost(partner.pk):
        yield Problem(Code.AT_COST, value=str(count))
