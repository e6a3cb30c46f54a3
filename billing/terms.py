"""When an invoice is due: the agreed terms, the partner's calendar, and the words for both."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import rules
from billing.models import Terms
from billing.models.terms import AT_ONCE
from customers.models import CreditDecision, Customer
from partners import calendar
from partners.models import Partner, TermsFrom, TermsKind


def terms_of(customers: Collection[Customer]) -> dict[int, Terms]:
    """Each customer's payment terms: those of the newest credit decision, else the partner's."""
    special = {
        decision.customer_id: decided(decision)
        for decision in CreditDecision.objects.filter(customer__in=customers).order_by("id")
    }
    return {
        customer.pk: special.get(customer.pk) or usual(customer.partner) for customer in customers
    }


def decided(decision: CreditDecision) -> Terms:
    """The terms of a credit decision; an approved prepayment counts as payable at once."""
    if decision.prepayment:
        return AT_ONCE
    return Terms(
        decision.terms_days, TermsKind(decision.terms_kind), TermsFrom(decision.terms_from)
    )


class DueDates:
    """The due dates of one partner. Its calendar is loaded once, and only where dates roll."""

    def __init__(self, partner: Partner) -> None:
        self._calendar = calendar.of(partner) if partner.settings.due_dates_roll else None

    def of(self, terms: Terms, start: date) -> date:
        """The last day to pay, if the terms count from this day of the partner's zone."""
        roll = self._calendar.on_or_after if self._calendar else None
        return rules.due_on(start, terms, roll)

    def doubt(self, due_on: date | None) -> str:
        """What is not sure about a date that rolls: the holidays of a year nobody confirmed."""
        if due_on is None or self._calendar is None or self._calendar.is_confirmed(due_on.year):
            return ""
        return _("calendar of %(year)s not confirmed") % {"year": due_on.year}


def words(terms: Terms) -> str:
    """The terms as they follow “due”: “30 days after the invoice date”."""
    if terms == AT_ONCE:
        return _("on receipt of the invoice")
    sentence = _SENTENCES[terms.kind, terms.counted_from]
    return sentence(terms.days) % {"days": terms.days}


def _after_issue(days: int) -> str:
    return ngettext(
        "%(days)s day after the invoice date", "%(days)s days after the invoice date", days
    )


def _after_delivery(days: int) -> str:
    return ngettext(
        "%(days)s day after the fapiao is delivered",
        "%(days)s days after the fapiao is delivered",
        days,
    )


def _after_month_of_issue(days: int) -> str:
    if not days:
        return _("at the end of the month of the invoice date")
    return ngettext(
        "%(days)s day after the end of the month of the invoice date",
        "%(days)s days after the end of the month of the invoice date",
        days,
    )


def _after_month_of_delivery(days: int) -> str:
    if not days:
        return _("at the end of the month in which the fapiao is delivered")
    return ngettext(
        "%(days)s day after the end of the month in which the fapiao is delivered",
        "%(days)s days after the end of the month in which the fapiao is delivered",
        days,
    )


_SENTENCES = {
    (TermsKind.NET, TermsFrom.ISSUE): _after_issue,
    (TermsKind.NET, TermsFrom.FAPIAO): _after_delivery,
    (TermsKind.END_OF_MONTH, TermsFrom.ISSUE): _after_month_of_issue,
    (TermsKind.END_OF_MONTH, TermsFrom.FAPIAO): _after_month_of_delivery,
}


def usual(partner: Partner) -> Terms:
    """What the partner agrees with customers who have no terms of their own."""
    settings = partner.settings
    return Terms(
        settings.payment_terms_days,
        TermsKind(settings.payment_terms_kind),
        TermsFrom(settings.payment_terms_from),
    )
