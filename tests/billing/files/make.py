"""Reconciliation files for tests: believable ones, and ones with a single fault."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile

from billing.bill import services as bill
from billing.files import layouts, parser, samples, services
from billing.models import PartnerInvoice, ReconciliationFile
from billing.tables import reader
from billing.tables.problems import Problem
from billing.tasks import drain_imports
from partners.models import Partner, User

MPN_ID = "4390934"
INVOICE = "D020001IVK"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
EXPECTED = parser.Expected(MPN_ID, INVOICE)


def sample_customers(count: int, subscriptions: int = 1) -> list[samples.SampleCustomer]:
    """Customers with subscriptions at 10 seats of 100 each: 1,000 net and 60 tax a line."""
    return [
        samples.SampleCustomer(
            f"tenant-{n}",
            f"上海测试{n}有限公司",
            f"test{n}.partner.onmschina.cn",
            [
                samples.SampleSubscription(f"sub-{n}-{m}", "Office 365 E3", 10, Decimal(100))
                for m in range(subscriptions)
            ],
        )
        for n in range(count)
    ]


def licence_bytes(count: int = 3, encoding: str = "utf-8-sig", subscriptions: int = 1) -> bytes:
    """A licence-based file of the test partner."""
    return samples.licence_file(
        sample_customers(count, subscriptions),
        first=FIRST,
        last=LAST,
        mpn_id=MPN_ID,
        encoding=encoding,
    )


def usage_bytes(count: int = 3) -> bytes:
    """A usage-based file of the test partner: 24,000 net and 1,440 tax a line."""
    return samples.usage_file(
        sample_customers(count), invoice_number=INVOICE, first=FIRST, last=LAST, mpn_id=MPN_ID
    )


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A file's lines by column name."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def changed(content: bytes, changes: Mapping[str, str], row: int = 2) -> bytes:
    """The file with other cells in one row; the header is row 1."""
    rows = rows_of(content)
    rows[row - 2] |= changes
    return written(rows)


def written(rows: list[dict[str, str]], columns: list[str] | None = None) -> bytes:
    """Rows as a CSV file, with all columns or only these."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns or list(rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parsed(content: bytes) -> tuple[list[parser.Line], list[Problem]]:
    """All lines and problems of a file."""
    rows = reader.read_rows(io.BytesIO(content), parser.separator_of)
    table = parser.open_table(rows)
    found = list(table.read(rows, EXPECTED)) if table.is_readable else []
    lines = [item for item in found if isinstance(item, parser.Line)]
    return lines, [*table.problems, *(i for i in found if isinstance(i, Problem))]


def columns_of(kind: layouts.Kind) -> list[str]:
    """The documented columns."""
    return list(layouts.LAYOUTS[kind].columns)


def partner_invoice(
    partner: Partner, total: Decimal | None = None, number: str = INVOICE, **facts: object
) -> PartnerInvoice:
    """21Vianet's invoice of the sample files."""
    typed = {"issued_on": FIRST, "currency": "CNY", "total": total} | facts
    return bill.record_partner_invoice(
        partner,
        bill.InvoiceFacts(number=number, **typed),  # type: ignore[arg-type]  # from keyword facts
        by=None,
        reason="typed",
    )


def uploaded(
    invoice: PartnerInvoice,
    content: bytes,
    *,
    by: User | None = None,
    name: str = "October.csv",
    **expectations: object,
) -> ReconciliationFile:
    """A file that waits for its check."""
    return services.upload(
        invoice,
        ContentFile(content),
        name=name,
        by=by,
        reason="uploaded",
        **expectations,  # type: ignore[arg-type]  # from keyword facts
    )


def checked(invoice: PartnerInvoice, content: bytes, **expectations: object) -> ReconciliationFile:
    """A file after its check."""
    file = uploaded(invoice, content, **expectations)  # type: ignore[arg-type]  # from keyword facts
    drain_imports()
    file.refresh_from_db()
    return file


def imported(invoice: PartnerInvoice, content: bytes, **expectations: object) -> ReconciliationFile:
    """A file that was checked, confirmed and imported."""
    file = checked(invoice, content, **expectations)
    services.confirm(file, by=file.uploaded_by)
    drain_imports()
    file.refresh_from_db()
    return file


def problem_codes(file: ReconciliationFile) -> set[str]:
    """What the check found, errors and warnings."""
    return {item["code"] for key in ("errors", "warnings") for item in file.findings[key]}
