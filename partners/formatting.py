"""Amounts, dates and times as people read them: one place for every room."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.formats import date_format
from django.utils.translation import get_language

from partners.models import Partner

REMEMBERED = 4096
LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN", "it": "it_IT"}


def money(amount: Decimal, currency: str, language: str | None = None) -> str:
    """An amount with its currency, in this language or the reader's.

    CNY is written ¥ in every language, as everybody in this trade does.
    """
    return _amount(amount, currency, _locale(language))


def long_date(day: date, language: str) -> str:
    """A date in full, as letters in this language write it."""
    return _day(day, _locale(language))


def moment_in(moment: datetime, partner: Partner) -> str:
    """A time in the partner's zone, with the zone written out."""
    local = date_format(moment.astimezone(partner.zone), "DATETIME_FORMAT")
    return f"{local} ({partner.time_zone})"


@lru_cache(maxsize=REMEMBERED)
def _amount(amount: Decimal, currency: str, locale: str) -> str:
    text = str(format_currency(amount, currency, locale=locale))
    return text.replace("CN¥", "¥").replace("CNY", "¥")


@lru_cache(maxsize=REMEMBERED)
def _day(day: date, locale: str) -> str:
    return str(format_date(day, "long", locale=locale))


def _locale(language: str | None) -> str:
    return LOCALES.get(language or get_language() or "en", LOCALES["en"])
