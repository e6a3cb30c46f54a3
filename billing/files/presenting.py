"""How files, their findings and their outcome are shown: words and colours, no requests."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.files.layouts import SECTION_NAMES, Section
from billing.files.problems import Code, Problem
from billing.labels import Label, amount
from billing.models import FileStatus, PriceKind, PriceRule, ReconciliationFile
from partners.models import Job

SHOWN_PROBLEMS = 100
_KINDS = {
    FileStatus.UPLOADED: "progress",
    FileStatus.CHECKED: "info",
    FileStatus.REFUSED: "danger",
    FileStatus.IMPORTING: "progress",
    FileStatus.IMPORTED: "ok",
    FileStatus.REPLACED: "neutral",
    FileStatus.DISCARDED: "neutral",
}


def file_label(file: ReconciliationFile) -> Label:
    """The status of a file."""
    return Label(_KINDS[FileStatus(file.status)], file.get_status_display())


@dataclass(frozen=True)
class SectionRow:
    """One section of the invoice: what the file adds up to, what was typed, the difference."""

    name: str
    found: Decimal
    typed: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.typed is None else self.found - self.typed


def section_rows(file: ReconciliationFile) -> list[SectionRow]:
    """The sections that the file or the person names, in the invoice's order."""
    found: dict[str, str] = file.findings.get("sections", {})
    typed: dict[str, str] = file.invoice.section_totals
    return [
        SectionRow(
            str(SECTION_NAMES[section]),
            Decimal(found.get(section, "0")),
            Decimal(typed[section]) if section in typed else None,
        )
        for section in Section
        if section in found or section in typed
    ]


def problems(file: ReconciliationFile, key: str) -> list[Problem]:
    """The errors or warnings of the last check."""
    return [Problem.restored(stored, Code) for stored in file.findings.get(key, [])]


def overlaps(file: ReconciliationFile) -> list[dict[str, str]]:
    """The files that hold lines of this one, for which a person has to choose."""
    return [
        {"name": problem.column, "count": problem.value, **problem.details}
        for problem in problems(file, "errors")
        if problem.code is Code.OVERLAP
    ]


def counted(file: ReconciliationFile, key: str) -> int:
    """How many errors or warnings there are, named or not."""
    return int(file.findings.get("counts", {}).get(key, 0))


def progress(file: ReconciliationFile, job: Job | None) -> dict[str, Any]:
    """What `components/progress.html` shows while a job of the file waits or runs."""
    is_import = file.status == FileStatus.IMPORTING
    if job is None or job.status == Job.Status.WAITING:
        text = _("Waiting for a worker. You may leave this page and come back.")
    else:
        share = 100 * job.done // job.total if job.total else 0
        text = _("%(share)s %% read") % {"share": share}
    return {
        "label": _("Importing the file") if is_import else _("Checking the file"),
        "url": reverse("billing:reconciliation_progress", args=[file.pk]),
        "done": job.done if job else 0,
        "total": (job.total if job else None) or None,
        "text": text,
    }


def facts(file: ReconciliationFile) -> list[dict[str, Any]]:
    """The file in a list of facts."""
    invoice = file.invoice
    return [
        {"label": _("21Vianet's invoice"), "value": invoice.number,
         "url": reverse("billing:partner_invoice", args=[invoice.pk])},
        {"label": _("Kind"), "value": file.get_kind_display() or _("Not known yet")},
        {"label": _("Lines"), "value": number_format(file.line_count, force_grouping=True)},
        {"label": _("Total after tax"), "value": amount(file.total, invoice.currency)},
        {"label": _("Invoice's total after tax"),
         "value": "–" if invoice.total is None else amount(invoice.total, invoice.currency)},
        {"label": _("Fingerprint (SHA-256)"), "value": file.sha256, "copy_id": "sha256"},
    ]  # fmt: skip


