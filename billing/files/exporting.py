"""Lists of files and lines as CSV: exactly the rows that the page has filtered."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from billing.models import ReconciliationFile, ReconciliationLine
from billing.models.reconciliation import ReconciliationFileQuerySet
from partners.access import ScopedQuerySet
from partners.exports import csv_response

CHUNK = 2000


def files(found: ReconciliationFileQuerySet) -> StreamingHttpResponse:
    """Files, oldest first."""
    header = [
        _("File"), _("Kind"), _("Invoice"), _("Status"), _("Lines"), _("Total after tax"),
        _("Currency"), _("Uploaded"), _("Imported"),
    ]  # fmt: skip
    return csv_response("reconciliation-files.csv", header, _file_rows(found))


def lines(found: ScopedQuerySet[ReconciliationLine]) -> StreamingHttpResponse:
    """Lines in the order of their file, at cost."""
    header = [
        _("Row"), _("Customer"), _("Tenant ID"), _("Subscription ID"), _("Offer ID"), _("Offer"),
        _("Charge"), _("Section"), _("From"), _("To"), _("Unit price"), _("Quantity"),
        _("Amount"), _("Discount"), _("Net"), _("Tax"), _("Total"), _("Currency"),
    ]  # fmt: skip
    return csv_response("reconciliation-lines.csv", header, _line_rows(found))


def _file_rows(found: ReconciliationFileQuerySet) -> Iterator[tuple[object, ...]]:
    for file in found.order_by("id").iterator(chunk_size=CHUNK):
        yield (
            file.name, file.get_kind_display(), file.invoice.number, file.get_status_display(),
            file.line_count, file.total, file.invoice.currency, _day(file, "uploaded_at"),
            _day(file, "imported_at"),
        )  # fmt: skip


def _line_rows(found: ScopedQuerySet[ReconciliationLine]) -> Iterator[tuple[object, ...]]:
    for line in found.order_by("row").iterator(chunk_size=CHUNK):
        yield (
            line.row, line.customer.company, line.customer.tenant_id, line.subscription_ref,
            line.offer_id, line.offer_name, line.charge_type, line.get_section_display(),
            line.charge_from, line.charge_to, line.unit_price.normalize() + 0,
            line.quantity.normalize() + 0, line.amount, line.discount, line.net,
            line.tax, line.total, line.currency,
        )  # fmt: skip


def _day(file: ReconciliationFile, column: str) -> object:
    """The date in the partner's zone."""
    moment = getattr(file, column)
    return moment.astimezone(file.partner.zone).date() if moment else None
