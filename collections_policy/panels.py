"""What collections says on shared pages, redacted by permission: amounts only for who may see."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing import receivables
from collections_policy import eligibility, outlook, readiness, schedule
from collections_policy.models import Case, Pause
from customers.models import Customer
from partners import clock
from partners.access import can
from partners.formatting import money
from partners.models import Partner, User
from partners.panels import Panel
from partners.permissions import Permission
from subscriptions.models import Hold
from subscriptions.panels import HoldExplanation


def customer_panel(customer: Customer, user: User) -> Panel | None:
    """Open cases, what comes next and what blocks it; for others only whether it may be suspended.

    None while nothing is overdue and nothing is paused.
    """
    on = clock.business_date(customer.partner)
    pauses = list(
        Pause.objects.holding_on(on).filter(customer=customer).select_related("placed_by")
    )
    checked = readiness.of_customer(customer)
    eligible = eligibility.in_words(checked, customer, user)
    if not eligible.has_overdue and not pauses:
        return None
    sees_amounts = can(user, Permission.SEE_RECEIVABLES, customer.partner)
    cases = Case.objects.are_open().filter(customer=customer).for_list()
    return Panel(
        title=_("Collections"),
        template="collections_policy/_customer_panel.html",
        context={
            "customer": customer,
            "eligibility": eligible,
            "sees_amounts": sees_amounts,
            "may_work": can(user, Permission.WORK_CASES, customer.partner),
            "outlooks": outlook.of_cases(list(cases), on),
            "pauses": pauses,
            "readiness": checked if sees_amounts else {},
        },
    )


def hold_explanation(hold: Hold, user: User) -> HoldExplanation:
    """Why this hold of a case stands and what lifts it: an amount, or whom to ask."""
    [explanation] = hold_explanations([hold], user)
    return explanation


def hold_explanations(holds: Sequence[Hold], user: User) -> list[HoldExplanation]:
    """The same for many holds: what lifts them is asked once for each case, not for each hold."""
    ids = {hold.source_id for hold in holds}
    cases = Case.objects.select_related("customer", "partner__settings").filter(pk__in=ids)
    lifts = {str(case.pk): _what_lifts(case, user) for case in cases}
    unknown = _words_without_amount(None)
    return [_explanation(hold, lifts.get(hold.source_id, unknown)) for hold in holds]


def _explanation(hold: Hold, lifted_by: str) -> HoldExplanation:
    return HoldExplanation(
        hold=hold,
        reason=hold.get_reason_display(),
        placed_by=str(hold.placed_by) if hold.placed_by else "",
        placed_at=hold.placed_at,
        lifted_by=lifted_by,
        say=_("There is a question about an invoice. I connect you with our billing team."),
        do_not_say=_("Do not name amounts to anybody but the customer's billing contact."),
    )


def home_panel(partner: Partner, user: User) -> Panel | None:
    """Last and next sweep, and how many customers are overdue or wait for a decision."""
    if not can(user, Permission.SEE_CUSTOMERS, partner):
        return None
    may_work = can(user, Permission.WORK_CASES, partner)
    cases = Case.objects.of_partner(partner)
    return Panel(
        title=_("Collections"),
        template="collections_policy/_home_panel.html",
        context={
            "partner": partner,
            "next_sweep": schedule.next_sweep(partner),
            "last_sweep": schedule.last_sweep(partner),
            "may_work": may_work,
            "overdue": cases.are_open().count() if may_work else None,
            "proposed": cases.proposed().count() if may_work else None,
        },
    )


def _what_lifts(case: Case, user: User) -> str:
    if not can(user, Permission.SEE_RECEIVABLES, case.partner):
        return _words_without_amount(case)
    on = clock.business_date(case.partner)
    owed = receivables.overdue_by_currency([case.customer_id], on)
    overdue = owed.get((case.customer_id, case.currency))
    if receivables.is_cured(overdue, receivables.tolerance(case.partner)) or overdue is None:
        return _("Nothing is overdue any more: it is lifted within seconds.")
    amount = money(overdue.undisputed_amount, case.currency)
    words = _("Payment of %(amount)s, or a credit note, for what has been overdue since %(date)s.")
    since = date_format(overdue.oldest_due_on, "DATE_FORMAT") if overdue.oldest_due_on else ""
    return words % {"amount": amount, "date": since}


def _words_without_amount(case: Case | None) -> str:
    names = eligibility.whom_to_ask(case.partner) if case else ""
    if not names:
        return _("Billing confirms the payment.")
    return _("Billing confirms the payment. Ask %(names)s.") % {"names": names}
