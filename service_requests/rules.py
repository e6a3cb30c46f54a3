"""Which door a topic goes through, who may open it, and when to look again. Pure decisions.

Source: Partner Center operated by 21Vianet, "Report problems on behalf of a customer" and "Report
problems with Partner Center".
"""

from datetime import date, timedelta

from partners.calendar import Calendar
from partners.permissions import Permission
from service_requests.models import Kind, Severity, Topic

DOORS: dict[Topic, tuple[Kind, ...]] = {
    Topic.FRAUD_CONCERN: (Kind.CUSTOMER,),
    Topic.BILLING_DISPUTE: (Kind.CUSTOMER,),
    Topic.WRONG_BILL: (Kind.PARTNER_CENTER,),
    Topic.WRONGLY_SUSPENDED: (Kind.PARTNER_CENTER, Kind.CUSTOMER),
    Topic.DATA_DELETION: (Kind.PARTNER_CENTER, Kind.CUSTOMER),
    Topic.TECHNICAL: (Kind.CUSTOMER, Kind.PARTNER_CENTER),
}
"""The kinds a topic may be filed as, the usual one first."""

_SEVERITIES = {
    Topic.FRAUD_CONCERN: Severity.CRITICAL,
    Topic.WRONGLY_SUSPENDED: Severity.CRITICAL,
    Topic.DATA_DELETION: Severity.CRITICAL,
}

_CHECK_AFTER_DAYS = {Severity.CRITICAL: 1, Severity.MODERATE: 3, Severity.MINIMAL: 7}

_AMOUNTS: dict[Topic, Permission] = {
    Topic.BILLING_DISPUTE: Permission.SEE_RECEIVABLES,
    Topic.WRONG_BILL: Permission.SEE_PARTNER_BILL,
}


def usual_kind(topic: Topic, *, has_customer: bool) -> Kind:
    """The door a request usually goes through; without a customer only one is open."""
    return DOORS[topic][0] if has_customer else Kind.PARTNER_CENTER


def may_be_filed_as(topic: Topic, kind: Kind) -> bool:
    """Whether 21Vianet takes this topic through this door."""
    return kind in DOORS[topic]


def usual_severity(topic: Topic) -> Severity:
    """What is usually reported for the topic; the person decides."""
    return _SEVERITIES.get(topic, Severity.MODERATE)


def first_check(severity: Severity, filed_on: date, calendar: Calendar) -> date:
    """When to look whether 21Vianet has answered: so many days later, when somebody works again.

    In an unconfirmed year that is a day from Monday to Friday. Dates of the partner's zone.
    """
    return calendar.on_or_after(filed_on + timedelta(days=_CHECK_AFTER_DAYS[severity]))


def permission_to_read(topic: Topic) -> Permission:
    """What a person needs to read the words of a request: some topics are about amounts."""
    return _AMOUNTS.get(topic, Permission.SEE_CUSTOMERS)


def permission_to_file(kind: Kind) -> Permission:
    """What a person needs to file, move and close a request of this kind."""
    if kind is Kind.PARTNER_CENTER:
        return Permission.FILE_PARTNER_CENTER_REQUESTS
    return Permission.DRAFT_CUSTOMER_REQUESTS
