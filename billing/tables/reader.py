"""Bytes to rows of text: finds encoding and separator, streams, and keeps memory flat.

Raises FileRefused for what is no table of text. Files are told by their content, never by name.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import IO

from billing.tables.problems import FileRefused, Problem, TableCode
from billing.tables.workbook import workbook_rows

MEBIBYTE = 1024 * 1024
MAX_BYTES = 512 * MEBIBYTE
"""A file of a million lines has about 330 MB."""
MAX_LINE_CHARACTERS = 128 * 1024
SEPARATORS = (",", "\t", ";")

LINES_TO_JUDGE_BY = 30

_SAID = re.compile(r"sep=([,;\t]?)", re.ASCII)
"""Excel's own line that says the separator."""
_CHUNK = MEBIBYTE
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS (Excel 97–2003)"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"{\\rtf", "RTF"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script")


type SeparatorOf = Callable[[Sequence[str]], str]
"""Finds the separator from the first lines of a text."""


def read_rows(
    stream: IO[bytes], separator_of: SeparatorOf, max_bytes: int = MAX_BYTES
) -> Iterator[list[str]]:
    """The rows of a CSV or XLSX file from the first on, blank rows as empty lists."""
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise FileRefused(Problem(TableCode.EMPTY))
    if size > max_bytes:
        raise FileRefused(
            Problem(TableCode.TOO_LARGE, details={"limit": str(max_bytes // MEBIBYTE)})
        )
    stream.seek(0)
    start = stream.read(4096)
    stream.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return workbook_rows(stream)
    _refuse_other_kinds(start)
    encoding = _encoding(stream, start)
    stream.seek(0)
    return _csv_rows(stream, encoding, separator_of)


def _refuse_other_kinds(start: bytes) -> None:
    for magic, name in _OTHER_KINDS:
        if start.startswith(magic):
            raise FileRefused(Problem(TableCode.WRONG_KIND, value=name))
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise FileRefused(Problem(TableCode.WRONG_KIND, value="HTML / XML"))


def _encoding(stream: IO[bytes], start: bytes) -> str:
    """The encoding that reads every byte of the file."""
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            _read_through(stream, encoding)
            return encoding
    candidates = _utf16_without_bom(start) or ("utf-8", "gb18030")
    cut = False
    for encoding in candidates:
        try:
            _read_through(stream, encoding)
        except FileRefused as refused:
            if refused.problem.code is TableCode.NUL:
                raise
            cut = cut or refused.problem.code is TableCode.CUT_TEXT
        else:
            return encoding
    raise FileRefused(Problem(TableCode.CUT_TEXT if cut else TableCode.NOT_TEXT))


def _utf16_without_bom(start: bytes) -> tuple[str, ...] | None:
    """Column names are ASCII, so that every second byte of UTF-16 is NUL."""
    even, odd = start[0::2], start[1::2]
    if odd and odd.count(0) > 0.9 * len(odd):
        return ("utf-16-le",)
    if even and even.count(0) > 0.9 * len(even):
        return ("utf-16-be",)
    return None


def _read_through(stream: IO[bytes], encoding: str) -> None:
    """Decode the whole file once, a megabyte at a time, so that no bad byte surprises later."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    try:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            if "\0" in text:
                row += text.count("\n", 0, text.index("\0"))
                raise FileRefused(Problem(TableCode.NUL, row=row))
            row += text.count("\n")
    except UnicodeDecodeError as error:
        raise FileRefused(Problem(TableCode.NOT_TEXT)) from error
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FileRefused(Problem(TableCode.CUT_TEXT)) from error


def _csv_rows(stream: IO[bytes], encoding: str, separator_of: SeparatorOf) -> Iterator[list[str]]:
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield from _rows_of(text, separator_of)
    finally:
        if not stream.closed:
            text.detach()


def _rows_of(text: io.TextIOWrapper, separator_of: SeparatorOf) -> Iterator[list[str]]:
    lines = _short_lines(text)
    start = list(islice(lines, LINES_TO_JUDGE_BY))
    if start:
        start[0] = start[0].lstrip("\ufeff")
    said = _SAID.fullmatch(start[0].strip().lower()) if start else None
    if said:
        start = start[1:]
    separator = said[1] if said and said[1] else separator_of(start)
    rows = csv.reader(chain(start, lines), delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(Problem(TableCode.QUOTES, row=number + 1)) from error
        number += 1
        yield row


def widest_separator(lines: Sequence[str]) -> str:
    """The separator that most lines have most often: for files whose columns have any names."""

    def columns(separator: str) -> int:
        return sum(line.count(separator) for line in lines)

    return max(SEPARATORS, key=columns)


def _short_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines with a bound, so that a gigabyte without a line end is refused, not read."""
    number = 0
    while line := text.readline(MAX_LINE_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_LINE_CHARACTERS:
            raise FileRefused(Problem(TableCode.LONG_LINE, row=number))
        yield line
