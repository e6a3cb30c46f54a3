"""What is done to one bill of 21Vianet: record, correct, question, see an alarm."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.bill import services
from billing.models import PartnerInvoice
from partners.models import Partner, User
from tests.billing.bill import make
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]
ACTIONS = ["correct/", "dispute/", "settled/", "alarm/2/"]


@pytest.fixture
def bill(partner: Partner) -> PartnerInvoice:
    return make.bill(partner, "100.00", due_on=make.TODAY)


def url(bill: PartnerInvoice, action: str = "") -> str:
    return f"/billing/statement/{bill.pk}/{action}"


def typed(bill: PartnerInvoice, **changes: object) -> dict[str, object]:
    return {
        "partner": bill.partner_id,
        "number": bill.number,
        "issued_on": bill.issued_on.isoformat(),
        "currency": bill.currency,
        "total": "120.00",
        "section_credits": "-5.00",
        "reason": "misread",
        "shown": services.fingerprint(bill),
    } | changes


def test_new_bill_is_recorded_without_a_file(partner: Partner, signed_in: SignIn) -> None:
    form = {
        "partner": partner.pk, "number": " P 1 ", "issued_on": "2026-10-01", "currency": "CNY",
        "total": "-12.00",
    }  # fmt: skip
    page = signed_in(billing_admin(partner)).post("/billing/statement/new/", form, follow=True)

    assert "Credit, not used" in page.content.decode()
    assert PartnerInvoice.objects.get().number == "P 1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "This invoice is recorded already"),
        ({"number": "N", "total": ""}, "This field is required"),
        ({"number": "N", "total": "1e999999"}, "no more than 18 digits"),
        ({"number": "N", "currency": "rmb"}, "Enter a valid value"),
    ],
)
def test_new_bill_names_bad_fields(
    bill: PartnerInvoice, signed_in: SignIn, changes: dict[str, object], words: str
) -> None:
    client = signed_in(billing_admin(bill.partner))
    response = client.post("/billing/statement/new/", typed(bill, **changes))
    assert response.status_code == 422
    assert words in response.content.decode()


def test_new_bill_for_another_chosen_partner_is_409(
    bill: PartnerInvoice, signed_in: SignIn
) -> None:
    form = typed(bill, number="N", partner=PartnerFactory.create().pk)
    client = signed_in(billing_admin(bill.partner))
    assert client.post("/billing/statement/new/", form).status_code == 409


def test_correct_changes_what_was_typed(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    page = client.post(url(bill, "correct/"), typed(bill), follow=True).content.decode()
    bill.refresh_from_db()

    assert "¥120.00" in page
    assert bill.section_totals == {"credits": "-5.00"}


def test_correct_from_an_old_page_is_told(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client, form = signed_in(billing_admin(bill.partner)), typed(bill)
    client.post(url(bill, "correct/"), form)
    page = client.post(url(bill, "correct/"), form, follow=True)
    assert "Somebody has changed the invoice since" in page.content.decode()


def test_correct_to_a_taken_number_is_named(bill: PartnerInvoice, signed_in: SignIn) -> None:
    make.bill(bill.partner, number="OTHER")
    client = signed_in(billing_admin(bill.partner))
    response = client.post(url(bill, "correct/"), typed(bill, number="OTHER"))
    assert response.status_code == 422
    assert "Another invoice has this number." in response.content.decode()


def test_dispute_takes_the_number_of_the_request(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    assert 'value="#7"' in client.get(url(bill, "dispute/"), {"request": "#7"}).content.decode()

    form = {"reference": "#7", "reason": "seats"}
    client.post(url(bill, "dispute/"), form)
    again = client.post(url(bill, "dispute/"), form, follow=True).content.decode()
    assert "Somebody did that before" in again
    assert "Request #7" in again


def test_settled_question_is_gone(bill: PartnerInvoice, signed_in: SignIn) -> None:
    clerk = billing_admin(bill.partner)
    services.dispute(bill, reference="#7", by=clerk, reason="seats")
    page = signed_in(clerk).post(url(bill, "settled/"), {"reason": "credited"}, follow=True)
    assert "Request #7" not in page.content.decode().split('<h2 id="timeline">')[0]


def test_seen_alarm_leaves_home(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    assert "is due on 20 Oct 2026" in client.get("/").content.decode()

    page = client.post(url(bill, "alarm/2/"), {"reason": "money is there"}, follow=True)
    assert "Seen by" in page.content.decode()
    assert "is due on 20 Oct 2026" not in client.get("/").content.decode()


def test_second_click_on_an_alarm_is_told(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    client.post(url(bill, "alarm/2/"), {"reason": "x"})
    page = client.post(url(bill, "alarm/2/"), {"reason": "x"}, follow=True)
    assert "Somebody did that before" in page.content.decode()


def test_alarm_that_does_not_ring_is_told(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    page = client.post(url(bill, "alarm/99/"), {"reason": "x"}, follow=True)
    assert "This alarm rings no more" in page.content.decode()


def test_home_says_nothing_to_sales(bill: PartnerInvoice, signed_in: SignIn) -> None:
    page = signed_in(sales_agent(bill.partner)).get("/").content.decode()
    assert "is due on 20 Oct 2026" not in page


@pytest.mark.parametrize("action", ACTIONS)
def test_another_partners_bill_is_404(bill: PartnerInvoice, signed_in: SignIn, action: str) -> None:
    client = signed_in(billing_admin(PartnerFactory.create()))
    assert client.get(url(bill, action)).status_code == 404
    assert client.post(url(bill, action), typed(bill)).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_not_for_sales(bill: PartnerInvoice, signed_in: SignIn, action: str) -> None:
    client = signed_in(sales_agent(bill.partner))
    assert client.post(url(bill, action), typed(bill)).status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_ask_for_sign_in_and_refuse_other_methods(
    bill: PartnerInvoice, client: Client, signed_in: SignIn, action: str
) -> None:
    anonymous = client.get(url(bill, action))
    assert anonymous.headers["Location"].startswith(reverse("account_login"))
    assert signed_in(billing_admin(bill.partner)).put(url(bill, action)).status_code == 405
