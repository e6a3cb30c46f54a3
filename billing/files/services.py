"""What people do with reconciliation files: upload, check again, import, discard."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction

from billing.bill.services import InvoiceFacts, record_partner_invoice
from billing.files import checker, importer, lifecycle, staging
from billing.files.parser import Expected
from billing.files.problems import Code, Problem
from billing.models import FileStatus, PartnerInvoice, ReconciliationFile
from billing.tables.storage import harmless_name, sha256_of
from partners import audit, clock, jobs
from partners.models import Job, Partner, User

CHECK = "billing.check_reconciliation"
IMPORT = "billing.import_reconciliation"


class AlreadyUploaded(Exception):
    """The partner has a file with exactly these bytes: `file`."""

    def __init__(self, file: ReconciliationFile) -> None:
        self.file = file
        super().__init__(file.name)


def receive(
    partner: Partner,
    facts: InvoiceFacts,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    *,
    name: str,
    expected_total: Decimal | None,
    replaces: ReconciliationFile | None,
    by: User | None,
    reason: str,
) -> ReconciliationFile:
    """Record the invoice and upload its file, both or neither. Raises InUse, AlreadyUploaded."""
    with transaction.atomic():
        invoice = record_partner_invoice(partner, facts, by=by, reason=reason)
        return upload(
            invoice, content, name=name, expected_total=expected_total, replaces=replaces, by=by,
            reason=reason,
        )  # fmt: skip


def upload(
    invoice: PartnerInvoice,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    *,
    name: str,
    expected_total: Decimal | None = None,
    replaces: ReconciliationFile | None = None,
    by: User | None,
    reason: str,
) -> ReconciliationFile:
    """Keep the bytes as they are and ask for their check. Raises AlreadyUploaded."""
    file = store(
        invoice, content, name=name, expected_total=expected_total, replaces=replaces, by=by,
        reason=reason,
    )  # fmt: skip
    _ask(file, CHECK, by)
    return file


def store(
    invoice: PartnerInvoice,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    *,
    name: str,
    expected_total: Decimal | None,
    replaces: ReconciliationFile | None,
    by: User | None,
    reason: str,
) -> ReconciliationFile:
    """Keep the bytes under a random name. Raises AlreadyUploaded for the same bytes again."""
    digest = ensure_new(invoice.partner, content)
    file = ReconciliationFile(
        partner=invoice.partner,
        invoice=invoice,
        name=harmless_name(name),
        sha256=digest,
        size=content.size,
        expected_total=expected_total,
        replaces=replaces,
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
    file.content.save(name, content, save=False)
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            after = {"name": file.name, "sha256": digest, "invoice": invoice.number}
            audit.record(_fact(file, "reconciliation.uploaded", reason, {}, after), by=by)
    except IntegrityError as error:
        file.content.delete(save=False)
        if same := _same(invoice.partner, digest):
            raise AlreadyUploaded(same) from error
        raise
    return file


def check_again(
    file: ReconciliationFile,
    *,
    expected_total: Decimal | None,
    replaces: ReconciliationFile | None,
    only_new: bool = False,
    by: User | None,
) -> Job:
    """Check with other expectations. Raises AlreadyMoved when it was imported or discarded."""
    expected = {"expected_total": expected_total, "replaces": replaces, "only_new": only_new}
    with transaction.atomic():
        lifecycle.move(file, FileStatus.UPLOADED, **expected)
        return _ask(file, CHECK, by)


def confirm(file: ReconciliationFile, *, by: User | None) -> Job:
    """Ask for the import. The second click, and the second person, get AlreadyMoved."""
    with transaction.atomic():
        lifecycle.move(file, FileStatus.IMPORTING, imported_by=by, imported_at=clock.now())
        return _ask(file, IMPORT, by)


def discard(file: ReconciliationFile, *, by: User | None, reason: str) -> None:
    """Throw away a file that was not imported; its bytes go, its trace stays."""
    with transaction.atomic():
        lifecycle.move(file, FileStatus.DISCARDED)
        audit.record(
            _fact(file, "reconciliation.discarded", reason, {"name": file.name}, {}),
            by=by,
        )
        transaction.on_commit(lambda: file.content.delete(save=False))


def run_check(job: Job) -> dict[str, Any]:
    """The work of a check job: file and findings stay, lines do not."""
    file = _file_of(job)
    if file.status != FileStatus.UPLOADED:
        return {"file": file.pk}
    with _after_a_crash(file, FileStatus.REFUSED), staging.staging():
        findings = examine(file, job)
    status = FileStatus.CHECKED if findings.is_clean else FileStatus.REFUSED
    lifecycle.move(file, status, **_found(findings))
    return {"file": file.pk, "errors": findings.counts["errors"]}


def run_import(job: Job) -> dict[str, Any]:
    """The work of an import job: check again what others may have changed, then all or nothing."""
    file = _file_of(job)
    if file.status != FileStatus.IMPORTING:
        return {"file": file.pk}
    alone = staging.alone(file.partner_id)
    with _after_a_crash(file, FileStatus.CHECKED), alone, staging.staging():
        file.refresh_from_db(fields=["status"])
        if file.status != FileStatus.IMPORTING:
            return {"file": file.pk}
        findings = examine(file, job)
        if findings.is_clean:
            write(file, findings, by=job.owner, reason="confirmed after the check")
    if not findings.is_clean:
        lifecycle.move(file, FileStatus.REFUSED, **_found(findings))
    return {"file": file.pk, "errors": findings.counts["errors"]}


def release_stuck() -> None:
    """Bring files whose job gave up, since its worker died again and again, back to people."""
    ways_back = {FileStatus.UPLOADED: FileStatus.REFUSED, FileStatus.IMPORTING: FileStatus.CHECKED}
    given_up = ReconciliationFile.objects.filter(job__status=Job.Status.FAILED)
    for file in given_up.filter(status__in=list(ways_back)):
        lifecycle.move(file, ways_back[FileStatus(file.status)])


def write(
    file: ReconciliationFile, findings: checker.Findings, *, by: User | None, reason: str
) -> None:
    """Import what is staged; a live file that appeared in the meantime becomes a finding."""
    try:
        importer.write(file, findings, by=by, reason=reason)
    except lifecycle.AlreadyMoved as moved:
        if moved.file.pk != file.pk:
            findings.add(_live_file(file, findings))
    except importer.LiveFileExists:
        findings.add(_live_file(file, findings))


@contextmanager
def _after_a_crash(file: ReconciliationFile, status: FileStatus) -> Iterator[None]:
    """Leave the file where a person can try again."""
    try:
        yield
    except Exception:
        lifecycle.move(file, status)
        raise


def _live_file(file: ReconciliationFile, findings: checker.Findings) -> Problem:
    others = ReconciliationFile.objects.live().filter(invoice=file.invoice, kind=findings.kind)
    live = others.exclude(pk=file.pk).first()
    details = {"expected": file.invoice.number}
    return Problem(Code.LIVE_FILE, value=live.name if live else "", details=details)


def examine(file: ReconciliationFile, job: Job | None = None) -> checker.Findings:
    """Stage and judge a stored file; the caller holds the staging table open."""
    expected = Expected(file.partner.mpn_id, file.invoice.number)
    subject = checker.Subject(
        file.partner, file.invoice, file.expected_total, file.replaces, only_new=file.only_new
    )

    def show(done: int) -> None:
        if job is not None:
            jobs.progress(job, min(done, file.size), file.size)

    with file.content.open("rb") as stream:
        findings = checker.stage(stream, expected, show)
    checker.judge(findings, subject)
    return findings


def ensure_new(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
) -> str:
    """The fingerprint of bytes that the partner has not uploaded yet. Raises AlreadyUploaded."""
    digest = sha256_of(content)
    if same := _same(partner, digest):
        raise AlreadyUploaded(same)
    return digest


def _file_of(job: Job) -> ReconciliationFile:
    files = ReconciliationFile.objects.select_related("partner__settings", "invoice", "replaces")
    return files.get(pk=job.parameters["file"], partner_id=job.partner_id)


def _ask(file: ReconciliationFile, kind: str, by: User | None) -> Job:
    job = jobs.ask_for(kind, file.partner, by=by, parameters={"file": file.pk})
    ReconciliationFile.objects.filter(pk=file.pk).update(job=job)
    file.job = job
    return job


def _same(partner: Partner, digest: str) -> ReconciliationFile | None:
    files = ReconciliationFile.objects.of_partner(partner).kept().for_list()
    return files.filter(sha256=digest).first()


def _found(findings: checker.Findings) -> dict[str, Any]:
    return {
        "kind": findings.kind,
        "columns": findings.columns,
        "line_count": findings.line_count,
        "total": findings.total,
        "findings": findings.stored(),
    }


def _fact(
    subject: ReconciliationFile,
    kind: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> audit.Fact:
    return audit.Fact(
        partner_id=subject.partner_id,
        customer_id=None,
        subject=subject,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
