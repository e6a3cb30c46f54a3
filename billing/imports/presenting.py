"""How imports, their findings and their outcome are shown: words and colours, no requests."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.imports import columns
from billing.imports.problems import DOUBTFUL, Code, Problem
from billing.labels import Label, amount
from billing.models import ImportFinding, ImportStatus, TableImport
from partners.models import Job

SHOWN_FINDINGS = 200
_KINDS = {
    ImportStatus.COLUMNS: "warning",
    ImportStatus.UPLOADED: "progress",
    ImportStatus.CHECKED: "info",
    ImportStatus.REFUSED: "danger",
    ImportStatus.IMPORTING: "progress",
    ImportStatus.IMPORTED: "ok",
    ImportStatus.DISCARDED: "neutral",
}


def label(table: TableImport) -> Label:
    """The status of an import."""
    return Label(_KINDS[ImportStatus(table.status)], table.get_status_display())


def problem(finding: ImportFinding) -> Problem:
    """A stored finding with its words."""
    stored = {
        "code": finding.code,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "details": finding.details,
    }
    return Problem.restored(stored, Code)


def problems(findings: Iterable[ImportFinding]) -> list[Problem]:
    """Stored findings with their words."""
    return [problem(finding) for finding in findings]


def counted(table: TableImport, name: str) -> int:
    """How many rows or findings of a name the check counted."""
    return int(table.summary.get("counts", {}).get(name, 0))


def doubtful_count(table: TableImport) -> int:
    """How many rows a person may accept."""
    return counted(table, "doubtful") + counted(table, "reversed")


def doubtful_codes() -> list[str]:
    """The codes of rows that a person may accept."""
    return [code.value for code in DOUBTFUL]


def facts(table: TableImport) -> list[dict[str, Any]]:
    """The import in a list of facts."""
    found: list[dict[str, Any]] = [
        {"label": _("Kind"), "value": table.get_kind_display()},
        {"label": _("Uploaded"), "value": _moment(table, table.uploaded_at),
         "note": str(table.uploaded_by or _("the command"))},
    ]  # fmt: skip
    if table.imported_at:
        found.append({"label": _("Imported"), "value": _moment(table, table.imported_at),
                      "note": str(table.imported_by or _("the command"))})  # fmt: skip
    if table.is_statement:
        found.append({"label": _("Our bank account"), "value": table.bank_account or "–"})
        found.append({"label": _("Columns known as"), "value": str(table.layout or "–")})
    if table.period_end:
        found.append({"label": _("Statement until"), "value": _day(table.period_end)})
    found.append({"label": _("Fingerprint (SHA-256)"), "value": table.sha256, "copy_id": "sha256"})
    return found


def count_facts(table: TableImport) -> list[dict[str, Any]]:
    """What the check counted, in words."""
    rows = [
        (_("New, to be recorded"), counted(table, "ready")),
        (_("Of them with a customer: the remark names an open invoice"), counted(table, "named")),
        (_("Recorded already"), counted(table, "known")),
        (_("Doubtful: may be recorded already"), doubtful_count(table)),
        (_("Money that went out, left out"), counted(table, "outgoing")),
        (_("Repeated in the file, left out"), counted(table, "repeated")),
    ]
    totals = table.summary.get("totals", {})
    return [
        *({"label": name, "value": number(n)} for name, n in rows if n or name == rows[0][0]),
        *(
            {"label": _("Total of the new rows"), "value": amount(Decimal(total), code)}
            for code, total in totals.items()
        ),
    ]


def outcome_facts(table: TableImport) -> list[dict[str, Any]]:
    """What the import did, in numbers."""
    outcome = table.outcome
    rows = [
        (_("Recorded"), outcome.get("recorded", 0)),
        (_("Of them assigned to a customer"), outcome.get("identified", 0)),
        (_("Recorded before; nothing was done"), outcome.get("known", 0)),
    ]
    found: list[dict[str, Any]] = [{"label": name, "value": number(n)} for name, n in rows if n]
    if up_to := outcome.get("recorded_up_to"):
        shown = _day(date.fromisoformat(up_to))
        found.append({"label": _("Receipts recorded up to"), "value": shown})
    return found or [{"label": _("Recorded"), "value": number(0)}]


def sample(table: TableImport) -> dict[str, Any]:
    """The first rows as they were understood: the names of columns, and cells."""
    rows: list[Mapping[str, str]] = table.summary.get("sample", [])
    labels = {field.name: str(field.label) for field in columns.FIELDS[table.kind]}
    labels |= {"row": _("Row"), "customer_ref": _("Customer"), "amount": _("Amount")}
    names = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    return {
        "header": [labels.get(name, name) for name in names],
        "rows": [[row[name] for name in names] for row in rows],
    }


def progress(table: TableImport, job: Job | None) -> dict[str, Any]:
    """What `components/progress.html` shows while a job of the import waits or runs."""
    if job is None or job.status == Job.Status.WAITING:
        text = _("Waiting for a worker. You may leave this page and come back.")
    else:
        share = 100 * job.done // job.total if job.total else 0
        text = _("%(share)s %% read") % {"share": share}
    is_import = table.status == ImportStatus.IMPORTING
    return {
        "label": _("Importing the file") if is_import else _("Checking the file"),
        "url": reverse("billing:import_progress", args=[table.pk]),
        "done": job.done if job else 0,
        "total": (job.total if job else None) or None,
        "text": text,
    }


def effects(table: TableImport) -> list[str]:
    """What the import will do."""
    if table.is_statement:
        return [
            _("All new rows are recorded as receipts, or none."),
            _("Who names one of our open invoices is recognised; all others wait as unidentified."),
            _("Doubtful rows are left out, unless you say below that they are other payments."),
        ]
    return [
        _("All new rows become issued invoices marked as opening balances, or none."),
        _("Nobody is written to. They count as owed, and nobody is chased for them."),
        _("Only when you have confirmed them are they chased like any other invoice."),
    ]


def already(table: TableImport) -> str:
    """What the second click, or the second person, reads."""
    words = {
        "who": table.imported_by or _("the command"),
        "name": table.name,
        "when": _moment(table, table.imported_at),
        "status": table.get_status_display(),
    }
    if table.status == ImportStatus.IMPORTED:
        return _("“%(name)s” was already imported by %(who)s, %(when)s.") % words
    if table.status == ImportStatus.IMPORTING:
        return _("“%(name)s” is already being imported for %(who)s, since %(when)s.") % words
    return _("“%(name)s” has changed since: %(status)s.") % words


def same_file(table: TableImport) -> str:
    """What somebody reads who uploads the same bytes again."""
    if table.status in {ImportStatus.IMPORTED, ImportStatus.IMPORTING}:
        return already(table)
    words = {
        "who": table.uploaded_by or _("the command"),
        "name": table.name,
        "when": _moment(table, table.uploaded_at),
    }
    text = _("%(who)s has uploaded exactly this file before, as “%(name)s”, %(when)s: here it is.")
    return text % words


def rows_sentence(count: int) -> str:
    """How many rows are ready."""
    text = ngettext("%(n)s row is ready", "%(n)s rows are ready", count)
    return text % {"n": number(count)}


def number(count: int) -> str:
    """A count with thousands separators."""
    return number_format(count, force_grouping=True)


def _day(on: date) -> str:
    return date_format(on, "DATE_FORMAT")


def _moment(table: TableImport, moment: datetime | None) -> str:
    """A time in the partner's zone, with the zone written out."""
    if moment is None:
        return ""
    local = moment.astimezone(table.partner.zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({table.partner.time_zone})"
