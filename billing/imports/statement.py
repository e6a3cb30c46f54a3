"""Rows of a bank statement as payments: money in is kept, money out is counted. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from billing.imports import cells
from billing.imports.columns import folded
from billing.imports.problems import Code, Problem
from billing.imports.rows import Plan, Row, below_header, too_wide
from billing.tables import values
from billing.tables.problems import ValueRefused

ACCOUNT_CHARACTERS, SERIAL_CHARACTERS = 60, 100
PAYER_CHARACTERS, REMARK_CHARACTERS = 250, 1000
IN = frozenset(map(folded, (
    "贷", "贷方", "贷记", "收", "收入", "转入", "存入", "来账", "入账", "进账",
    "C", "CR", "credit", "in", "avere", "entrata", "accredito",
)))  # fmt: skip
OUT = frozenset(map(folded, (
    "借", "借方", "借记", "支", "支出", "转出", "支取", "往账", "出账", "付",
    "D", "DR", "debit", "out", "dare", "uscita", "addebito",
)))  # fmt: skip
SUMS = tuple(map(folded, (
    "合计", "总计", "小计", "累计", "总笔数", "期末余额", "期初余额", "上页余额", "承前页",
    "过次页", "total", "subtotal", "opening balance", "closing balance", "balance brought",
    "balance carried", "totale", "saldo iniziale", "saldo finale",
)))  # fmt: skip


class Received(NamedTuple):
    """One payment that came in, as the bank wrote it."""

    row: int
    received_on: date
    amount: Decimal
    currency: str
    bank_account: str
    bank_serial: str
    payer: str
    payer_account: str
    remark: str


class Statement:
    """The rows of a statement; `outgoing` counts what went out, by currency."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outgoing: Counter[str] = Counter()
        self.last_on: date | None = None

    def read(self, rows: Iterable[Sequence[str]]) -> Iterator[Received | Problem]:
        """Every payment that came in, or the problems of its row. Raises FileRefused."""
        for item in below_header(rows, self.plan):
            if isinstance(item, Problem):
                yield item
            elif (left_out := _left_out(item)) is not None:
                yield left_out
            else:
                yield from self._payment(item)

    def _payment(self, row: Row) -> Iterator[Received | Problem]:
        if (ragged := too_wide(row)) is not None:
            yield ragged
            return
        found = self._read(row)
        yield from row.problems
        if found is not None and row.is_right:
            yield found

    def _read(self, row: Row) -> Received | None:
        received_on = row.read("received_on", values.day)
        currency = self._currency(row)
        amount = _amount(row, currency) if currency else None
        if received_on and received_on > self.plan.today:
            row.note(Code.FUTURE_DATE, "received_on")
        if received_on is None or amount is None or not row.is_right:
            return None
        self.last_on = max(self.last_on or received_on, received_on)
        if amount < 0:
            self.outgoing[currency or ""] += 1
            return None
        return Received(
            row.number,
            received_on,
            amount,
            currency or "",
            _key(row, "bank_account", ACCOUNT_CHARACTERS) or self.plan.bank_account,
            _key(row, "bank_serial", SERIAL_CHARACTERS),
            row.words("payer", PAYER_CHARACTERS),
            _key(row, "payer_account", ACCOUNT_CHARACTERS),
            _remark(row),
        )

    def _currency(self, row: Row) -> str | None:
        if cells.is_empty(row.text("currency")):
            return self.plan.currency
        return row.read("currency", cells.currency)


def _left_out(row: Row) -> Problem | None:
    """Sums and notes among the payments: they have no date, or no amount."""
    has_amount = any(not cells.is_empty(row.text(name)) for name in ("credit", "debit", "amount"))
    if has_amount and _has_date(row):
        return None
    if _sum_word(row):
        return Problem(Code.SUMMARY_ROW, row.number, value=row.beginning)
    if not has_amount and not _has_date(row):
        return Problem(Code.NOTE_ROW, row.number, value=row.beginning)
    return None


def _has_date(row: Row) -> bool:
    try:
        values.day(row.text("received_on"))
    except ValueRefused:
        return False
    return True


def _sum_word(row: Row) -> bool:
    texts = [folded(cell) for cell in row.cells]
    return any(text.startswith(SUMS) for text in texts)


def _amount(row: Row, currency: str) -> Decimal | None:
    """What came in; negative for what went out; None when the row is wrong."""
    read = partial(cells.money, currency_code=currency)
    if "credit" in row.plan.mapping:
        return _of_two_columns(row, read)
    amount = row.read("amount", read)
    if amount is None:
        return None
    if not amount:
        row.note(Code.NO_AMOUNT, "amount")
    return _directed(row, amount)


def _of_two_columns(row: Row, read: partial[Decimal]) -> Decimal | None:
    credit, debit = (
        Decimal(0) if cells.is_empty(row.text(name)) else row.read(name, read)
        for name in ("credit", "debit")
    )
    if credit is None or debit is None:
        return None
    if credit and debit:
        row.note(Code.IN_AND_OUT, "credit")
    elif credit < 0:
        row.note(Code.NEGATIVE_CREDIT, "credit")
    elif not credit and not debit:
        row.note(Code.NO_AMOUNT, "credit")
    return credit or -abs(debit)


def _directed(row: Row, amount: Decimal) -> Decimal | None:
    """One column of amounts: a second says the direction, or the sign does."""
    if "direction" not in row.plan.mapping:
        return amount
    written = cells.plain(row.text("direction"))
    way = folded(written)
    if way in OUT or written == "-":
        return -abs(amount)
    if way not in IN and written != "+":
        row.note(Code.UNKNOWN_DIRECTION, "direction")
        return None
    if amount < 0:
        row.note(Code.NEGATIVE_CREDIT, "amount")
    return amount


def _key(row: Row, field: str, limit: int) -> str:
    """An account or a serial number: opaque text, which may be missing."""
    if cells.is_empty(row.text(field)):
        return ""
    return row.read(field, partial(values.key, limit=limit)) or ""


def _remark(row: Row) -> str:
    first = row.words("remark", REMARK_CHARACTERS)
    more = row.words("remark_more", REMARK_CHARACTERS)
    return " ".join(dict.fromkeys(filter(None, (first, more))))[:REMARK_CHARACTERS]
