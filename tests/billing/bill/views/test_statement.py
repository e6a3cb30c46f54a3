"""/billing/statement/: the list of our bills and the page of one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from billing.bill import payments, services
from partners.models import Partner, User
from tests.billing.bill import make
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    billing_admin,
    help_desk_agent,
    sales_agent,
)

pytestmark = pytest.mark.django_db
URL = "/billing/statement/"
LATE = make.TODAY - timedelta(days=20)
type SignIn = Callable[[User], Client]


@pytest.mark.parametrize(
    ("show", "numbers"),
    [
        ("", {"OPEN", "LATE", "PAID", "CREDIT"}),
        ("open", {"OPEN", "LATE"}),
        ("late", {"LATE"}),
        ("paid", {"PAID", "CREDIT"}),
        ("credit", {"CREDIT"}),
        ("disputed", set()),
        ("nonsense", set()),
    ],
)
def test_list_filters(partner: Partner, signed_in: SignIn, show: str, numbers: set[str]) -> None:
    make.bill(partner, number="OPEN")
    make.bill(partner, number="LATE", due_on=LATE)
    make.bill(partner, "-5", number="CREDIT")
    make.paid((make.bill(partner, "7", number="PAID"), "7"))
    client = signed_in(billing_admin(partner))
    page = client.get(URL, {"show": show}, headers={"HX-Request": "true"}).content.decode()

    assert {name for name in ("OPEN", "LATE", "PAID", "CREDIT") if f">{name}<" in page} == numbers


def test_list_exports_what_is_filtered(partner: Partner, signed_in: SignIn) -> None:
    make.bill(partner, number="=OPEN()")
    make.bill(partner, number="LATE", due_on=LATE)
    response = signed_in(billing_admin(partner)).get(URL, {"show": "late", "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # streams

    assert "LATE,2026-08-31,2026-09-30,CNY,10000.00,0.00,10000.00,20 days late" in text
    assert "OPEN" not in text


def test_list_needs_a_constant_number_of_queries(
    partner: Partner,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    bills = [make.bill(partner, number=f"E{count}", due_on=LATE) for count in range(5)]
    make.paid((bills[0], "1"), (bills[1], "1"))
    client = signed_in(billing_admin(partner))

    with django_assert_max_num_queries(17):  # type: ignore[attr-defined]  # a context manager
        client.get(URL)


def test_page_of_a_late_bill_names_charge_and_consequences(
    partner: Partner, signed_in: SignIn
) -> None:
    bill = make.bill(partner, due_on=LATE)
    page = signed_in(billing_admin(partner)).get(f"{URL}{bill.pk}/").content.decode()

    assert "finance charge of up to ¥150.00: 1.5 % of the invoice amount" in page
    assert "it would be ¥98.63" in page
    assert "request a reseller relationship" in page
    assert "20 days late" in page


def test_page_uses_the_rate_of_the_settings(partner: Partner, signed_in: SignIn) -> None:
    partner.settings.finance_charge_legal_maximum = 1
    partner.settings.save()
    bill = make.bill(partner, due_on=LATE)
    page = signed_in(billing_admin(partner)).get(f"{URL}{bill.pk}/").content.decode()
    assert "finance charge of up to ¥100.00" in page


@pytest.mark.parametrize(
    ("is_seen", "words"),
    [
        (False, "We paid on 20 Oct 2026 (not yet seen by 21Vianet)"),
        (True, "21Vianet shows it paid, seen on 20 Oct 2026"),
    ],
)
def test_page_says_whether_21vianet_shows_it(
    partner: Partner, signed_in: SignIn, is_seen: bool, words: str
) -> None:
    bill = make.bill(partner)
    row = make.paid((bill, "10000"))
    clerk = billing_admin(partner)
    _ = is_seen and payments.mark_seen(row, make.TODAY, by=clerk, reason="read")
    page = signed_in(clerk).get(f"{URL}{bill.pk}/").content.decode()

    assert words in page
    assert "Recorded as paid" in page


def test_page_names_what_was_overpaid(partner: Partner, signed_in: SignIn) -> None:
    bill = make.bill(partner, "100")
    make.paid((bill, "130"))
    page = signed_in(billing_admin(partner)).get(f"{URL}{bill.pk}/").content.decode()
    assert "Overpaid by ¥30.00" in page


def test_page_of_a_disputed_bill_says_it_is_due(partner: Partner, signed_in: SignIn) -> None:
    bill, clerk = make.bill(partner), billing_admin(partner)
    services.dispute(bill, reference="#7", by=clerk, reason="seats")
    page = signed_in(clerk).get(f"{URL}{bill.pk}/").content.decode()

    assert "Request #7" in page
    assert "It is due all the same: the alarms go on." in page


def test_page_offers_the_request_to_who_may_draft(partner: Partner, signed_in: SignIn) -> None:
    bill = make.bill(partner)
    page = signed_in(admin_agent(partner)).get(f"{URL}{bill.pk}/").content.decode()
    assert f'name="bill" value="{bill.pk}"' in page
    assert "Write the request" in page


def test_page_names_who_may_draft_to_others(partner: Partner, signed_in: SignIn) -> None:
    bill = make.bill(partner)
    page = signed_in(billing_admin(partner)).get(f"{URL}{bill.pk}/").content.decode()
    assert "Somebody who may draft requests" in page
    assert "Write the request" not in page


def test_page_of_another_partners_bill_is_404(partner: Partner, signed_in: SignIn) -> None:
    bill = make.bill(PartnerFactory.create())
    assert signed_in(billing_admin(partner)).get(f"{URL}{bill.pk}/").status_code == 404


@pytest.mark.parametrize("person", [sales_agent, help_desk_agent])
def test_bill_is_not_for_everybody(
    partner: Partner, signed_in: SignIn, person: Callable[[Partner], User]
) -> None:
    bill = make.bill(partner)
    client = signed_in(person(partner))
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}{bill.pk}/").status_code == 403


def test_anonymous_signs_in_first(client: Client) -> None:
    assert client.get(URL).headers["Location"].startswith(reverse("account_login"))


def test_other_methods_are_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).post(URL).status_code == 405
