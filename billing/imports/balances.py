"""Rows of opening balances as invoices that were issued elsewhere. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from billing import numbering
from billing.imports import cells
from billing.imports.problems import Code, Problem
from billing.imports.rows import Plan, Row, below_header, too_wide
from billing.tables import values

NUMBER_CHARACTERS, REFERENCE_CHARACTERS, REMARK_CHARACTERS = 60, 250, 500
LONGEST_TERMS_DAYS = 365


class Balance(NamedTuple):
    """One invoice that is still owed. Amounts in `currency`, VAT included."""

    row: int
    customer_ref: str
    number: str
    issued_on: date
    due_on: date
    terms_days: int
    currency: str
    original_total: Decimal
    open_amount: Decimal
    vat_rate: Decimal
    remark: str


class Balances:
    """The rows of a table of opening balances."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def read(self, rows: Iterable[Sequence[str]]) -> Iterator[Balance | Problem]:
        """Every invoice with something open, or the problems of its row. Raises FileRefused."""
        for item in below_header(rows, self.plan):
            if isinstance(item, Problem):
                yield item
                continue
            ragged = too_wide(item)
            found = None if ragged else self._read(item)
            yield from [ragged] if ragged else item.problems
            if found is not None and item.is_right:
                yield found

    def _read(self, row: Row) -> Balance | None:
        reference = row.read("customer", partial(values.key, limit=REFERENCE_CHARACTERS))
        number = row.read("number", partial(values.key, limit=NUMBER_CHARACTERS))
        if number and numbering.is_ours(cells.plain(number).upper()):
            row.note(Code.OUR_NUMBER, "number")
        dates = self._dates(row)
        currency = self._currency(row)
        amounts = _amounts(row, currency) if currency else None
        rate = Decimal(0) if not row.text("vat_rate") else row.read("vat_rate", cells.vat_rate)
        remark = row.words("remark", REMARK_CHARACTERS)
        if not (reference and number and dates and currency and amounts) or rate is None:
            return None
        return Balance(
            row.number, reference, number, *dates, currency, *amounts, rate, remark
        )  # fmt: skip

    def _dates(self, row: Row) -> tuple[date, date, int] | None:
        """Issue date, due date, and the days between them."""
        issued_on = row.read("issued_on", values.day)
        if issued_on and issued_on > self.plan.today:
            row.note(Code.FUTURE_DATE, "issued_on")
        if cells.is_empty(row.text("due_on")):
            return self._by_terms(row, issued_on)
        due_on = row.read("due_on", values.day)
        if issued_on is None or due_on is None:
            return None
        if due_on < issued_on:
            row.note(Code.DUE_BEFORE_ISSUE, "due_on")
        return issued_on, due_on, max(0, min((due_on - issued_on).days, LONGEST_TERMS_DAYS))

    def _by_terms(self, row: Row, issued_on: date | None) -> tuple[date, date, int] | None:
        if cells.is_empty(row.text("terms_days")):
            row.note(Code.NO_DUE_DATE, "due_on" if "due_on" in self.plan.mapping else "issued_on")
            return None
        days = row.read("terms_days", partial(cells.days, limit=LONGEST_TERMS_DAYS))
        if issued_on is None or days is None:
            return None
        return issued_on, issued_on + timedelta(days=days), days

    def _currency(self, row: Row) -> str | None:
        if cells.is_empty(row.text("currency")):
            return self.plan.currency
        return row.read("currency", cells.currency)


def _amounts(row: Row, currency: str) -> tuple[Decimal, Decimal] | None:
    """The original total and what is open of it."""
    read = partial(cells.money, currency_code=currency)
    total, still_open = row.read("original_total", read), row.read("open_amount", read)
    if total is None or still_open is None:
        return None
    if total <= 0:
        row.note(Code.TOTAL_NOT_POSITIVE, "original_total")
    elif still_open < 0:
        row.note(Code.NEGATIVE_OPEN, "open_amount")
    elif still_open > total:
        row.note(Code.OPEN_ABOVE_TOTAL, "open_amount", expected=f"{total:,.2f}")
    elif not still_open:
        row.problems.append(
            Problem(Code.NOTHING_OPEN, row.number, value=values.words(row.text("number"), 80))
        )
        return None
    return total, still_open
