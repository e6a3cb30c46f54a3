"""One cell of a table, from text to a value. Raises ValueRefused and nothing else."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

from billing.tables.problems import TableCode, ValueRefused

MAX_INTEGER_DIGITS = 12
FIRST_YEAR, LAST_YEAR = 2000, 2100

_PLAIN = re.compile(r"-?[0-9]{1,12}(?:\.([0-9]+))?", re.ASCII)
_GROUPED = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?E[+-]?[0-9]+", re.ASCII | re.IGNORECASE)
_CLOCK = r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,7})?)?(?: *[AP]M)?Z?)?"
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _CLOCK, re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})" + _CLOCK, re.ASCII)
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日" + _CLOCK)
_COMPACT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[ T]?([0-9]{2}):?([0-9]{2}):?([0-9]{2}))?", re.ASCII
)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@lru_cache(maxsize=65536)
def amount(text: str, decimals: int) -> Decimal:
    """A number with up to so many decimals; thousands separators, ¥ or $, full width allowed.

    Trailing zeros don't count as decimals. `NaN`, `Infinity` and `1e5` are refused.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        text = _half_width(text)
        plain = _GROUPED.fullmatch(text)
        if plain is None:
            raise ValueRefused(TableCode.BAD_NUMBER)
        text = text.replace(",", "")
        if len(text.partition(".")[0].lstrip("+-0")) > MAX_INTEGER_DIGITS:
            raise ValueRefused(TableCode.NUMBER_TOO_LARGE)
    fraction = plain[1]
    if fraction is not None and len(fraction) > decimals and len(fraction.rstrip("0")) > decimals:
        raise ValueRefused(TableCode.TOO_MANY_DECIMALS, limit=str(decimals))
    return Decimal(text) + 0  # plus zero turns -0 into 0


def _half_width(text: str) -> str:
    """Without width, currency sign, or accountants' brackets for a negative number."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    if negative:
        plain = plain[1:-1].strip()
    sign = plain[:1] if plain[:1] in {"+", "-"} else ""
    plain = plain[len(sign) :].lstrip()
    if plain[:1] in {"¥", "$"}:
        plain = plain[1:].lstrip()
        if not sign and plain[:1] == "-":
            sign, plain = "-", plain[1:].lstrip()
    if negative:
        return "-" + plain if not sign else "()"
    return sign + plain


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """The date of `M/D/YYYY H:MM`, `YYYY/M/D`, ISO, `YYYYMMDD` or `YYYY年M月D日`.

    Times are checked and left out: charges start at 0:00 and end at 23:59 of the days named, in no
    stated time zone.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _MONTH_FIRST.fullmatch(plain):
        month, dayof, year = match[1], match[2], match[3]
        clock = match.groups()[3:]
    elif match := _YEAR_FIRST.fullmatch(plain):
        year, month, dayof = match[1], match[3], match[4]
        clock = match.groups()[4:]
    elif match := _COMPACT.fullmatch(plain) or _CHINESE.fullmatch(plain):
        year, month, dayof = match[1], match[2], match[3]
        clock = match.groups()[3:]
    else:
        raise ValueRefused(TableCode.BAD_DATE)
    if not _is_time(clock) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueRefused(TableCode.BAD_DATE)
    try:
        return date(int(year), int(month), int(dayof))
    except ValueError as error:
        raise ValueRefused(TableCode.BAD_DATE) from error


def _is_time(clock: tuple[str | None, ...]) -> bool:
    hour, minute, second = (int(part or 0) for part in clock)
    return hour < 24 and minute < 60 and second < 60  # noqa: PLR2004  (a day's clock)


def key(text: str, limit: int = 64) -> str:
    """An id as it stands: opaque text, never a number. What Excel has rounded is refused."""
    plain = text.strip()
    if not plain:
        raise ValueRefused(TableCode.MISSING_VALUE)
    if is_scientific(plain):
        raise ValueRefused(TableCode.SCIENTIFIC_KEY)
    if not plain.isprintable():
        raise ValueRefused(TableCode.BAD_KEY)
    if len(plain) > limit:
        raise ValueRefused(TableCode.TOO_LONG, limit=str(limit))
    return plain


def is_scientific(text: str) -> bool:
    """Whether Excel took an id for a number and wrote it as `1.23E+15`, without its last digits."""
    return _SCIENTIFIC.fullmatch(text.strip()) is not None


@lru_cache(maxsize=64)
def currency(text: str) -> str:
    """An ISO 4217 code, in capitals."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if not _CURRENCY.fullmatch(plain):
        raise ValueRefused(TableCode.BAD_CURRENCY)
    return plain


def words(text: str, limit: int) -> str:
    """A name on one line without control characters, cut to a length."""
    if not text.isprintable():
        text = "".join(char if unicodedata.category(char) != "Cc" else " " for char in text)
    return " ".join(text.split())[:limit]
