"""What can be wrong with a reconciliation file, in words that name row, column and way out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from billing.files.layouts import SECTION_NAMES, Section


class Code(StrEnum):
    """One kind of problem. Its value is stored with the file: never change one."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_KIND = "wrong_kind"
    NOT_TEXT = "not_text"
    CUT_TEXT = "cut_text"
    NUL = "nul"
    LONG_LINE = "long_line"
    QUOTES = "quotes"
    BAD_WORKBOOK = "bad_workbook"
    NO_LINES = "no_lines"
    UNKNOWN_LAYOUT = "unknown_layout"
    MISSING_COLUMN = "missing_column"
    DOUBLE_COLUMN = "double_column"
    EXPECTED_COLUMN = "expected_column"
    EXTRA_COLUMN = "extra_column"
    RAGGED = "ragged"
    MISSING_VALUE = "missing_value"
    TOO_LONG = "too_long"
    SCIENTIFIC_KEY = "scientific_key"
    BAD_KEY = "bad_key"
    BAD_NUMBER = "bad_number"
    TOO_MANY_DECIMALS = "too_many_decimals"
    NUMBER_TOO_LARGE = "number_too_large"
    BAD_DATE = "bad_date"
    PERIOD_BACKWARDS = "period_backwards"
    BAD_CURRENCY = "bad_currency"
    MIXED_CURRENCIES = "mixed_currencies"
    OTHER_CURRENCY = "other_currency"
    OTHER_PARTNER = "other_partner"
    OTHER_INVOICE = "other_invoice"
    UNKNOWN_CHARGE = "unknown_charge"
    DOES_NOT_ADD_UP = "does_not_add_up"
    TOTALS_DIFFER = "totals_differ"
    TOTAL_UNKNOWN = "total_unknown"
    SECTION_DIFFERS = "section_differs"
    OLD_PERIOD = "old_period"
    ALREADY_IMPORTED = "already_imported"
    LIVE_FILE = "live_file"
    WRONG_REPLACED = "wrong_replaced"
    AT_COST = "at_cost"


WARNINGS = frozenset({
    Code.EXPECTED_COLUMN, Code.EXTRA_COLUMN, Code.UNKNOWN_CHARGE, Code.DOES_NOT_ADD_UP,
    Code.TOTAL_UNKNOWN, Code.SECTION_DIFFERS, Code.OLD_PERIOD, Code.ALREADY_IMPORTED, Code.AT_COST,
})  # fmt: skip
"""Problems that a person may import past. Every other one stops the file."""

