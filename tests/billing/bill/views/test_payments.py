"""/billing/statement/payments/: recording what we paid, and the page of one payment."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.bill.forms import PaymentForm
from billing.models import PartnerInvoice, PartnerPayment
from partners.models import Partner, User
from tests.billing.bill import make
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
URL = "/billing/statement/payments/new/"
type SignIn = Callable[[User], Client]


@pytest.fixture
def bill(partner: Partner) -> PartnerInvoice:
    return make.bill(partner, "100.00")


def typed(bill: PartnerInvoice, part: str = "100.00", **changes: object) -> dict[str, object]:
    shown = PaymentForm(bill.partner, [bill], make.TODAY).balances
    return {
        "partner": bill.partner_id,
        "paid_on": make.TODAY.isoformat(),
        "amount": part,
        f"invoice_{bill.pk}": part,
        "bank_account": "6222",
        "bank_serial": "S1",
        "remark": "October",
        "entry_token": str(uuid4()),
        "shown": shown,
    } | changes


def test_form_is_filled_in_for_the_chosen_bill(bill: PartnerInvoice, signed_in: SignIn) -> None:
    make.bill(bill.partner, "9", number="OTHER", currency="USD")
    page = signed_in(billing_admin(bill.partner)).get(URL, {"invoice": bill.pk}).content.decode()

    assert "For E0001, due on 19 Nov 2026, still to pay ¥100.00" in page
    assert 'value="100.00"' in page
    assert "OTHER" not in page


def test_recorded_payment_is_shown(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    response = client.post(URL, typed(bill), follow=True)
    bill.refresh_from_db()

    assert "not yet seen by 21Vianet" in response.content.decode()
    assert not bill.is_unpaid


def test_second_click_leads_to_the_first(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client, form = signed_in(billing_admin(bill.partner)), typed(bill)
    first, second = client.post(URL, form), client.post(URL, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert PartnerPayment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "99"}, "The parts add up to ¥100.00, the payment is ¥99.00."),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "NaN"}, "Enter a number"),
        ({"amount": "1.001"}, "no more than 2 decimal places"),
        ({"paid_on": "2026-10-21"}, "after today"),
        ({"paid_on": "0026-10-20"}, "The year seems to be wrong"),
        ({"shown": "old"}, "What is left to pay has changed since"),
        ({"entry_token": "x"}, "Enter a valid UUID"),
    ],
)
def test_bad_fields_are_named(
    bill: PartnerInvoice, signed_in: SignIn, changes: dict[str, object], words: str
) -> None:
    response = signed_in(billing_admin(bill.partner)).post(URL, typed(bill, **changes))  # type: ignore[arg-type]  # from keyword facts

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not PartnerPayment.objects.exists()


def test_payment_for_nothing_is_named(bill: PartnerInvoice, signed_in: SignIn) -> None:
    form = typed(bill, "", amount="0")
    page = signed_in(billing_admin(bill.partner)).post(URL, form).content.decode()
    assert "Say which invoices the payment is for." in page


def test_more_than_is_owed_asks_first(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    asked = client.post(URL, typed(bill, "130.00"))
    assert "E0001: more than is left to pay, by ¥30.00." in asked.content.decode()

    client.post(URL, typed(bill, "130.00", is_checked="on"))
    bill.refresh_from_db()
    assert bill.overpaid == 30


def test_more_than_the_credit_is_refused(partner: Partner, signed_in: SignIn) -> None:
    credit = make.bill(partner, "-40", number="C1")
    client = signed_in(billing_admin(partner))
    form = typed(credit, "-41", amount="0")
    page = client.post(f"{URL}?invoice={credit.pk}", form).content.decode()
    assert "No more than the credit of ¥40.00 can be set off." in page


def test_a_lookalike_asks_first(bill: PartnerInvoice, signed_in: SignIn) -> None:
    make.paid((bill, "50"))
    form = typed(bill, "50.00", bank_serial="")
    page = signed_in(billing_admin(bill.partner)).post(URL, form).content.decode()
    assert "A payment of this day and amount is recorded already" in page


def test_a_serial_that_is_there_is_named(bill: PartnerInvoice, signed_in: SignIn) -> None:
    make.paid((bill, "50"), bank_account="6222", bank_serial="S1")
    form = typed(bill, "20.00")
    page = signed_in(billing_admin(bill.partner)).post(URL, form).content.decode()
    assert "This bank serial number is recorded already" in page


def test_nothing_to_pay_is_said(partner: Partner, signed_in: SignIn) -> None:
    page = signed_in(billing_admin(partner)).get(URL, follow=True).content.decode()
    assert "There is no invoice of 21Vianet to pay." in page


def test_another_chosen_partner_is_409(bill: PartnerInvoice, signed_in: SignIn) -> None:
    form = typed(bill, partner=PartnerFactory.create().pk)
    assert signed_in(billing_admin(bill.partner)).post(URL, form).status_code == 409
    assert not PartnerPayment.objects.exists()


def test_another_partners_bill_is_404(bill: PartnerInvoice, signed_in: SignIn) -> None:
    clerk = billing_admin(PartnerFactory.create())
    assert signed_in(clerk).get(URL, {"invoice": bill.pk}).status_code == 404


def test_seen_and_back_again(bill: PartnerInvoice, signed_in: SignIn) -> None:
    row, client = make.paid((bill, "100")), signed_in(billing_admin(bill.partner))
    page = client.post(f"{row.get_absolute_url()}seen/", {"on": "2026-10-20"}, follow=True)
    assert "21Vianet shows it paid, seen on 20 Oct 2026" in page.content.decode()

    client.post(f"{row.get_absolute_url()}not-seen/", {"reason": "wrong line"})
    row.refresh_from_db()
    assert row.seen_on is None


@pytest.mark.parametrize("days", [-1, 1])
def test_seen_on_an_impossible_day_is_refused(
    bill: PartnerInvoice, signed_in: SignIn, days: int
) -> None:
    row = make.paid((bill, "100"))
    on = (make.TODAY + timedelta(days=days)).isoformat()
    response = signed_in(billing_admin(bill.partner)).post(
        f"{row.get_absolute_url()}seen/", {"on": on}
    )
    assert response.status_code == 422
    assert "between the day of the payment" in response.content.decode()


def test_second_click_on_seen_is_told(bill: PartnerInvoice, signed_in: SignIn) -> None:
    row, client = make.paid((bill, "100")), signed_in(billing_admin(bill.partner))
    client.post(f"{row.get_absolute_url()}seen/", {"on": "2026-10-20"})
    page = client.post(f"{row.get_absolute_url()}seen/", {"on": "2026-10-20"}, follow=True)
    assert "Somebody did that before" in page.content.decode()


def test_reversed_payment_reopens_the_bill(bill: PartnerInvoice, signed_in: SignIn) -> None:
    row, client = make.paid((bill, "100")), signed_in(billing_admin(bill.partner))
    url = f"{row.get_absolute_url()}reverse/"
    assert "¥100.00 of E0001 is unpaid again." in client.get(url).content.decode()

    client.post(url, {"reason": "bounced"})
    again = client.post(url, {"reason": "bounced"}, follow=True).content.decode()
    bill.refresh_from_db()
    assert "It was reversed before" in again
    assert bill.balance == Decimal(100)


@pytest.mark.parametrize("action", ["", "seen/", "not-seen/", "reverse/"])
def test_another_partners_payment_is_404(
    bill: PartnerInvoice, signed_in: SignIn, action: str
) -> None:
    row = make.paid((bill, "100"))
    client = signed_in(billing_admin(PartnerFactory.create()))
    assert client.get(f"{row.get_absolute_url()}{action}").status_code == 404


@pytest.mark.parametrize("action", ["", "seen/", "not-seen/", "reverse/"])
def test_payments_are_not_for_sales(bill: PartnerInvoice, signed_in: SignIn, action: str) -> None:
    row = make.paid((bill, "100"))
    client = signed_in(sales_agent(bill.partner))
    assert client.get(f"{row.get_absolute_url()}{action}").status_code == 403
    assert client.get(URL).status_code == 403


def test_anonymous_signs_in_first(client: Client) -> None:
    assert client.get(URL).headers["Location"].startswith(reverse("account_login"))


def test_other_methods_are_refused(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(bill.partner))
    assert client.delete(URL).status_code == 405
    assert client.post(make.paid((bill, "1")).get_absolute_url()).status_code == 405


def test_payment_keeps_its_proof(
    bill: PartnerInvoice, signed_in: SignIn, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    row, client = make.paid((bill, "100")), signed_in(billing_admin(bill.partner))
    slip = SimpleUploadedFile("slip.txt", "bank slip 银行回单".encode())
    url = reverse("partners:attach", args=["billing.partnerpayment", row.pk])
    page = client.post(url, {"file": slip}, follow=True).content.decode()

    assert "slip.txt" in page
    assert "File kept" in page
