"""Checks and imports a table in one go, as the commands do: one parse, one transaction."""

from dataclasses import dataclass

from django.core.files import File
from django.db import transaction

from billing.imports import checker, lifecycle, services
from billing.imports.problems import Say
from billing.models import BankLayout, ImportKind, ImportStatus, TableImport
from partners.models import Partner

REASON = "imported by command"


@dataclass(frozen=True)
class Told:
    """What was found, and the import: it is not stored after a check alone, or when refused."""

    report: checker.Report
    table: TableImport


def check_only(
    partner: Partner,
    kind: ImportKind,
    content: File,  # type: ignore[type-arg]  # bytes
    *,
    layout: BankLayout | None = None,
    say: Say,
) -> Told:
    """Say what an import would find. Raises AlreadyUploaded."""
    services.ensure_new(partner, content)
    table = TableImport(partner=partner, kind=kind, currency=partner.currency)
    services.recognise(table, content, layout)
    content.seek(0)
    with checker.staged(kind):
        report = checker.examine(
            content, services.plan_of(table), partner.pk, say, lambda _done: None
        )
    return Told(report, table)


def import_now(
    partner: Partner,
    kind: ImportKind,
    content: File,  # type: ignore[type-arg]  # bytes
    *,
    name: str,
    layout: BankLayout | None = None,
    say: Say,
) -> Told:
    """Import a table that has no errors, or nothing. Doubtful rows are left out.

    Raises AlreadyUploaded.
    """
    table = services.store(partner, kind, content, name=name, by=None, reason=REASON, layout=layout)
    try:
        with checker.staged(kind):
            report = services.examine(table, say=say)
            if report.is_clean:
                _import(table, report)
    except Exception:
        _forget(table)
        raise
    if not report.is_clean:
        _forget(table)
    return Told(report, table)


def _import(table: TableImport, report: checker.Report) -> None:
    with transaction.atomic():
        for status in (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.IMPORTING):
            lifecycle.move(table, status)
        services.write(table, report, by=None, reason=REASON)


def _forget(table: TableImport) -> None:
    table.content.delete(save=False)
    table.delete()
