"""Who reads what of the trail."""

from collections.abc import Callable
from typing import Any

import pytest

from partners import activity, audit
from partners.kinds import label_of
from partners.models import AuditEntry, Partner, User
from partners.panels import timeline
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    global_admin,
    help_desk_agent,
    sales_agent,
)

pytestmark = pytest.mark.django_db
WORDS = "owes ¥ 88,410.50"


def _entry(partner: Partner, kind: str, **values: Any) -> AuditEntry:
    fact = audit.Fact(
        partner_id=partner.pk,
        customer_id=values.pop("customer_id", 1),
        subject=partner,
        kind=kind,
        reason=WORDS,
        after=values,
    )
    return audit.record(fact, by=None)


@pytest.mark.parametrize(
    ("kind", "values", "sees_sales", "sees_billing"),
    [
        ("invoice.issued", {"total": "88410.50"}, False, True),
        ("receipt.recorded", {}, False, True),
        ("customer.credit_decided", {"limit": None, "terms_days": 30}, False, True),
        ("customer.edited", {"company": "云启"}, True, True),
        ("hold.placed", {"reason": "non_payment"}, False, True),
        ("hold.placed", {"reason": "fraud"}, True, True),
        ("case.opened", {}, False, True),
        ("status_change.asked", {}, False, True),
        ("something.unheard_of", {}, False, True),
        ("partner.settings_changed", {"minimum_overdue_amount": "5"}, False, True),
        ("partner.settings_changed", {"sweep_at": "10:30"}, True, True),
        ("service_request.filed", {"readers_need": "see_partner_bill"}, False, True),
        ("service_request.filed", {"readers_need": "see_customers"}, True, True),
    ],
)
def test_words_are_read_by_those_who_may_see_the_money_in_them(
    partner: Partner, kind: str, values: dict[str, Any], sees_sales: bool, sees_billing: bool
) -> None:
    entry = _entry(partner, kind, **values)

    for_sales = activity.line(entry, sales_agent(partner), partner)
    for_billing = activity.line(entry, billing_admin(partner), partner)

    assert (for_sales.why == WORDS, bool(for_sales.changes) and not sees_sales) == (
        sees_sales,
        False,
    )
    assert (for_billing.why == WORDS) is sees_billing


@pytest.mark.parametrize(
    ("person", "kinds"),
    [
        (global_admin, {"invoice.issued", "reconciliation.imported", "contact.added"}),
        (admin_agent, {"invoice.issued", "reconciliation.imported", "contact.added"}),
        (billing_admin, {"invoice.issued", "reconciliation.imported", "contact.added"}),
        (sales_agent, {"contact.added"}),
        (help_desk_agent, {"contact.added"}),
    ],
)
def test_entries_that_exist_because_of_money_are_left_out(
    partner: Partner, person: Callable[[Partner], User], kinds: set[str]
) -> None:
    for kind in ("invoice.issued", "reconciliation.imported", "contact.added"):
        _entry(partner, kind)

    found = AuditEntry.objects.filter(activity.without_money(person(partner), partner))

    assert set(found.values_list("kind", flat=True)) == kinds


def test_sales_agents_allowed_to_see_debts_still_see_no_bill(partner: Partner) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()
    _entry(partner, "invoice.issued")
    _entry(partner, "reconciliation.imported")

    found = AuditEntry.objects.filter(activity.without_money(sales_agent(partner), partner))

    assert set(found.values_list("kind", flat=True)) == {"invoice.issued"}


def test_timeline_of_a_customer_is_redacted_and_newest_first(partner: Partner) -> None:
    _entry(partner, "contact.added", customer_id=7)
    _entry(partner, "invoice.issued", customer_id=7)
    _entry(partner, "hold.placed", customer_id=7, reason="non_payment")
    _entry(partner, "contact.removed", customer_id=8)

    shown = timeline(partner, 7, user=sales_agent(partner))

    assert [line["what"] for line in shown] == ["Hold placed", "Contact added"]
    assert [line["why"] for line in shown] == ["", WORDS]
    assert "Asia/Shanghai" in str(shown[0]["when"])


def test_timeline_of_records_names_only_theirs(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    _entry(partner, "partner.connected")
    fact = audit.Fact(
        partner_id=partner.pk,
        customer_id=customer.pk,
        subject=customer,
        kind="customer.edited",
        reason="typo",
    )
    audit.record(fact, by=None)

    shown = timeline(partner, None, customer, user=sales_agent(partner))

    assert [line["what"] for line in shown] == ["Customer edited"]


@pytest.mark.parametrize(
    ("kind", "values", "url"),
    [
        ("hold.placed", {"reason": "fraud", "subscription": 12}, "/subscriptions/12/"),
        ("contact.added", {}, ""),
    ],
)
def test_entries_lead_to_the_page_of_their_record(
    partner: Partner, kind: str, values: dict[str, Any], url: str
) -> None:
    entry = _entry(partner, kind, **values)

    assert activity.line(entry, admin_agent(partner), partner).url == url


def test_kinds_without_words_of_their_own_read_as_written() -> None:
    assert label_of("hold.placed") == "Hold placed"
    assert label_of("thing.turned_over") == "Thing turned over"


def test_entry_about_a_case_leads_nowhere_for_who_may_not_open_it(partner: Partner) -> None:
    entry = AuditEntry(partner_id=partner.pk, kind="case.opened", subject_id="7")
    entry.subject_kind = "collections_policy.case"

    assert activity.line(entry, sales_agent(partner), partner).url == ""
    assert activity.line(entry, admin_agent(partner), partner).url == "/collections/cases/7/"
