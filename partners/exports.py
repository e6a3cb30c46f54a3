"""CSV of exactly what a list shows, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INVISIBLE = " \u00a0\u200b\u3000\ufeff"


class _Echo:
    """A file whose writes are handed straight to the response."""

    def write(self, text: str) -> str:
        return text


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A download in UTF-8 with a byte order mark, so that Excel reads Chinese.

    Text that a spreadsheet would take for a formula gets a leading apostrophe; amounts and dates
    stay as they are.
    """
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield str(writer.writerow([safe(cell) for cell in header]))
    for row in rows:
        yield str(writer.writerow([safe(cell) for cell in row]))


def safe(cell: object) -> object:
    """The cell as it may stand in a spreadsheet."""
    if cell is None or isinstance(cell, int | Decimal):
        return cell
    text = str(cell).replace("\x00", "")
    return f"'{text}" if text.lstrip(_INVISIBLE).startswith(_DANGEROUS) else text