def created_sentences(file: ReconciliationFile) -> list[str]:
    """What the import will do, in numbers."""
    found = file.findings
    customers = int(found.get("new_customer_count", 0))
    subscriptions = int(found.get("new_subscription_count", 0))
    sentences = [
        _("All lines are stored, or none."),
        _("Draft invoices are made by your price rules; nobody is written to yet."),
    ]
    if customers:
        text = ngettext(
            "%(n)s customer that the portal does not know yet is created.",
            "%(n)s customers that the portal does not know yet are created.",
            customers,
        )
        sentences.append(text % {"n": customers})
    if subscriptions:
        text = ngettext(
            "%(n)s subscription that the portal does not know yet is created.",
            "%(n)s subscriptions that the portal does not know yet are created.",
            subscriptions,
        )
        sentences.append(text % {"n": subscriptions})
    if file.replaces:
        sentences.append(
            _("“%(name)s” is replaced: its drafts are dropped, its issued invoices stay.")
            % {"name": file.replaces.name}
        )
    return sentences


def outcome_facts(file: ReconciliationFile) -> list[dict[str, Any]]:
    """What the import did, in numbers; lines that were left out say why."""
    outcome = file.outcome
    counts = outcome.get("counts", {})
    drafts_url = f"{reverse('billing:invoices')}?state=draft"
    credits_url = f"{reverse('billing:credit_notes')}?state=draft"
    total = amount(Decimal(outcome.get("total", "0")), file.invoice.currency)
    rows = [
        (_("Draft invoices"), outcome.get("drafts"), drafts_url, total),
        (_("New customers"), outcome.get("new_customers"), "", ""),
        (_("New subscriptions"), outcome.get("new_subscriptions"), "", ""),
        (_("Lines at cost, without a price rule"), counts.get("at_cost"), "", ""),
        (_("Lines not invoiced by rule"), counts.get("not_invoiced"), "", ""),
        (_("Draft credit notes"), counts.get("negative"), credits_url, ""),
        (_("Lines of customers invoiced before"), counts.get("invoiced_before"), "",
         _("Their differences wait for a choice.")),
        (_("Customers with nothing to pay"), counts.get("zero"), "", ""),
        (_("Drafts of the replaced file that were dropped"), outcome.get("voided_drafts"), "", ""),
        (_("Issued invoices of the replaced file that stay"),
         outcome.get("standing_invoices"), "", _("See the differences below.")),
    ]  # fmt: skip
    return [
        {"label": label, "value": value, "url": url, "note": note}
        for label, value, url, note in rows
        if value
    ]


def already(file: ReconciliationFile) -> str:
    """What the second click, or the second person, reads."""
    words = {
        "who": file.imported_by or _("the command"),
        "name": file.name,
        "when": _moment(file, file.imported_at),
        "status": file.get_status_display(),
    }
    if file.status == FileStatus.IMPORTED:
        return _("“%(name)s” was already imported by %(who)s, %(when)s.") % words
    if file.status == FileStatus.IMPORTING:
        return _("“%(name)s” is already being imported for %(who)s, since %(when)s.") % words
    return _("“%(name)s” has changed since: %(status)s.") % words


def same_file(file: ReconciliationFile) -> str:
    """What somebody reads who uploads the same bytes again."""
    if file.status in {FileStatus.IMPORTED, FileStatus.IMPORTING}:
        return already(file)
    words = {
        "who": file.uploaded_by or _("the command"),
        "name": file.name,
        "when": _moment(file, file.uploaded_at),
    }
    text = _("%(who)s has uploaded exactly this file before, as “%(name)s”, %(when)s: here it is.")
    return text % words


def _moment(file: ReconciliationFile, moment: datetime | None) -> str:
    """A time in the partner's zone, with the zone written out."""
    if moment is None:
        return ""
    local = moment.astimezone(file.partner.zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({file.partner.time_zone})"


def rule_value(rule: PriceRule) -> str:
    """What a rule does, for a list."""
    if rule.kind == PriceKind.MARGIN_PERCENT:
        return f"{number_format(rule.value.normalize() + 0, use_l10n=True)} %"
    if rule.kind == PriceKind.UNIT_PRICE:
        return amount(rule.value, rule.partner.currency)
    return "–"
