"""The journal of a period as a file for the accounting system: CSV, or XLSX with a sheet a kind."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.books import journal
from billing.books.journal import Account, Booking, Kind, Period, Sums
from partners import clock, jobs
from partners.exports import Book, csv_lines
from partners.models import Job, User

KIND = "billing.export_journal"
AT_ONCE = 5000
"""So many rows are made while the person waits."""
KEPT = timedelta(days=7)
"""So long a finished file can be downloaded; the same period can always be exported again."""
CSV, XLSX = "csv", "xlsx"
FORMATS = (CSV, XLSX)
REVERSALS = (
    Kind.RECEIPT_REVERSED,
    Kind.DIVISION_UNDONE,
    Kind.ALLOCATION_REVERSED,
    Kind.REFUND_REVERSED,
)


def sheets() -> list[tuple[str, tuple[Kind, ...]]]:
    """The sheets of the workbook and what stands in each; together they hold every booking."""
    return [
        (_("Invoices"), (Kind.INVOICE,)),
        (_("Credit notes"), (Kind.CREDIT_NOTE, Kind.CREDIT_USED)),
        (_("Receipts"), (Kind.RECEIPT, Kind.IDENTIFIED, Kind.DIVIDED)),
        (_("Allocations"), (Kind.ALLOCATION,)),
        (_("Refunds"), (Kind.REFUND,)),
        (_("Write-offs"), (Kind.WRITE_OFF,)),
        (_("Reversals"), REVERSALS),
    ]


def columns() -> list[tuple[str, str]]:
    """The columns of every row, with what stands in them."""
    return [
        (_("Booking"), _("Stable ID; rows of one booking share it.")),
        (_("Booked on"), _("The business day on which the act was made.")),
        (_("Kind"), _("What was booked, as a code that is the same in every language.")),
        (_("Text"), _("The kind in words.")),
        (_("Customer"), _("Its name today; empty while a receipt is unidentified.")),
        (_("Tenant ID"), _("The customer's Microsoft tenant, which never changes.")),
        (_("Currency"), _("ISO code; amounts of different currencies are never added.")),
        (_("Debit account"), _("Code of the account the amount goes to.")),
        (_("Credit account"), _("Code of the account the amount comes from.")),
        (_("Amount"), _("To the cent; negative only where an invoice takes something back.")),
        (_("VAT %"), _("On rows of revenue and VAT.")),
        (_("Document"), _("Number of the invoice or credit note, or the bank's serial number.")),
        (_("Document date"), _("Date of the invoice or credit note, or the bank's date.")),
        (_("Second document"), _("The invoice that is credited, the payer, or the payment used.")),
        (_("Our bank account"), _("On rows of money that came or went.")),
        (_("Note"), _("Remark of the payment, or the reason.")),
    ]


def accounts() -> list[tuple[str, str, str]]:
    """The accounts: code, name, and what their balance says."""
    words = {
        Account.RECEIVABLES: _("What customers owe: open amounts of issued invoices."),
        Account.CUSTOMER_CREDIT: _(
            "What customers have paid or were credited and no invoice has used yet."
        ),
        Account.UNIDENTIFIED: _("Money received whose sender is not known yet."),
        Account.BANK: _("Money received and paid back."),
        Account.REVENUE: _("Net amounts of invoices, less credit notes."),
        Account.LATE_CHARGES: _("Interest and fees for late payment, net."),
        Account.VAT: _("VAT of invoices, less credit notes."),
        Account.WRITE_OFFS: _("What was given up."),
        Account.OPENING_BALANCE: _("Invoices from before this portal; book nothing for them."),
    }
    return [(account.value, str(account.label), text) for account, text in words.items()]


def rows(period: Period, kinds: tuple[Kind, ...] | None = None) -> Iterator[tuple[object, ...]]:
    """The bookings as the cells of `columns`."""
    zone = period.partner.zone
    for each in journal.bookings(period, kinds):
        yield _cells(each, each.made_at.astimezone(zone).date())


def header() -> list[str]:
    """The names of the columns."""
    return [name for name, _text in columns()]


def workbook(period: Period, sums: Iterable[Sums]) -> Book:
    """A sheet for each kind, and the totals that show that they add up."""
    book = Book()
    for title, kinds in sheets():
        book.add_sheet(title, header(), rows(period, kinds))
    book.add_sheet(_("Totals"), *totals(sums))
    return book


def totals(sums: Iterable[Sums]) -> tuple[list[str], list[tuple[object, ...]]]:
    """Opening, movements and closing per currency and account, as a sheet."""
    names = [_("Currency"), _("Row"), *(str(account.label) for account in Account)]
    found: list[tuple[object, ...]] = []
    for each in sums:
        found.append((each.currency, _("Opening balance"), *_line(each.opening)))
        found += [(each.currency, kind.label, *_line(row)) for kind, row in in_order(each)]
        found.append((each.currency, _("Closing balance"), *_line(each.closing)))
        found.append((each.currency, _("Closing balance of the ledger"), *_line(each.replayed)))
    return names, found


def in_order(sums: Sums) -> list[tuple[Kind, Mapping[Account, Any]]]:
    """The movements in the order of the kinds."""
    return [(kind, sums.moved[kind]) for kind in Kind if kind in sums.moved]


def name_of(period: Period, suffix: str) -> str:
    """What the file is called."""
    return f"journal-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{suffix}"


def ask_for(period: Period, suffix: str, language: str, *, by: User) -> Job:
    """Put a large export in the queue, in the language of the person who asked."""
    parameters = {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "format": suffix,
        "language": language,
    }
    return jobs.ask_for(KIND, period.partner, by=by, parameters=parameters)


def run(job: Job) -> Mapping[str, Any]:
    """Write the file of a job, and throw away those that nobody needs any more."""
    _throw_away_old()
    period = period_of(job)
    total = journal.count(period)
    with override(job.parameters["language"]), TemporaryFile() as stream:
        if job.parameters["format"] == XLSX:
            _write_workbook(job, period, total, stream)
        else:
            stream.writelines(csv_lines(header(), _counted(job, rows(period), total)))
        stream.seek(0)
        path = f"exports/{job.partner_id}/{uuid.uuid4().hex}"
        return {"path": default_storage.save(path, File(stream)), "rows": total}


def period_of(job: Job) -> Period:
    """The period a job was asked for."""
    first, last = (date.fromisoformat(job.parameters[name]) for name in ("first", "last"))
    return Period(job.partner, first, last)


def _write_workbook(job: Job, period: Period, total: int, stream: IO[bytes]) -> None:
    book = Book()
    for title, kinds in sheets():
        book.add_sheet(title, header(), _counted(job, rows(period, kinds), total))
    book.add_sheet(_("Totals"), *totals(journal.sums(period)))
    book.save(stream)


def _counted(
    job: Job, found: Iterator[tuple[object, ...]], total: int
) -> Iterator[tuple[object, ...]]:
    """The rows, showing now and then how far they are."""
    for position, row in enumerate(found, start=1):
        if position % journal.CHUNK == 0:
            jobs.progress(job, position, total)
        yield row


def _throw_away_old() -> None:
    old = Job.objects.filter(kind=KIND, finished_at__lt=clock.now() - KEPT)
    for job in old.filter(result__has_key="path"):
        default_storage.delete(job.result["path"])
        Job.objects.filter(pk=job.pk).update(result={"rows": job.result["rows"]})


def _cells(each: Booking, booked_on: date) -> tuple[object, ...]:
    return (
        each.booking, booked_on, each.kind.value, each.kind.label, each.company, each.tenant_id,
        each.currency, each.debit.value, each.credit.value, each.amount, each.vat_rate,
        each.document, each.document_on, each.other, each.bank_account, each.note,
    )  # fmt: skip


def _line(amounts: Mapping[Account, Any]) -> list[object]:
    return [amounts.get(account) for account in Account]
