"""What people do with tables: upload, say what the columns hold, check, import, discard."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction

from billing import freshness
from billing.imports import checker, columns, lifecycle, opening, receiving, titles
from billing.imports.findings import Kept
from billing.imports.problems import Problem, Say
from billing.imports.rows import Plan
from billing.models import BankLayout, ImportKind, ImportStatus, TableImport
from billing.tables.problems import FileRefused
from billing.tables.storage import harmless_name, sha256_of
from partners import audit, clock, jobs
from partners.models import Job, Partner, User

CHECK = "billing.check_import"
IMPORT = "billing.import_table"
UPLOADED = "uploaded"
CONFIRMED = "confirmed after the check"


class AlreadyUploaded(Exception):
    """The partner has an import with exactly these bytes: `table`."""

    def __init__(self, table: TableImport) -> None:
        self.table = table
        super().__init__(table.name)


def upload(
    partner: Partner,
    kind: ImportKind,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    *,
    name: str,
    by: User | None,
    reason: str = UPLOADED,
) -> TableImport:
    """Keep the bytes as they are. Known columns are checked at once, others wait for a person.

    Raises AlreadyUploaded for the same bytes again.
    """
    table = store(partner, kind, content, name=name, by=by, reason=reason)
    is_known = table.layout is not None or not table.is_statement
    if not table.columns or (is_known and not columns.missing(table.mapping, table.kind)):
        with transaction.atomic():
            lifecycle.move(table, ImportStatus.UPLOADED)
            _ask(table, CHECK, by)
    return table


def store(
    partner: Partner,
    kind: ImportKind,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    *,
    name: str,
    by: User | None,
    reason: str,
    layout: BankLayout | None = None,
) -> TableImport:
    """Keep the bytes under a random name, with what their first rows say of the columns.

    Raises AlreadyUploaded.
    """
    digest = ensure_new(partner, content)
    table = TableImport(
        partner=partner,
        kind=kind,
        name=harmless_name(name),
        sha256=digest,
        size=content.size,
        currency=partner.currency,
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
    recognise(table, content, layout)
    content.seek(0)
    table.content.save(name, content, save=False)
    try:
        with transaction.atomic():
            table.save(force_insert=True)
            after = {"name": table.name, "sha256": digest, "kind": table.kind}
            audit.record(_fact(table, "import.uploaded", reason, after), by=by)
    except IntegrityError as error:
        table.content.delete(save=False)
        if same := _same(partner, digest):
            raise AlreadyUploaded(same) from error
        raise
    return table


def ensure_new(
    partner: Partner,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
) -> str:
    """The fingerprint of bytes that the partner has not uploaded yet. Raises AlreadyUploaded."""
    digest = sha256_of(content)
    if same := _same(partner, digest):
        raise AlreadyUploaded(same)
    return digest


def recognise(
    table: TableImport,
    content: File,  # type: ignore[type-arg]  # bytes, as every upload
    layout: BankLayout | None = None,
) -> None:
    """Find the header, and what its columns hold: as remembered, else by their names.

    What can't be read keeps no columns; its check says why. Nothing is stored.
    """
    try:
        rows = checker.first_rows(content)
    except FileRefused:
        return
    fields = columns.FIELDS[table.kind]
    at = columns.header_position(rows, fields)
    table.header_row, table.columns = at + 1, without_tail(rows[at]) if rows else []
    table.mapping = columns.suggested(table.columns, fields)
    if table.is_statement:
        table.period_end = titles.period_end(rows[:at])
        table.bank_account = titles.account(rows[:at])
        _remember_how(table, layout or remembered(table))


def beginning(table: TableImport) -> list[list[str]]:
    """The first rows of a stored table, its header among them. Raises FileRefused."""
    with table.content.open("rb") as stream:
        return checker.first_rows(stream)


def without_tail(header: list[str]) -> list[str]:
    """The names of columns without the empty cells behind the last."""
    header = [name.strip() for name in header]
    while header and not header[-1]:
        header.pop()
    return header


def remembered(table: TableImport) -> BankLayout | None:
    """The one layout with these column names; of several that of the account in the title lines."""
    layouts = BankLayout.objects.of_partner(table.partner)
    found = list(layouts.filter(fingerprint=columns.fingerprint(table.columns)))
    if table.bank_account:
        found = [layout for layout in found if layout.bank_account == table.bank_account]
    return found[0] if len(found) == 1 else None


def choose_columns(
    table: TableImport,
    *,
    header_row: int,
    header: list[str],
    mapping: Mapping[str, int],
    bank_account: str,
    currency: str,
    remember_as: str,
    by: User,
) -> Job:
    """Say what the columns hold, remember it for this bank if named, and check with it.

    Raises AlreadyMoved when it was imported or discarded.
    """
    with transaction.atomic():
        table.columns, table.mapping = header, dict(mapping)
        table.bank_account, table.currency = bank_account, currency
        layout = _remember(table, remember_as, by) if remember_as else None
        lifecycle.move(
            table, ImportStatus.UPLOADED, header_row=header_row, columns=header,
            mapping=dict(mapping), bank_account=bank_account, currency=currency, layout=layout,
        )  # fmt: skip
        return _ask(table, CHECK, by)


def confirm(table: TableImport, *, accepted_rows: list[int], accepts_all: bool, by: User) -> Job:
    """Ask for the import. The second click, and the second person, get AlreadyMoved."""
    with transaction.atomic():
        lifecycle.move(
            table, ImportStatus.IMPORTING, accepted_rows=accepted_rows, accepts_all=accepts_all,
            imported_by=by, imported_at=clock.now(),
        )  # fmt: skip
        return _ask(table, IMPORT, by)


def discard(table: TableImport, *, by: User, reason: str) -> None:
    """Throw away what was not imported; its bytes go, its trace stays."""
    with transaction.atomic():
        lifecycle.move(table, ImportStatus.DISCARDED)
        audit.record(_fact(table, "import.discarded", reason, {"name": table.name}), by=by)
        table.findings.all().delete()
        transaction.on_commit(lambda: table.content.delete(save=False))


def run_check(job: Job) -> dict[str, Any]:
    """The work of a check job: the findings stay, the rows do not."""
    table = _table_of(job)
    if table.status != ImportStatus.UPLOADED:
        return {"table": table.pk}
    with _after_a_crash(table, ImportStatus.REFUSED), checker.staged(table.kind):
        report = examine(table, job)
    settle(table, report)
    return {"table": table.pk, "errors": report.counts["errors"]}


def run_import(job: Job) -> dict[str, Any]:
    """The work of an import job: check again what others may have changed, then all or nothing."""
    table = _table_of(job)
    if table.status != ImportStatus.IMPORTING:
        return {"table": table.pk}
    with _after_a_crash(table, ImportStatus.CHECKED), checker.staged(table.kind):
        report = examine(table, job)
        if report.is_clean:
            write(table, report, by=job.owner, reason=CONFIRMED)
    if not report.is_clean:
        settle(table, report)
    return {"table": table.pk, "errors": report.counts["errors"]}


def release_stuck() -> None:
    """Bring imports whose job gave up, since its worker died again and again, back to people."""
    ways_back = {
        ImportStatus.UPLOADED: ImportStatus.REFUSED,
        ImportStatus.IMPORTING: ImportStatus.CHECKED,
    }
    given_up = TableImport.objects.filter(job__status=Job.Status.FAILED)
    for table in given_up.filter(status__in=list(ways_back)):
        lifecycle.move(table, ways_back[ImportStatus(table.status)])


def settle(table: TableImport, report: checker.Report) -> None:
    """Keep what the check found."""
    status = ImportStatus.CHECKED if report.is_clean else ImportStatus.REFUSED
    lifecycle.move(table, status, summary=report.stored())


def examine(table: TableImport, job: Job | None = None, say: Say | None = None) -> checker.Report:
    """Stage and judge a stored table; its findings replace those of the check before."""

    def show(done: int) -> None:
        if job is not None:
            jobs.progress(job, min(done, table.size), table.size)

    with table.content.open("rb") as stream, Kept(table) as kept:

        def tell(problem: Problem) -> None:
            kept.say(problem)
            if say is not None:
                say(problem)

        return checker.examine(stream, plan_of(table), table.partner_id, tell, show)


def write(table: TableImport, report: checker.Report, *, by: User | None, reason: str) -> None:
    """Import what is staged, in one transaction with its audit entry."""
    with transaction.atomic():
        lifecycle.move(
            table, ImportStatus.IMPORTED, summary=report.stored(), imported_by=by,
            imported_at=clock.now(),
        )  # fmt: skip
        writer = receiving.write if table.is_statement else opening.write
        outcome = writer(table, by=by, reason=reason)
        if table.is_statement and (up_to := receiving.recorded_up_to(table)):
            freshness.confirm(table.partner, up_to, by=by, reason=reason)
            outcome["recorded_up_to"] = up_to.isoformat()
        TableImport.objects.filter(pk=table.pk).update(outcome=outcome)
        kind = "receipts.imported" if table.is_statement else "opening_balance.imported"
        totals = {f"total_{code}": amount for code, amount in report.totals.items()}
        audit.record(_fact(table, kind, reason, {"name": table.name, **outcome, **totals}), by=by)
    table.refresh_from_db()


def plan_of(table: TableImport) -> Plan:
    """How the table is read."""
    return Plan(
        kind=table.kind,
        header=table.columns,
        header_row=table.header_row,
        mapping=table.mapping,
        currency=table.currency,
        today=clock.business_date(table.partner),
        bank_account=table.bank_account,
    )


def _remember_how(table: TableImport, layout: BankLayout | None) -> None:
    if layout is None:
        return
    table.layout, table.mapping = layout, dict(layout.mapping)
    table.bank_account, table.currency = layout.bank_account, layout.currency


def _remember(table: TableImport, name: str, by: User) -> BankLayout:
    layout, _ = BankLayout.objects.update_or_create(
        partner=table.partner,
        fingerprint=columns.fingerprint(table.columns),
        bank_account=table.bank_account,
        defaults={
            "name": name,
            "mapping": table.mapping,
            "currency": table.currency,
            "remembered_by": by,
            "remembered_at": clock.now(),
        },
    )
    after = {"name": name, "bank_account": table.bank_account, "currency": table.currency}
    audit.record(_fact(table, "import.layout_remembered", UPLOADED, after), by=by)
    return layout


@contextmanager
def _after_a_crash(table: TableImport, status: ImportStatus) -> Iterator[None]:
    """Leave the import where a person can try again."""
    try:
        yield
    except Exception:
        lifecycle.move(table, status)
        raise


def _table_of(job: Job) -> TableImport:
    tables = TableImport.objects.select_related("partner__settings", "layout")
    return tables.get(pk=job.parameters["table"], partner_id=job.partner_id)


def _ask(table: TableImport, kind: str, by: User | None) -> Job:
    job = jobs.ask_for(kind, table.partner, by=by, parameters={"table": table.pk})
    TableImport.objects.filter(pk=table.pk).update(job=job)
    table.job = job
    return job


def _same(partner: Partner, digest: str) -> TableImport | None:
    return TableImport.objects.of_partner(partner).kept().for_list().filter(sha256=digest).first()


def _fact(table: TableImport, kind: str, reason: str, after: Mapping[str, object]) -> audit.Fact:
    return audit.Fact(
        partner_id=table.partner_id,
        customer_id=None,
        subject=table,
        kind=kind,
        reason=reason,
        after=after,
    )
