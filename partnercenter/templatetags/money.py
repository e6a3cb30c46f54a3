"""Money, and times with their zone written out, in the reader's language."""

from datetime import datetime
from decimal import Decimal

from django import template

from partners import formatting
from partners.models import Partner

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, for example ¥1,234.50; nothing for None."""
    if amount is None:
        return ""
    return formatting.money(amount, currency)


@register.filter
def localtime_in(moment: datetime | None, partner: Partner) -> str:
    """A time in the partner's zone, with the zone written out."""
    if moment is None:
        return ""
    return formatting.moment_in(moment, partner)
