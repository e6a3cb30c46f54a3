"""/requests/new/ about a bill of 21Vianet: the letter names number, section and amounts."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from billing.models import PartnerInvoice
from partners.models import Partner, User
from service_requests.models import ServiceRequest
from tests.billing.bill import make
from tests.factories.partners import PartnerFactory, admin_agent, help_desk_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


@pytest.fixture
def bill(partner: Partner) -> PartnerInvoice:
    return make.bill(partner, "100.00", number="E0815")


def address(bill: PartnerInvoice, **said: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in said.items())
    return f"/requests/new/?topic=wrong_bill&bill={bill.pk}&{query}"


def test_letter_names_what_is_wrong_in_both_languages(
    bill: PartnerInvoice, signed_in: SignIn
) -> None:
    client = signed_in(admin_agent(bill.partner))
    said = {"section": "recurring", "charged": "100.00", "expected": "60.00"}
    page = client.get(address(bill, **said)).content.decode()

    assert "Invoice E0815 of" in page
    assert "Section: Recurring charges" in page
    assert "Charged: ¥100.00\nExpected: ¥60.00\nDifference: ¥40.00" in page
    assert "计费金额：¥100.00\n我们的预期：¥60.00\n差额：¥40.00" in page


@pytest.mark.parametrize("expected", ["", "NaN", "much", "1e9999"])
def test_letter_leaves_open_what_can_not_be_read(
    bill: PartnerInvoice, signed_in: SignIn, expected: str
) -> None:
    page = signed_in(admin_agent(bill.partner)).get(address(bill, expected=expected))
    assert "Charged: ¥100.00\nExpected: […]" in page.content.decode()


def test_letter_takes_the_printed_section_total(bill: PartnerInvoice, signed_in: SignIn) -> None:
    PartnerInvoice.objects.update(section_totals={"usage": str(Decimal("7.50"))})
    page = signed_in(admin_agent(bill.partner)).get(address(bill, section="usage"))
    assert "Charged: ¥7.50" in page.content.decode()


def test_draft_is_linked_with_the_bill(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(bill.partner))
    form = {
        "key": uuid4(), "partner": bill.partner_id, "kind": "partner_center_request",
        "severity": "moderate", "title": "Seats charged twice", "text": "Please check.",
    }  # fmt: skip
    detail = client.post(address(bill), form, follow=True).content.decode()

    assert ServiceRequest.objects.get().partner_invoice == bill
    assert f'href="/billing/statement/{bill.pk}/"' in detail
    assert "Seats charged twice" in client.get(f"/billing/statement/{bill.pk}/").content.decode()


def test_another_topic_is_not_about_the_bill(bill: PartnerInvoice, signed_in: SignIn) -> None:
    form = {
        "key": uuid4(), "partner": bill.partner_id, "kind": "partner_center_request",
        "severity": "moderate", "title": "Page is slow", "text": "Please check.",
    }  # fmt: skip
    url = f"/requests/new/?topic=technical&bill={bill.pk}"
    signed_in(admin_agent(bill.partner)).post(url, form)
    assert ServiceRequest.objects.get().partner_invoice is None


def test_bill_is_404_without_the_right_to_see_it(bill: PartnerInvoice, signed_in: SignIn) -> None:
    assert signed_in(help_desk_agent(bill.partner)).get(address(bill)).status_code == 404


def test_another_partners_bill_is_404(bill: PartnerInvoice, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(PartnerFactory.create()))
    assert client.get(address(bill)).status_code == 404
