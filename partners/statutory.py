"""China's statutory holidays and make-up working days, from the `holidays` library.

Every autumn the General Office of the State Council announces the next year: which days around a
holiday are free, and which weekend days are worked for them. The library has entries for later
years too, but those are estimates: only years in `CONFIRMED_YEARS` are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

CONFIRMED_YEARS = frozenset(range(2001, 2027))
"""The years whose notice of the State Council is in the library. A test compares both."""

_NAMES = {
    "元旦": _("New Year's Day"),
    "农历除夕": _("Chinese New Year's Eve"),
    "春节": _("Spring Festival"),
    "清明节": _("Tomb-Sweeping Day"),
    "劳动节": _("Labour Day"),
    "端午节": _("Dragon Boat Festival"),
    "中秋节": _("Mid-Autumn Festival"),
    "国庆节": _("National Day"),
    "休息日": _("Day off for a worked weekend day"),
    "补班": _("Worked for a day off"),
}
_MAKE_UP = "补班"


@dataclass(frozen=True)
class Day:
    """A day that differs from the plain week: a holiday, or a weekend day that is worked."""

    is_working: bool
    name: str

    @property
    def label(self) -> str:
        """The name in the reader's language; what a person typed as they typed it."""
        plain = self.name.partition("（")[0]
        return gettext(_NAMES[plain]) if plain in _NAMES else self.name


@cache
def days(year: int) -> Mapping[date, Day]:
    """The days of one year that differ from the plain week; empty where the library knows none.

    For a year outside `CONFIRMED_YEARS` these are the holidays the law names, without the days off
    and worked weekends that only the notice brings.
    """
    from holidays import country_holidays  # half a second that few processes need

    known = country_holidays("CN", years=year, language="zh_CN")
    found = {day: Day(is_working=False, name=name) for day, name in known.items()}
    found |= {day: Day(is_working=True, name=_MAKE_UP) for day in known.weekend_workdays}
    return MappingProxyType({day: found[day] for day in sorted(found) if day.year == year})
