"""GET /activity/"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from partners import audit
from partners.models import Partner, User
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    help_desk_agent,
    member,
    sales_agent,
)

pytestmark = pytest.mark.django_db
URL = "/activity/"
SignIn = Callable[[User], Client]


def _entry(
    partner: Partner, kind: str = "contact.added", reason: str = "phoned", by: User | None = None
) -> None:
    fact = audit.Fact(
        partner_id=partner.pk,
        customer_id=5,
        subject=partner,
        kind=kind,
        reason=reason,
        after={"name": "新"},
    )
    audit.record(fact, by=by)


def test_page_shows_what_who_when_and_why(partner: Partner, signed_in: SignIn) -> None:
    person = admin_agent(partner)
    _entry(partner, by=person)

    page = signed_in(person).get(URL).content.decode()

    assert "Contact added" in page
    assert "phoned" in page
    assert "(Asia/Shanghai)" in page
    assert "/customers/5/" in page


def test_other_partners_trail_is_not_shown(partner: Partner, signed_in: SignIn) -> None:
    _entry(PartnerFactory.create(), reason="not ours")

    assert "not ours" not in signed_in(admin_agent(partner)).get(URL).content.decode()


@pytest.mark.parametrize("person", [sales_agent, help_desk_agent])
def test_money_is_neither_shown_nor_exported(
    partner: Partner, signed_in: SignIn, person: Callable[[Partner], User]
) -> None:
    _entry(partner, "receipt.recorded", "paid ¥ 88,410.50")
    _entry(partner, "case.opened", "owes ¥ 88,410.50")
    client = signed_in(person(partner))

    page = client.get(URL).content.decode()
    export = b"".join(client.get(f"{URL}?format=csv")).decode()
    filtered = client.get(f"{URL}?kind=receipt.recorded")

    assert "88,410" not in page + export
    assert "Payment recorded" not in page
    assert "Payment recorded" not in export
    assert filtered.context["page"].rows == []


def test_filters_narrow_by_kind_and_person(partner: Partner, signed_in: SignIn) -> None:
    person, colleague = admin_agent(partner), sales_agent(partner)
    _entry(partner, "contact.added", by=person)
    _entry(partner, "contact.removed", by=colleague)
    client = signed_in(person)

    by_kind = client.get(URL, {"kind": "contact.removed"}).context["lines"]
    by_person = client.get(URL, {"person": person.pk}).context["lines"]

    assert [line.kind for line in by_kind] == ["contact.removed"]
    assert [line.kind for line in by_person] == ["contact.added"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("since=2026-11-23&until=2026-11-23", 1),
        ("since=2026-11-22&until=2026-11-22", 0),
        ("until=2026-11-22", 0),
        ("since=2026-11-24", 0),
        ("since=2026-11-24&until=2026-11-23", 0),
        ("since=soon", 0),
    ],
)
def test_days_are_the_partners_days(
    partner: Partner, signed_in: SignIn, query: str, count: int
) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), tick=False):
        _entry(partner)

    page = signed_in(admin_agent(partner)).get(f"{URL}?{query}")

    assert len(page.context["lines"]) == count


def test_export_holds_exactly_what_the_filters_show(partner: Partner, signed_in: SignIn) -> None:
    _entry(partner, "contact.added", "=HYPERLINK()")
    _entry(partner, "contact.removed", "left")

    response = signed_in(admin_agent(partner)).get(f"{URL}?format=csv&kind=contact.added")

    text = b"".join(response).decode()
    assert "'=HYPERLINK()" in text
    assert "left" not in text


def test_second_page_continues_after_the_first(partner: Partner, signed_in: SignIn) -> None:
    for _ in range(51):
        _entry(partner)
    client = signed_in(admin_agent(partner))

    first = client.get(URL).context["page"]
    second = client.get(first.next_url).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 1)


def test_htmx_gets_the_table_alone(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(admin_agent(partner)).get(URL, headers={"HX-Request": "true"})

    assert b'id="table"' in page.content
    assert b"<html" not in page.content


def test_page_needs_a_constant_number_of_queries(
    partner: Partner,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for _ in range(30):
        _entry(partner)
    client = signed_in(admin_agent(partner))

    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]  # a context manager
        client.get(URL)


def test_person_without_role_is_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(member(partner)).get(URL).status_code == 403


def test_anonymous_is_sent_to_sign_in(client: Client) -> None:
    assert "/accounts/login/" in client.get(URL).headers["Location"]


def test_post_is_not_allowed(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).post(URL).status_code == 405
