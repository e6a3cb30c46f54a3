"""What can be wrong with a bank statement or with opening balances, beside what any table can."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.tables.problems import Problem, ProblemCode

__all__ = ["DOUBTFUL", "SKIPPED", "Code", "Problem", "Say"]

type Say = Callable[[Problem], None]


class Code(ProblemCode):
    """What is wrong with a row, a column or the whole. Values are stored: never change one."""

    NO_ROWS = "no_rows"
    MISSING_COLUMN = "missing_column"
    OTHER_HEADER = "header_changed"
    NO_ACCOUNT = "no_account"
    FUTURE_DATE = "future_date"
    NO_AMOUNT = "no_amount"
    IN_AND_OUT = "in_and_out"
    NEGATIVE_CREDIT = "negative_credit"
    UNKNOWN_DIRECTION = "unknown_direction"
    UNKNOWN_CURRENCY = "unknown_currency"
    OTHER_SIGN = "other_sign"
    CUT_REMARK = "cut_remark"
    RAGGED = "ragged"
    SUMMARY_ROW = "summary_row"
    NOTE_ROW = "note_row"
    REPEATED_HEADER = "repeated_header"
    REPEATED_ROW = "repeated_row"
    SERIAL_OTHER_AMOUNT = "serial_other_amount"
    SERIAL_TWICE = "serial_twice"
    LOOKS_RECORDED = "looks_recorded"
    REVERSED_BEFORE = "reversed_before"
    UNKNOWN_CUSTOMER = "unknown_customer"
    AMBIGUOUS_CUSTOMER = "ambiguous_customer"
    OUR_NUMBER = "our_number"
    NUMBER_TWICE = "number_twice"
    NUMBER_TAKEN = "number_taken"
    NO_DUE_DATE = "no_due_date"
    DUE_BEFORE_ISSUE = "due_before_issue"
    TOTAL_NOT_POSITIVE = "total_not_positive"
    NEGATIVE_OPEN = "negative_open"
    OPEN_ABOVE_TOTAL = "open_above_total"
    NOTHING_OPEN = "nothing_open"
    BAD_TERMS = "bad_terms"
    BAD_RATE = "bad_rate"

    @property
    def words(self) -> str:
        return str(_SENTENCES[self])

    @property
    def is_warning(self) -> bool:
        return self in WARNINGS


DOUBTFUL = frozenset({Code.LOOKS_RECORDED, Code.REVERSED_BEFORE})
"""Rows that are recorded only if a person says that they are other payments."""
SKIPPED = frozenset({
    Code.SUMMARY_ROW, Code.NOTE_ROW, Code.REPEATED_HEADER, Code.REPEATED_ROW, Code.NOTHING_OPEN,
})  # fmt: skip
"""Rows that are left out and say so."""
WARNINGS = DOUBTFUL | SKIPPED | {Code.NO_ACCOUNT, Code.CUT_REMARK}
"""Problems that a person may import past. Every other one stops the file."""

_SENTENCES: dict[Code, Promise] = {
    Code.NO_ROWS: _("There is no row to import below the column names. Download the file again."),
    Code.MISSING_COLUMN: _(
        "No column is known to hold “%(column)s”. Say which column it is, or add it to the file."
    ),
    Code.OTHER_HEADER: _(
        "Row %(row)s does not hold the column names that were chosen. Choose the columns again."
    ),
    Code.NO_ACCOUNT: _(
        "It is not said for which bank account of ours this statement is. Serial numbers are "
        "compared among receipts without an account."
    ),
    Code.FUTURE_DATE: _(
        "Row %(row)s, %(column)s: “%(value)s” is after today. Money can't have come in yet; "
        "check the date."
    ),
    Code.NO_AMOUNT: _(
        "Row %(row)s, %(column)s: there is no amount. Correct the row, or remove it."
    ),
    Code.IN_AND_OUT: _(
        "Row %(row)s, %(column)s: money came in and went out in one row. Check the columns."
    ),
    Code.NEGATIVE_CREDIT: _(
        "Row %(row)s, %(column)s: “%(value)s” is negative, so the bank took a payment back. "
        "Remove the row, and reverse the receipt that it takes back."
    ),
    Code.UNKNOWN_DIRECTION: _(
        "Row %(row)s, %(column)s: “%(value)s” says neither in (贷, C, credit) nor out "
        "(借, D, debit). Correct it, or choose another column."
    ),
    Code.UNKNOWN_CURRENCY: _(
        "Row %(row)s, %(column)s: “%(value)s” is no currency that is known, such as CNY or 人民币. "
        "Correct it."
    ),
    Code.OTHER_SIGN: _(
        "Row %(row)s, %(column)s: “%(value)s” has another currency's sign, the row is in "
        "%(expected)s. Correct the one that is wrong."
    ),
    Code.CUT_REMARK: _(
        "Row %(row)s, %(column)s: longer than %(limit)s characters; the rest is cut."
    ),
    Code.SUMMARY_ROW: _("Row %(row)s is left out: “%(value)s” is a sum, not a payment."),
    Code.NOTE_ROW: _("Row %(row)s is left out: “%(value)s” has neither date nor amount."),
    Code.REPEATED_HEADER: _("Row %(row)s is left out: it repeats the column names."),
    Code.REPEATED_ROW: _(
        "Row %(row)s is left out: it has the serial number, date and amount of row %(expected)s."
    ),
    Code.SERIAL_OTHER_AMOUNT: _(
        "Row %(row)s, %(column)s: “%(value)s” is recorded with another amount, %(expected)s. "
        "Reverse that receipt if it is wrong, or correct the row."
    ),
    Code.SERIAL_TWICE: _(
        "Row %(row)s, %(column)s: “%(value)s” has another amount or date in row %(expected)s. "
        "A serial number stands for one payment; choose another column, or correct the row."
    ),
    Code.LOOKS_RECORDED: _(
        "Row %(row)s looks recorded already: a receipt of the same day, amount and payer is "
        "there (%(value)s). It is left out unless you say that it is another payment."
    ),
    Code.REVERSED_BEFORE: _(
        "Row %(row)s: “%(value)s” was recorded and reversed before. It is left out unless you say "
        "that it counts after all."
    ),
    Code.RAGGED: _(
        "Row %(row)s has %(value)s columns, the row with the column names has %(expected)s. "
        "Perhaps a comma in a remark is not quoted: download the file again, or as XLSX."
    ),
    Code.UNKNOWN_CUSTOMER: _(
        "Row %(row)s, %(column)s: no customer is “%(value)s”. Write the tenant ID, or the company "
        "exactly as it stands in the list of customers."
    ),
    Code.AMBIGUOUS_CUSTOMER: _(
        "Row %(row)s, %(column)s: “%(value)s” may be any of these: %(expected)s. "
        "Write the tenant ID."
    ),
    Code.OUR_NUMBER: _(
        "Row %(row)s, %(column)s: “%(value)s” has the form of this portal's own numbers, which it "
        "gives only when it issues. Keep the number that the invoice was given elsewhere."
    ),
    Code.NUMBER_TWICE: _(
        "Row %(row)s, %(column)s: “%(value)s” stands in row %(expected)s too. "
        "Each invoice has one row; remove the wrong one."
    ),
    Code.NUMBER_TAKEN: _(
        "Row %(row)s, %(column)s: “%(value)s” is here already, for %(expected)s, with other "
        "figures. Credit or write off that one if it is wrong."
    ),
    Code.NO_DUE_DATE: _(
        "Row %(row)s, %(column)s: neither a due date nor payment terms in days. Add one of them."
    ),
    Code.DUE_BEFORE_ISSUE: _(
        "Row %(row)s, %(column)s: “%(value)s” is before the issue date. Correct one of them."
    ),
    Code.TOTAL_NOT_POSITIVE: _(
        "Row %(row)s, %(column)s: “%(value)s”. An invoice is more than zero. "
        "Record money that you owe the customer as a receipt."
    ),
    Code.NEGATIVE_OPEN: _(
        "Row %(row)s, %(column)s: “%(value)s” is negative. Record what the customer has to its "
        "credit as a receipt."
    ),
    Code.OPEN_ABOVE_TOTAL: _(
        "Row %(row)s, %(column)s: “%(value)s” is more than the original total, %(expected)s. "
        "Check whether the columns are exchanged."
    ),
    Code.NOTHING_OPEN: _("Row %(row)s is left out: “%(value)s” is settled."),
    Code.BAD_TERMS: _("Row %(row)s, %(column)s: “%(value)s” is not a number of days up to 365."),
    Code.BAD_RATE: _("Row %(row)s, %(column)s: “%(value)s” is not a rate such as 6 or 6%%."),
}
