"""An XLSX workbook's first sheet as rows of text, cell by cell, with bounds against bombs."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from billing.tables.problems import FileRefused, Problem, TableCode

MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_SHARED_STRING_BYTES = 128 * 1024**2
"""Shared strings are the one part of a workbook that is held in memory."""
MAX_RATIO = 200
"""Sheets shrink about twenty to one; what shrinks more is a bomb."""
LONGEST_EXACT_INTEGER = 10**15
"""Excel keeps fifteen digits."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, LookupError, ValueError,
    TypeError, AttributeError, ArithmeticError, EOFError, RuntimeError, OSError,
)  # fmt: skip
"""What openpyxl raises for files that are packed but are no workbooks."""


def workbook_rows(stream: IO[bytes]) -> Iterator[list[str]]:
    """The rows of the first sheet. Raises FileRefused for anything that is no workbook."""
    try:
        _refuse_bombs(stream)
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(stream, read_only=True, data_only=True)
    except _BROKEN as error:
        raise FileRefused(Problem(TableCode.BAD_WORKBOOK)) from error
    try:
        if not book.worksheets:
            raise FileRefused(Problem(TableCode.BAD_WORKBOOK))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        width = 0
        for row in sheet.iter_rows(values_only=True):
            cells = _without_tail([_as_text(cell) for cell in row])
            width = width or len(cells)
            yield cells + [""] * (width - len(cells)) if cells else []
    except _BROKEN as error:
        raise FileRefused(Problem(TableCode.BAD_WORKBOOK)) from error
    finally:
        book.close()


def _refuse_bombs(stream: IO[bytes]) -> None:
    stream.seek(0)
    packed = stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise FileRefused(Problem(TableCode.WRONG_KIND, value="ZIP"))
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    is_bomb = unpacked > max(MAX_RATIO * packed, 1024**2)
    if is_bomb or unpacked > MAX_UNPACKED_BYTES or shared > MAX_SHARED_STRING_BYTES:
        raise FileRefused(Problem(TableCode.BAD_WORKBOOK))
    stream.seek(0)


def _as_text(cell: object) -> str:
    """The cell as a CSV file would show it. Long whole numbers are marked as Excel's rounding."""
    match cell:
        case None:
            return ""
        case datetime() as moment:
            return moment.strftime("%Y-%m-%d %H:%M:%S")
        case date() as day:
            return day.isoformat()
        case float() | int() if not isinstance(cell, bool):
            return _number(cell)
        case _:
            return str(cell).replace("\0", "")


def _number(value: float) -> str:
    if abs(value) >= LONGEST_EXACT_INTEGER:
        return f"{value:.14E}"
    if value == int(value):
        return str(int(value))
    return f"{value:.15f}".rstrip("0") if abs(value) < 1 else f"{value:.15g}"


def _without_tail(row: list[str]) -> list[str]:
    """Sheets leave trailing empty cells out or in; rows get the width of the header instead."""
    while row and not row[-1]:
        row.pop()
    return row
