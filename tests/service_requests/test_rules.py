"""Doors, first checks and readers, without a database."""

from datetime import date

import pytest

from partners.calendar import Calendar
from partners.permissions import Permission
from service_requests import rules
from service_requests.models import Kind, Severity, Topic


@pytest.mark.parametrize(
    ("topic", "kind", "is_taken"),
    [
        (Topic.FRAUD_CONCERN, Kind.CUSTOMER, True),
        (Topic.FRAUD_CONCERN, Kind.PARTNER_CENTER, False),
        (Topic.BILLING_DISPUTE, Kind.CUSTOMER, True),
        (Topic.BILLING_DISPUTE, Kind.PARTNER_CENTER, False),
        (Topic.WRONG_BILL, Kind.CUSTOMER, False),
        (Topic.WRONG_BILL, Kind.PARTNER_CENTER, True),
        (Topic.WRONGLY_SUSPENDED, Kind.CUSTOMER, True),
        (Topic.WRONGLY_SUSPENDED, Kind.PARTNER_CENTER, True),
        (Topic.DATA_DELETION, Kind.CUSTOMER, True),
        (Topic.DATA_DELETION, Kind.PARTNER_CENTER, True),
        (Topic.TECHNICAL, Kind.CUSTOMER, True),
        (Topic.TECHNICAL, Kind.PARTNER_CENTER, True),
    ],
)
def test_topic_goes_through_its_doors(topic: Topic, kind: Kind, is_taken: bool) -> None:
    assert rules.may_be_filed_as(topic, kind) is is_taken


@pytest.mark.parametrize(
    ("topic", "has_customer", "kind"),
    [
        (Topic.TECHNICAL, True, Kind.CUSTOMER),
        (Topic.TECHNICAL, False, Kind.PARTNER_CENTER),
        (Topic.WRONGLY_SUSPENDED, True, Kind.PARTNER_CENTER),
        (Topic.FRAUD_CONCERN, True, Kind.CUSTOMER),
    ],
)
def test_usual_kind_follows_topic_and_customer(
    topic: Topic, has_customer: bool, kind: Kind
) -> None:
    assert rules.usual_kind(topic, has_customer=has_customer) is kind


@pytest.mark.parametrize(
    ("severity", "day"),
    [(Severity.CRITICAL, 23), (Severity.MODERATE, 25), (Severity.MINIMAL, 30)],
)
def test_first_check_is_sooner_the_worse_it_is(severity: Severity, day: int) -> None:
    assert rules.first_check(severity, date(2026, 11, 22), Calendar()) == date(2026, 11, day)


@pytest.mark.parametrize(
    ("topic", "permission"),
    [
        (Topic.BILLING_DISPUTE, Permission.SEE_RECEIVABLES),
        (Topic.WRONG_BILL, Permission.SEE_PARTNER_BILL),
        (Topic.FRAUD_CONCERN, Permission.SEE_CUSTOMERS),
        (Topic.TECHNICAL, Permission.SEE_CUSTOMERS),
    ],
)
def test_words_about_bills_need_their_permission(topic: Topic, permission: Permission) -> None:
    assert rules.permission_to_read(topic) is permission


@pytest.mark.parametrize(
    ("kind", "permission"),
    [
        (Kind.CUSTOMER, Permission.DRAFT_CUSTOMER_REQUESTS),
        (Kind.PARTNER_CENTER, Permission.FILE_PARTNER_CENTER_REQUESTS),
    ],
)
def test_filing_needs_the_permission_of_the_kind(kind: Kind, permission: Permission) -> None:
    assert rules.permission_to_file(kind) is permission
