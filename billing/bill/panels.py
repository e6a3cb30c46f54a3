"""What our bill says on shared pages, to those who may see it."""

from django.utils.translation import gettext as _

from billing.bill import alarms
from billing.bill.presenting import alarm_words
from partners import clock
from partners.access import can
from partners.models import Partner, User
from partners.panels import Panel
from partners.permissions import Permission


def home_panel(partner: Partner, user: User) -> Panel | None:
    """Bills that are late, and alarms before a due date that nobody has seen; None without."""
    if not can(user, Permission.SEE_PARTNER_BILL, partner):
        return None
    ringing = alarms.ringing(partner, clock.business_date(partner))
    rows = [
        {
            "invoice": alarm.invoice,
            "working_days": alarm.working_days,
            "text": alarm_words(alarm),
            "kind": "danger" if alarm.is_late else "warning",
            "may_acknowledge": not alarm.is_late and can(user, Permission.RECORD_MONEY, partner),
        }
        for alarm in ringing
        if alarm.needs_person
    ]
    if not rows:
        return None
    return Panel(_("Our bill from 21Vianet"), "billing/_bill_panel.html", {"rows": rows})
