"""Checks and imports a file in one go, as the command does: one parse, one transaction."""

from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from billing.bill.services import InvoiceFacts, due_on, record_partner_invoice
from billing.files import lifecycle, services, staging
from billing.files.checker import Findings, Subject, judge, stage
from billing.files.parser import Expected
from billing.models import FileStatus, PartnerInvoice, ReconciliationFile
from partners import clock
from partners.models import Partner

REASON = "imported by command"


@dataclass(frozen=True)
class Report:
    """What was found, for which invoice, and the imported file: None after a check alone."""

    findings: Findings
    number: str
    is_new_invoice: bool
    file: ReconciliationFile | None = None


class _NothingImported(Exception):
    """Rolls back; the findings say why."""


def check_only(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes
    *,
    number: str = "",
    replaces: ReconciliationFile | None = None,
    only_new: bool = False,
) -> Report:
    """Say what an import would find. Raises AlreadyUploaded."""
    services.ensure_new(partner, content)
    with staging.staging():
        report, _ = _examine(partner, content, number, replaces, only_new=only_new)
    return report


def import_now(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes
    *,
    name: str,
    number: str = "",
    replaces: ReconciliationFile | None = None,
    only_new: bool = False,
) -> Report:
    """Import a file that has no errors, or nothing. Raises AlreadyUploaded.

    Without a number: the one in a usage-based file; else the only recorded invoice that still
    lacks a file of this kind; else the invoice is filed under its month. An unknown invoice is
    recorded with the first day of its newest charges as its date (today, if that is to come),
    and without a total, which a person adds on the page of the file.
    """
    services.ensure_new(partner, content)
    with staging.alone(partner.pk), staging.staging():
        report, invoice = _examine(partner, content, number, replaces, only_new=only_new)
        if not report.findings.is_clean:
            return report
        try:
            with transaction.atomic():
                file = _write(report, invoice, content, name, replaces, only_new=only_new)
        except _NothingImported:
            return report
    return Report(report.findings, report.number, report.is_new_invoice, file)


def _examine(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes
    number: str,
    replaces: ReconciliationFile | None,
    *,
    only_new: bool,
) -> tuple[Report, PartnerInvoice]:
    content.seek(0)
    findings = stage(content, Expected(partner.mpn_id, number), lambda _done: None)
    invoice = _invoice_of(partner, findings, number, replaces)
    judge(findings, Subject(partner, invoice, replaces=replaces, only_new=only_new))
    return Report(findings, invoice.number, invoice._state.adding), invoice


def _invoice_of(
    partner: Partner, findings: Findings, number: str, replaces: ReconciliationFile | None
) -> PartnerInvoice:
    """The recorded invoice, or one that is not stored yet."""
    issued_on = _issued_on(partner)
    number = number or findings.invoice_number
    if not number and replaces is not None:
        return replaces.invoice
    if not number:
        waiting = _waiting_for(partner, findings.kind)
        number = waiting[0].number if len(waiting) == 1 else f"{issued_on:%Y-%m}"
    known = PartnerInvoice.objects.of_partner(partner).filter(number=number).first()
    return known or PartnerInvoice(
        partner=partner,
        number=number,
        issued_on=issued_on,
        due_on=due_on(partner, issued_on),
        currency=findings.currency,
    )


def _issued_on(partner: Partner) -> date:
    today = clock.business_date(partner)
    return min(staging.summary().last_start or today, today)


def _waiting_for(partner: Partner, kind: str) -> list[PartnerInvoice]:
    explained = ReconciliationFile.objects.of_partner(partner).live().filter(kind=kind)
    invoices = PartnerInvoice.objects.of_partner(partner)
    return list(invoices.exclude(pk__in=explained.values("invoice_id"))[:2])


def _write(
    report: Report,
    invoice: PartnerInvoice,
    content: File,  # type: ignore[type-arg]  # bytes
    name: str,
    replaces: ReconciliationFile | None,
    *,
    only_new: bool,
) -> ReconciliationFile:
    if report.is_new_invoice:
        facts = InvoiceFacts(
            number=invoice.number,
            issued_on=invoice.issued_on,
            currency=invoice.currency,
            total=None,
        )
        invoice = record_partner_invoice(invoice.partner, facts, by=None, reason=REASON)
    file = services.store(
        invoice, content, name=name, expected_total=None, replaces=replaces, by=None, reason=REASON
    )
    try:
        _import(file, report.findings, only_new=only_new)
    except Exception:
        file.content.delete(save=False)
        raise
    return file


def _import(file: ReconciliationFile, findings: Findings, *, only_new: bool) -> None:
    lifecycle.move(file, FileStatus.CHECKED, only_new=only_new)
    lifecycle.move(file, FileStatus.IMPORTING)
    services.write(file, findings, by=None, reason=REASON)
    if not findings.is_clean:
        raise _NothingImported
