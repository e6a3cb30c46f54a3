"""What can be wrong with a table that somebody uploads, in words that name row, column, way out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext_lazy as _


class ProblemCode(StrEnum):
    """One kind of problem. Its value is stored with the file: never change one.

    Each kind of file has a vocabulary of its own beside the one that all tables share.
    """

    @property
    def words(self) -> str:
        """The sentence in the reader's language, with places for what the problem names."""
        raise NotImplementedError

    @property
    def is_warning(self) -> bool:
        """Whether a person may import past it."""
        return False


class TableCode(ProblemCode):
    """What can be wrong with any table: its bytes, and single cells. All of it stops the file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_KIND = "wrong_kind"
    NOT_TEXT = "not_text"
    CUT_TEXT = "cut_text"
    NUL = "nul"
    LONG_LINE = "long_line"
    QUOTES = "quotes"
    BAD_WORKBOOK = "bad_workbook"
    MISSING_VALUE = "missing_value"
    TOO_LONG = "too_long"
    SCIENTIFIC_KEY = "scientific_key"
    BAD_KEY = "bad_key"
    BAD_NUMBER = "bad_number"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NUMBER_TOO_LARGE = "number_too_large"
    BAD_DATE = "bad_date"
    BAD_CURRENCY = "bad_currency"

    @property
    def words(self) -> str:
        return str(_SENTENCES[self])


_SENTENCES = {
    TableCode.EMPTY: _("The file is empty (0 bytes). Download it again."),
    TableCode.TOO_LARGE: _(
        "The file is larger than %(limit)s MB. Ask for it in parts, "
        "or let the platform's administrator import it with the command."
    ),
    TableCode.WRONG_KIND: _(
        "This is %(value)s, not a table. Upload the CSV or XLSX file as it was downloaded."
    ),
    TableCode.NOT_TEXT: _(
        "The file is not text: neither UTF-8, UTF-16 nor GB18030 can read it. "
        "Upload the CSV file as it was downloaded, not packed or converted."
    ),
    TableCode.CUT_TEXT: _(
        "The file ends in the middle of a character, so a part is missing. Download it again."
    ),
    TableCode.NUL: _(
        "Row %(row)s holds a NUL character, so the file is damaged. Download it again."
    ),
    TableCode.LONG_LINE: _(
        "Row %(row)s is longer than any line of such a file. "
        "The file is damaged, or a quotation mark is not closed. Download it again."
    ),
    TableCode.QUOTES: _(
        "Row %(row)s: quotation marks do not match. Download the file again; "
        "do not edit it by hand."
    ),
    TableCode.BAD_WORKBOOK: _(
        "The workbook can't be opened. Save it as XLSX again, or upload the CSV file."
    ),
    TableCode.MISSING_VALUE: _("Row %(row)s, %(column)s: no value. Download the file again."),
    TableCode.TOO_LONG: _("Row %(row)s, %(column)s: longer than %(limit)s characters."),
    TableCode.SCIENTIFIC_KEY: _(
        "Row %(row)s, %(column)s: “%(value)s” was an ID before Excel saved the file and lost "
        "digits of it. Download the file again and upload it without opening it in Excel, "
        "or format the column as text before you save."
    ),
    TableCode.BAD_KEY: _(
        "Row %(row)s, %(column)s: the ID “%(value)s” holds invisible characters. "
        "Download the file again."
    ),
    TableCode.BAD_NUMBER: _(
        "Row %(row)s, %(column)s: “%(value)s” is not a number such as 1,234.50."
    ),
    TableCode.TOO_MANY_DECIMALS: _(
        "Row %(row)s, %(column)s: “%(value)s” has more than %(limit)s decimals."
    ),
    TableCode.NUMBER_TOO_LARGE: _("Row %(row)s, %(column)s: “%(value)s” is too large to be true."),
    TableCode.BAD_DATE: _(
        "Row %(row)s, %(column)s: “%(value)s” is not a date such as 2/28/2026 23:59, "
        "2026/2/28 or 2026-02-28."
    ),
    TableCode.BAD_CURRENCY: _(
        "Row %(row)s, %(column)s: “%(value)s” is not a currency such as CNY."
    ),
}


@dataclass(frozen=True)
class Problem:
    """One problem. `row` counts as a spreadsheet does: the first line is row 1."""

    code: ProblemCode
    row: int | None = None
    column: str = ""
    value: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        """Whether a person may import past it."""
        return self.code.is_warning

    @property
    def place(self) -> str:
        """The column that the problem is about."""
        return self.column

    @property
    def sentence(self) -> str:
        """The problem in the reader's language."""
        words = {"row": self.row, "column": self.place, "value": self.value, **self.details}
        return self.code.words % words

    def stored(self) -> dict[str, Any]:
        """What is kept as JSON, independent of the language."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: Mapping[str, Any], vocabulary: type[ProblemCode]) -> Self:
        """The twin of `stored`, for files with this vocabulary beside the shared one."""
        code = stored["code"]
        known = TableCode if code in TableCode else vocabulary
        return cls(**{**stored, "code": known(code)})


class FileRefused(Exception):
    """Nothing of the file can be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code.value)


class ValueRefused(Exception):
    """One cell can't be read; whoever reads the row adds row and column."""

    def __init__(self, code: ProblemCode, **details: str) -> None:
        self.code = code
        self.details = details
        super().__init__(code.value)
