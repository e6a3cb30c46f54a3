"""What can be wrong with a reconciliation file, in words that name row, column and way out."""

from django.utils.translation import gettext_lazy as _

from billing.files.layouts import SECTION_NAMES, Section
from billing.tables import problems as tables


class Code(tables.ProblemCode):
    """What only reconciliation files can have wrong, beside what any table can."""

    NO_LINES = "no_lines"
    UNKNOWN_LAYOUT = "unknown_layout"
    MISSING_COLUMN = "missing_column"
    DOUBLE_COLUMN = "double_column"
    EXPECTED_COLUMN = "expected_column"
    EXTRA_COLUMN = "extra_column"
    RAGGED = "ragged"
    PERIOD_BACKWARDS = "period_backwards"
    MIXED_CURRENCIES = "mixed_currencies"
    OTHER_CURRENCY = "other_currency"
    OTHER_PARTNER = "other_partner"
    OTHER_INVOICE = "other_invoice"
    UNKNOWN_CHARGE = "unknown_charge"
    ROUNDED_ID = "rounded_id"
    DOES_NOT_ADD_UP = "does_not_add_up"
    TOTALS_DIFFER = "totals_differ"
    TOTAL_UNKNOWN = "total_unknown"
    SECTION_DIFFERS = "section_differs"
    OLD_PERIOD = "old_period"
    OVERLAP = "overlap"
    LEFT_OUT = "left_out"
    NOTHING_NEW = "nothing_new"
    LIVE_FILE = "live_file"
    WRONG_REPLACED = "wrong_replaced"
    AT_COST = "at_cost"

    @property
    def words(self) -> str:
        return str(_SENTENCES[self])

    @property
    def is_warning(self) -> bool:
        return self in WARNINGS


WARNINGS = frozenset({
    Code.EXPECTED_COLUMN, Code.EXTRA_COLUMN, Code.UNKNOWN_CHARGE, Code.ROUNDED_ID,
    Code.DOES_NOT_ADD_UP,
    Code.TOTAL_UNKNOWN, Code.SECTION_DIFFERS, Code.OLD_PERIOD, Code.LEFT_OUT, Code.AT_COST,
})  # fmt: skip
"""Problems that a person may import past. Every other one stops the file."""

_SENTENCES = {
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
    Code.PERIOD_BACKWARDS: _("Row %(row)s, %(column)s: the charge ends before it starts."),
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
    Code.ROUNDED_ID: _(
        "Row %(row)s, %(column)s: “%(value)s”, and perhaps rows below it, was an ID before Excel "
        "saved the file and lost digits of it. No line is found by this column, so the file can "
        "be imported; the file as it was downloaded is better."
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
    Code.OVERLAP: _(
        "“%(column)s” (invoice %(expected)s, file %(file)s) holds %(value)s of these %(lines)s "
        "lines, whatever became of its bytes. Replace it, import only the new lines, or discard "
        "this file."
    ),
    Code.LEFT_OUT: _(
        "“%(column)s” (invoice %(expected)s) holds %(value)s of these %(lines)s lines: they are "
        "left out."
    ),
    Code.NOTHING_NEW: _(
        "Every line is imported already, so nothing is left to import. Discard this file."
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


class Problem(tables.Problem):
    """One problem of a reconciliation file."""

    @property
    def place(self) -> str:
        """The column, or the section of the invoice, that the problem is about."""
        if self.code is Code.SECTION_DIFFERS:
            return str(SECTION_NAMES[Section(self.column)])
        return self.column
