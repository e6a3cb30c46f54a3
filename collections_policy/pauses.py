"""How long a pause of chasing lasts by default: counted in the partner's working days."""

from datetime import date

from partners import calendar
from partners.models import Partner

DEFAULT_WORKING_DAYS = 5


def default_end(partner: Partner, today: date) -> date:
    """The date on which chasing resumes if nobody names another; dates of the partner's zone."""
    return calendar.add_working_days(partner, today, DEFAULT_WORKING_DAYS)


def doubt(partner: Partner, today: date) -> str:
    """What to say beside that date while its year's working days are not confirmed; or empty."""
    mine = calendar.of(partner)
    return mine.doubt(today, mine.add_working_days(today, DEFAULT_WORKING_DAYS))
