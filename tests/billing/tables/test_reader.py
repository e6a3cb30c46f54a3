"""Bytes to rows: encodings, separators, and everything that is no table of text."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest
from openpyxl import Workbook

from billing.files.parser import separator_of
from billing.tables import reader
from billing.tables.problems import FileRefused, ProblemCode, TableCode
from tests.billing.files import make


def read(content: bytes) -> list[list[str]]:
    return list(reader.read_rows(io.BytesIO(content), separator_of))


def refusal(content: bytes) -> ProblemCode:
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert refused.value.problem.sentence
    return refused.value.problem.code


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_read_knows_encoding(encoding: str) -> None:
    rows = read(make.licence_bytes(encoding=encoding))

    assert rows[1][21] == "上海测试0有限公司"


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_read_knows_separator(separator: str) -> None:
    content = make.licence_bytes().decode("utf-8-sig").replace(",", separator)

    assert len(read(content.encode())[0]) == 27


def test_read_skips_excels_separator_line() -> None:
    content = b"sep=;\r\n" + make.licence_bytes(encoding="utf-8").replace(b",", b";")

    assert read(content)[0][0] == "PartnerId"


def test_read_takes_mixed_line_ends() -> None:
    assert read(b"MPNID,Tax\r\n1,2\n3,4\r5,6") == [
        ["MPNID", "Tax"], ["1", "2"], ["3", "4"], ["5", "6"],
    ]  # fmt: skip


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_read_takes_workbook_as_text() -> None:
    rows = read(workbook([["MPNID", "Tax", "Name"], [4390934, 13.32, None], ["x", 0.1, "y"]]))

    assert rows == [["MPNID", "Tax", "Name"], ["4390934", "13.32", ""], ["x", "0.1", "y"]]


def test_read_shows_what_excel_lost() -> None:
    assert "E+" in read(workbook([["OrderID"], [566890604832738111]]))[1][0]


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    return content.getvalue()


def plain_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("evil.csv", b"a,b")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", TableCode.EMPTY),
        (b"%PDF-1.7 ...", TableCode.WRONG_KIND),
        (b"\xd0\xcf\x11\xe0rest", TableCode.WRONG_KIND),
        (b"<html><script>alert(1)</script>", TableCode.WRONG_KIND),
        (b"\xef\xbb\xbf  <svg onload=x>", TableCode.WRONG_KIND),
        (b"\x1f\x8b\x08", TableCode.WRONG_KIND),
        (plain_zip(), TableCode.WRONG_KIND),
        (bomb(), TableCode.BAD_WORKBOOK),
        (workbook([["MPNID"], [1]])[:900], TableCode.BAD_WORKBOOK),
        (b"PK\x03\x04 no archive", TableCode.BAD_WORKBOOK),
        (b"\xff\x00\xfe\x80\x81abc", TableCode.NOT_TEXT),
        (b"\xff\x80\xfe\x81abc\xff", TableCode.NOT_TEXT),
        (b"MPNID,Tax\n1,\0\n", TableCode.NUL),
        ("MPNID,名".encode()[:-1] + b"\xff\xff", TableCode.NOT_TEXT),
        (make.licence_bytes(encoding="utf-16")[:-1], TableCode.CUT_TEXT),
        (b'MPNID,Tax\n"1"2,3\n', TableCode.QUOTES),
        (b'MPNID,Tax\n"1,3\n', TableCode.QUOTES),
        (b"MPNID," + b"x" * 200_000, TableCode.LONG_LINE),
    ],
)
def test_read_refuses(content: bytes, code: TableCode) -> None:
    assert refusal(content) is code


def test_read_refuses_too_large() -> None:
    with pytest.raises(FileRefused) as refused:
        reader.read_rows(io.BytesIO(b"x" * 11), separator_of, max_bytes=10)

    assert refused.value.problem.code is TableCode.TOO_LARGE


def test_read_names_the_row_of_a_nul() -> None:
    with pytest.raises(FileRefused) as refused:
        read(b"MPNID\n1\n2\n\0")

    assert "Row 4" in refused.value.problem.sentence


class Endless(io.RawIOBase):
    """A line of 300 MB that is never held in memory."""

    def __init__(self) -> None:
        self.at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = 300_000_000 if whence == io.SEEK_END else offset
        return self.at

    def read(self, size: int = -1) -> bytes:
        size = min(size, 300_000_000 - self.at)
        self.at += size
        return b"x" * size

    read1 = read


def test_read_of_one_endless_line_keeps_memory_flat() -> None:
    tracemalloc.start()
    rows: Iterator[list[str]] = reader.read_rows(Endless(), separator_of)  # type: ignore[arg-type]  # behaves like a file
    with pytest.raises(FileRefused):
        next(rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000