_SENTENCES = {
    Code.EMPTY: _("The file is empty (0 bytes). Download it again from Partner Center."),
    Code.TOO_LARGE: _(
        "The file is larger than %(limit)s MB. Ask 21Vianet for the file in parts, "
        "or let the platform's administrator import it with the command."
    ),
    Code.WRONG_KIND: _(
        "This is %(value)s, not a reconciliation file. Upload the CSV or XLSX file that "
        "Partner Center offers beside the invoice."
    ),
    Code.NOT_TEXT: _(
        "The file is not text: neither UTF-8, UTF-16 nor GB18030 can read it. "
        "Upload the CSV file as it was downloaded, not packed or converted."
    ),
    Code.CUT_TEXT: _(
        "The file ends in the middle of a character, so a part is missing. Download it again."
    ),
    Code.NUL: _("Row %(row)s holds a NUL character, so the file is damaged. Download it again."),
    Code.LONG_LINE: _(
        "Row %(row)s is longer than any line of a reconciliation file. "
        "The file is damaged, or a quotation mark is not closed. Download it again."
    ),
    Code.QUOTES: _(
        "Row %(row)s: quotation marks do not match. Download the file again; "
        "do not edit it by hand."
    ),
    Code.BAD_WORKBOOK: _(
        "The workbook can't be opened. Save it as XLSX again, or upload the CSV file."
    ),
    Code.NO_LINES: _("The file has a header and no line below it. Download it again."),
    Code.UNKNOWN_LAYOUT: _(
        "Row 1 has none of the column names of a reconciliation file. "
        "Keep the first line with the column names, and upload the file as it was downloaded."
    ),
    Code.MISSING_COLUMN: _(
        "The column “%(column)s” is missing. Download the file again, with all its columns."
    ),
    Code.DOUBLE_COLUMN: _("The column “%(column)s” is there twice. Remove the wrong one."),
    Code.EXPECTED_COLUMN: _("The documented column “%(column)s” is missing; it is not needed."),
    Code.EXTRA_COLUMN: _("The column “%(column)s” is not known; it is kept and not used."),
    Code.RAGGED: _(
        "Row %(row)s has %(value)s columns, the header has %(expected)s. "
        "If it is the last row, half the file is missing: download it again."
    ),
    Code.MISSING_VALUE: _("Row %(row)s, %(column)s: no value. Download the file again."),
    Code.TOO_LONG: _("Row %(row)s, %(column)s: longer than %(limit)s characters."),
    Code.SCIENTIFIC_KEY: _(
        "Row %(row)s, %(column)s: “%(value)s” was an ID before Excel saved the file and lost "
        "digits of it. Download the file again and upload it without opening it in Excel."
    ),
    Code.BAD_KEY: _(
        "Row %(row)s, %(column)s: the ID “%(value)s” holds invisible characters. "
        "Download the file again."
    ),
    Code.BAD_NUMBER: _(
        "Row %(row)s, %(column)s: “%(value)s” is not a number as reconciliation files write it, "
        "for example 1,234.50."
    ),
    Code.TOO_MANY_DECIMALS: _(
        "Row %(row)s, %(column)s: “%(value)s” has more than %(limit)s decimals."
    ),
    Code.NUMBER_TOO_LARGE: _("Row %(row)s, %(column)s: “%(value)s” is too large to be true."),
    Code.BAD_DATE: _(
        "Row %(row)s, %(column)s: “%(value)s” is not a date such as 2/28/2026 23:59, "
        "2026/2/28 or 2026-02-28."
    ),
    Code.PERIOD_BACKWARDS: _("Row %(row)s, %(column)s: the charge ends before it starts."),
    Code.BAD_CURRENCY: _("Row %(row)s, %(column)s: “%(value)s” is not a currency such as CNY."),
    Code.MIXED_CURRENCIES: _(
        "Row %(row)s, %(column)s: %(value)s, but the file starts in %(expected)s. "
        "21Vianet bills in one currency; download the file again."
    ),
    Code.OTHER_CURRENCY: _(
        "The lines are in %(value)s, the invoice in %(expected)s. "
        "Correct the invoice's currency, or choose the file of this invoice."
    ),
    Code.OTHER_PARTNER: _(
        "Row %(row)s, %(column)s: MPN ID %(value)s belongs to another partner; yours is "
        "%(expected)s. Switch the partner, or choose another file."
    ),
    Code.OTHER_INVOICE: _(
        "Row %(row)s, %(column)s: the line belongs to invoice %(value)s, not to %(expected)s. "
        "Correct the invoice number, or choose another file."
    ),
    Code.UNKNOWN_CHARGE: _(
        "Row %(row)s, %(column)s: the charge type “%(value)s” is not documented; "
        "it is counted under “other charges”."
    ),
    Code.DOES_NOT_ADD_UP: _(
        "Row %(row)s, %(column)s: %(value)s, but net and tax add up to %(expected)s."
    ),
    Code.TOTALS_DIFFER: _(
        "The lines add up to %(value)s %(currency)s after tax, %(expected)s were expected. "
        "If half the file is missing, download it again. If the total was typed wrongly, or "
        "another file explains the rest, correct it below."
    ),
    Code.TOTAL_UNKNOWN: _(
        "The invoice's total is not known, so nobody can notice if a part of the file is missing. "
        "The lines add up to %(value)s %(currency)s after tax."
    ),
    Code.SECTION_DIFFERS: _(
        "Section “%(column)s”: the lines add up to %(value)s, the invoice says %(expected)s."
    ),
    Code.OLD_PERIOD: _(
        "The newest charge ends on %(value)s, long before the invoice of %(expected)s. "
        "Make sure this is the file of this invoice."
    ),
    Code.ALREADY_IMPORTED: _(
        "Row %(row)s was already imported as row %(value)s of “%(column)s” "
        "(invoice %(expected)s). It is not invoiced twice."
    ),
    Code.LIVE_FILE: _(
        "Invoice %(expected)s already has a file of this kind: “%(value)s”. "
        "Say that this one replaces it, or choose the other kind of file."
    ),
    Code.WRONG_REPLACED: _(
        "“%(value)s” can't be replaced by this file: it is not the imported file of the same kind "
        "and invoice."
    ),
    Code.AT_COST: _(
        "Customers without a price rule for all of their lines: %(value)s. Such lines are "
        "invoiced at cost, with 21Vianet's tax. Add price rules to change this."
    ),
}


@dataclass(frozen=True)
class Problem:
    """One problem. `row` counts as a spreadsheet does: the header is row 1."""

    code: Code
    row: int | None = None
    column: str = ""
    value: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        """Whether a person may import past it."""
        return self.code in WARNINGS

    @property
    def place(self) -> str:
        """The column, or the section of the invoice, that the problem is about."""
        if self.code is Code.SECTION_DIFFERS:
            return str(SECTION_NAMES[Section(self.column)])
        return self.column

    @property
    def sentence(self) -> str:
        """The problem in the reader's language."""
        words = {"row": self.row, "column": self.place, "value": self.value, **self.details}
        return str(_SENTENCES[self.code]) % words

    def stored(self) -> dict[str, Any]:
        """What is kept as JSON, independent of the language."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Self:
        """The twin of `stored`."""
        return cls(**{**stored, "code": Code(stored["code"])})


class FileRefused(Exception):
    """Nothing of the file can be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code.value)


class ValueRefused(Exception):
    """One cell can't be read; the parser adds row and column."""

    def __init__(self, code: Code, **details: str) -> None:
        self.code = code
        self.details = details
        super().__init__(code.value)
