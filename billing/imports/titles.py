"""What the lines above a statement's header say: for which account it is, and until which day."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from billing.imports.columns import folded
from billing.tables import values
from billing.tables.problems import ValueRefused

_DAY = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?|(?<![0-9])20[0-9]{6}(?![0-9])")
_PERIODS = tuple(map(folded, (
    "起止", "期间", "截止", "截至", "终止日期", "日期范围", "查询日期", "对账期", "至",
    "period", "until", "to date", "end date", "periodo", "al",
)))  # fmt: skip
_ACCOUNTS = ("账号", "帐号", "卡号", "账户", "account", "iban", "conto")
_ACCOUNT = re.compile(r"[A-Z]{0,2}[0-9][0-9 -]{6,40}[0-9]")


def period_end(rows: Iterable[Sequence[str]]) -> date | None:
    """The last day in a line that speaks of a period; None when no line does."""
    found = [
        day
        for row in rows
        for line in [" ".join(row)]
        if any(word in folded(line) for word in _PERIODS)
        for day in _days(line)
    ]
    return max(found, default=None)


def account(rows: Iterable[Sequence[str]]) -> str:
    """The account that a line names; empty when none does, or several do."""
    found: set[str] = set()
    for row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        for at, cell in enumerate(cells):
            if any(word in cell.casefold() for word in _ACCOUNTS):
                found |= _accounts_in(cell) or _accounts_in(" ".join(cells[at + 1 : at + 2]))
    return found.pop() if len(found) == 1 else ""


def _accounts_in(text: str) -> set[str]:
    plain = values.words(text, len(text) + 1).upper()
    return {re.sub(r"[ -]", "", hit) for hit in _ACCOUNT.findall(plain)}


def _days(line: str) -> Iterable[date]:
    for text in _DAY.findall(line):
        try:
            yield values.day(text)
        except ValueRefused:
            continue
