"""CSV that a spreadsheet opens without running anything."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.exports import csv_response, safe

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
INVISIBLE = " \u00a0\u200b\u3000\ufeff"
CELLS = st.text() | st.builds("".join, st.tuples(st.sampled_from(FORMULA), st.text()))


def read(rows: list[list[object]]) -> list[list[str]]:
    """The rows as a program reads them back."""
    body = b"".join(csv_response("x.csv", ["Head"], rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body, newline="")))


@given(CELLS)
def test_text_never_begins_a_formula(text: str) -> None:
    cell = str(safe(text))

    assert not cell.startswith(FORMULA)
    assert "\x00" not in cell


@given(CELLS)
def test_text_loses_nothing_but_nul(text: str) -> None:
    assert str(safe(text)).removeprefix("'") == text.replace("\x00", "").removeprefix("'")


@given(st.lists(CELLS, min_size=2, max_size=4))
def test_rows_keep_their_cells_apart(cells: list[str]) -> None:
    [_head, row] = read([list(cells)])

    assert row == [str(safe(cell)) for cell in cells]


@given(st.text(alphabet=INVISIBLE, max_size=3), st.sampled_from(FORMULA))
def test_invisible_beginnings_hide_no_formula(before: str, sign: str) -> None:
    cell = str(safe(f"{before}{sign}cmd()"))

    assert not cell.lstrip(INVISIBLE).startswith(FORMULA)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("-12.50"), "-12.50"),
        (-3, "-3"),
        (None, ""),
        (date(2026, 11, 2), "2026-11-02"),
        ("\x00=1", "'=1"),
        ("云启", "云启"),
    ],
)
def test_values_stand_as_they_are(value: object, expected: str) -> None:
    assert read([[value, "end"]])[1][0] == expected


def test_headers_are_safe_too() -> None:
    body = b"".join(csv_response("x.csv", ["=1"], []))

    assert body == "\ufeff'=1\r\n".encode()


def test_download_names_its_file() -> None:
    response = csv_response("customers.csv", [], [])

    assert response.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
