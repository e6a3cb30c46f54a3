"""Bytes to rows of text: finds encoding and separator, streams, and keeps memory flat.

Raises FileRefused for what is no table of text. Files are told by their content, never by name.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import IO

from billing.files import layouts
from billing.files.problems import Code, FileRefused, Problem
from billing.files.workbook import workbook_rows

MEBIBYTE = 1024 * 1024
MAX_BYTES = 512 * MEBIBYTE
"""A file of a million lines has about 330 MB."""
MAX_LINE_CHARACTERS = 128 * 1024
SEPARATORS = (",", "\t", ";")

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


def read_rows(stream: IO[bytes], max_bytes: int = MAX_BYTES) -> Iterator[list[str]]:
    """The rows of a CSV or XLSX file, the header first, blank rows as empty lists."""
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        raise FileRefused(Problem(Code.EMPTY))
    if size > max_bytes:
        raise FileRefused(Problem(Code.TOO_LARGE, details={"limit": str(max_bytes // MEBIBYTE)}))
    stream.seek(0)
    start = stream.read(4096)
    stream.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return workbook_rows(stream)
    _refuse_other_kinds(start)
    encoding = _encoding(stream, start)
    stream.seek(0)
    return _csv_rows(stream, encoding)


def _refuse_other_kinds(start: bytes) -> None:
    for magic, name in _OTHER_KINDS:
        if start.startswith(magic):
            raise FileRefused(Problem(Code.WRONG_KIND, value=name))
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise FileRefused(Problem(Code.WRONG_KIND, value="HTML / XML"))


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
            if refused.problem.code is Code.NUL:
                raise
            cut = cut or refused.problem.code is Code.CUT_TEXT
        else:
            return encoding
    raise FileRefused(Problem(Code.CUT_TEXT if cut else Code.NOT_TEXT))


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
                raise FileRefused(Problem(Code.NUL, row=row))
            row += text.count("\n")
    except UnicodeDecodeError as error:
        raise FileRefused(Problem(Code.NOT_TEXT)) from error
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FileRefused(Problem(Code.CUT_TEXT)) from error


def _csv_rows(stream: IO[bytes], encoding: str) -> Iterator[list[str]]:
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield from _rows_of(text)
    finally:
        if not stream.closed:
            text.detach()


def _rows_of(text: io.TextIOWrapper) -> Iterator[list[str]]:
    lines = _short_lines(text)
    first = next(lines, "").lstrip("\ufeff")
    if first.strip().lower() in {"sep=,", "sep=;", "sep=\t", "sep="}:
        first = next(lines, "")
    rows = csv.reader(_chained(first, lines), delimiter=_separator(first), strict=True)
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(Problem(Code.QUOTES, row=number + 1)) from error
        number += 1
        yield row


def _short_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines with a bound, so that a gigabyte without a line end is refused, not read."""
    number = 0
    while line := text.readline(MAX_LINE_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_LINE_CHARACTERS:
            raise FileRefused(Problem(Code.LONG_LINE, row=number))
        yield line


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _separator(header: str) -> str:
    """The separator that splits the first line into most known column names."""

    def known(separator: str) -> tuple[int, int]:
        names = [layouts.header_key(name) for name in header.split(separator)]
        return sum(name in layouts.KNOWN_KEYS for name in names), len(names)

    return max(SEPARATORS, key=known)
