"""Single cells as banks and people write them, on top of what every table has."""

import re
import unicodedata
from decimal import Decimal

from babel.numbers import is_currency

from billing.imports.problems import Code
from billing.tables import values
from billing.tables.problems import ValueRefused

MONEY_DECIMALS = 2
_NOTHING = {"", "-", "--", "—", "/", "无"}
_NAMES = {
    "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "元": "CNY", "¥": "CNY", "cn¥": "CNY",
    "美元": "USD", "us$": "USD", "$": "USD", "港币": "HKD", "港元": "HKD", "hk$": "HKD",
    "欧元": "EUR", "€": "EUR", "日元": "JPY", "日圆": "JPY", "英镑": "GBP", "£": "GBP",
}  # fmt: skip
_SIGNS = {"¥": {"CNY", "JPY"}, "元": {"CNY"}, "$": {"USD", "HKD", "SGD", "AUD", "CAD", "TWD"}}
_RATE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2})?) ?%?", re.ASCII)


def is_empty(text: str) -> bool:
    """Whether a cell holds nothing, or one of the signs that stand for nothing."""
    return plain(text) in _NOTHING


def plain(text: str) -> str:
    """Full-width characters as usual ones, without space around."""
    return unicodedata.normalize("NFKC", text).strip()


def currency(text: str) -> str:
    """An ISO 4217 code from itself, or from the name or sign that banks write."""
    name = plain(text)
    code = _NAMES.get(name.casefold(), name.upper())
    if not is_currency(code):
        raise ValueRefused(Code.UNKNOWN_CURRENCY)
    return code


def money(text: str, currency_code: str) -> Decimal:
    """An amount to the cent whose sign, where it has one, fits its currency."""
    written = plain(text)
    for sign, currencies in _SIGNS.items():
        if sign in written and currency_code not in currencies:
            raise ValueRefused(Code.OTHER_SIGN, expected=currency_code)
    return values.amount(written.removesuffix("元").strip(), MONEY_DECIMALS)


def vat_rate(text: str) -> Decimal:
    """A rate in per cent, from 0 to below 100."""
    match = _RATE.fullmatch(plain(text))
    if match is None:
        raise ValueRefused(Code.BAD_RATE)
    return Decimal(match[1])


def days(text: str, limit: int) -> int:
    """A number of days."""
    written = plain(text)
    if not written.isdecimal() or not written.isascii() or int(written[:5]) > limit:
        raise ValueRefused(Code.BAD_TERMS)
    return int(written)
