"""Money, and times with their zone written out, in the reader's language."""

from datetime import datetime
from decimal import Decimal

from babel.numbers import format_currency
from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language

from partners.models import Partner

register = template.Library()
LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN", "it": "it_IT"}


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, for example ¥1,234.50; nothing for None."""
    if amount is None:
        return ""
    locale = LOCALES.get(get_language() or "en", "en_GB")
    return str(format_currency(amount, currency, locale=locale))


@register.filter
def localtime_in(moment: datetime | None, partner: Partner) -> str:
    """A time in the partner's zone, with the zone written out."""
    if moment is None:
        return ""
    local = moment.astimezone(partner.zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({partner.time_zone})"
