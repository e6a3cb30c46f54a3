"""CSV and XLSX of exactly what a list shows, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INVISIBLE = " \u00a0\u200b\u3000\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_IN_A_SHEET = 1_000_000
"""Excel ends a sheet at 1,048,576 rows; what is longer goes on in a further sheet."""
LONGEST_TEXT = 32_767
"""What a cell of Excel holds."""


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


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same lines as those of `csv_response`, for a file."""
    return (line.encode() for line in _lines(header, rows))


class Book:
    """A workbook that is written row by row, so that its size does not matter.

    Texts are stored as texts: none of them is ever a formula, whatever it begins with.
    """

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)

    def add_sheet(
        self, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """A sheet with a header that stays in sight, and further ones when it is too long."""
        left = iter(rows)
        number = 1
        first: list[Sequence[object]] = []
        while number == 1 or first:
            sheet = self._book.create_sheet(title if number == 1 else f"{title} {number}")
            sheet.freeze_panes = "A2"
            sheet.append([_cell(sheet, name) for name in header])
            for row in chain(first, islice(left, ROWS_IN_A_SHEET - len(first))):
                sheet.append([_cell(sheet, value) for value in row])
            first = list(islice(left, 1))
            number += 1

    def save(self, stream: IO[bytes]) -> None:
        """Write the workbook; nothing can be added after it."""
        self._book.save(stream)


def xlsx_response(filename: str, book: Book) -> FileResponse:
    """A download of a workbook."""
    stream = TemporaryFile()  # noqa: SIM115  (the response closes it when it is sent)
    book.save(stream)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=filename, content_type=XLSX)


def table_response(
    filename: str, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse | FileResponse:
    """A download of one table: a workbook if the name ends so, else CSV."""
    if not filename.endswith(".xlsx"):
        return csv_response(filename, header, rows)
    book = Book()
    book.add_sheet(title, header, rows)
    return xlsx_response(filename, book)


def _cell(sheet: Any, value: object) -> object:
    """Numbers and dates as such, everything else as text."""
    if value is None or value == "":
        return None
    if isinstance(value, int | date):
        return value
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # it writes Decimals exactly
        cell.number_format = "#,##0.00"
        return cell
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT])
    cell.data_type = "s"
    return cell
