"""The alarms before a bill of 21Vianet is due: counted anew each day, seen by people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from billing.bill import rules
from billing.bill.services import NothingToDo, fact
from billing.models import BillAlarm, PartnerInvoice
from partners import audit, calendar, clock
from partners.calendar import Calendar
from partners.models import Partner, User

LOOKED_AHEAD = timedelta(days=60)
"""Ten working days never take longer, whatever holidays lie between."""


class RingsNoMore(Exception):
    """The bill is paid, or another alarm has taken this one's place."""


@dataclass(frozen=True)
class Alarm:
    """An alarm that rings: how near the due date is, and who has seen it."""

    invoice: PartnerInvoice
    working_days: int
    """So many before the due date; `rules.LATE` after it."""
    is_sure: bool
    """False when working days of a year were counted that nobody has confirmed."""
    seen: BillAlarm | None

    @property
    def is_late(self) -> bool:
        return self.working_days == rules.LATE

    @property
    def needs_person(self) -> bool:
        """Nobody has seen it yet; being late is never done with by looking."""
        return self.is_late or self.seen is None


def ringing(partner: Partner, today: date) -> list[Alarm]:
    """Every alarm that rings on this date of the partner's zone, first due first: three queries."""
    unpaid = PartnerInvoice.objects.of_partner(partner).unpaid()
    near = unpaid.filter(due_on__lte=today + LOOKED_AHEAD).order_by("due_on", "id")
    return _alarms(partner, near, today)


def about(invoice: PartnerInvoice, today: date) -> Alarm | None:
    """The alarm that rings for this bill, if one does."""
    found = _alarms(invoice.partner, [invoice] if invoice.is_unpaid else [], today)
    return found[0] if found else None


def acknowledge(invoice: PartnerInvoice, working_days: int, *, by: User, reason: str) -> BillAlarm:
    """Note that a person has seen this alarm; the next one rings again.

    Raises RingsNoMore when the bill is paid or a nearer alarm rings, NothingToDo when somebody has
    seen it before.
    """
    today = clock.business_date(invoice.partner)
    with transaction.atomic():
        invoice = PartnerInvoice.objects.select_for_update().get(pk=invoice.pk)
        alarm = about(invoice, today)
        if alarm is None or alarm.is_late or alarm.working_days != working_days:
            raise RingsNoMore
        if alarm.seen:
            raise NothingToDo
        seen = BillAlarm.objects.create(
            partner=invoice.partner,
            invoice=invoice,
            working_days=working_days,
            due_on=invoice.due_on,
            seen_by=by,
            seen_at=clock.now(),
        )
        after = {"working_days": working_days, "due_on": invoice.due_on}
        audit.record(fact(invoice, "partner_invoice.alarm_seen", reason, {}, after), by=by)
    return seen


def _alarms(partner: Partner, invoices: Iterable[PartnerInvoice], today: date) -> list[Alarm]:
    known = calendar.of(partner)
    rung = [
        (invoice, days)
        for invoice in invoices
        if (days := _rings(known, invoice.due_on, today)) is not None
    ]
    seen = {
        (row.invoice_id, row.working_days, row.due_on): row
        for row in BillAlarm.objects.filter(
            invoice__in=[invoice.pk for invoice, _days in rung]
        ).select_related("seen_by")
    }
    return [
        Alarm(
            invoice,
            days,
            is_sure=days == rules.LATE or known.covers(today, invoice.due_on),
            seen=seen.get((invoice.pk, days, invoice.due_on)),
        )
        for invoice, days in rung
    ]


def _rings(known: Calendar, due_on: date, today: date) -> int | None:
    rings_on = {days: known.working_days_before(due_on, days) for days in rules.ALARM_DAYS}
    return rules.alarm_at(rings_on, due_on=due_on, today=today)
