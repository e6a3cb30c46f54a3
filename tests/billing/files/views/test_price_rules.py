"""/billing/price-rules/: add, change, remove."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from billing.models import PriceKind, PriceRule
from partners.models import AuditEntry, Partner, User
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
URL = "/billing/price-rules/"
type SignIn = Callable[[User], Client]


def typed(partner: Partner, **changes: object) -> dict[str, object]:
    return {
        "partner": partner.pk,
        "customer": "",
        "offer_id": "",
        "kind": "margin_percent",
        "value": "15",
        "vat_rate": "6",
        "reason": "price list 2026",
    } | changes


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


def test_add_a_rule_for_everybody(clerk: Client, partner: Partner) -> None:
    response = clerk.post(URL, typed(partner), follow=True)

    assert "The price rule was saved" in response.content.decode()
    assert PriceRule.objects.get().value == Decimal(15)
    assert AuditEntry.objects.get(kind="price_rule.added").reason == "price list 2026"


def test_add_a_rule_for_one_customer(clerk: Client, partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner, company="上海蓝天有限公司")
    clerk.post(URL, typed(partner, customer="蓝天", kind="unit_price", value="99.5"))

    assert PriceRule.objects.get().customer == customer


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "-100"}, "A margin lies between"),
        ({"value": "1001"}, "A margin lies between"),
        ({"kind": "unit_price", "value": "-1"}, "A price is not negative"),
        ({"customer": "nobody"}, "No customer matches"),
        ({"vat_rate": "100"}, "less than or equal to"),
        ({"reason": ""}, "required"),
    ],
)
def test_add_refuses(
    clerk: Client, partner: Partner, changes: dict[str, object], words: str
) -> None:
    response = clerk.post(URL, typed(partner, **changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not PriceRule.objects.exists()


def test_second_rule_for_the_same_is_refused(clerk: Client, partner: Partner) -> None:
    clerk.post(URL, typed(partner))
    response = clerk.post(URL, typed(partner))

    assert response.status_code == 422
    assert PriceRule.objects.count() == 1


def test_change_and_remove(clerk: Client, partner: Partner) -> None:
    rule = PriceRule.objects.create(partner=partner, kind=PriceKind.MARGIN_PERCENT, value=10)
    clerk.post(f"{URL}{rule.pk}/", typed(partner, value="12"))
    rule.refresh_from_db()
    assert rule.value == 12

    clerk.post(f"{URL}{rule.pk}/remove/", {"reason": "no longer needed"})
    assert not PriceRule.objects.exists()
    assert AuditEntry.objects.filter(kind__startswith="price_rule.").count() == 2


def test_pages_show_the_rule(clerk: Client, partner: Partner) -> None:
    rule = PriceRule.objects.create(partner=partner, kind=PriceKind.UNIT_PRICE, value=99)

    assert "Every customer" in clerk.get(URL).content.decode()
    assert "99" in clerk.get(f"{URL}{rule.pk}/").content.decode()
    assert "Remove price rule?" in clerk.get(f"{URL}{rule.pk}/remove/").content.decode()


def test_someone_elses_rule_is_404(signed_in: SignIn, partner: Partner) -> None:
    rule = PriceRule.objects.create(partner=partner, kind=PriceKind.NOT_INVOICED)
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert stranger.get(f"{URL}{rule.pk}/").status_code == 404
    assert stranger.post(f"{URL}{rule.pk}/remove/", {"reason": "x"}).status_code == 404


def test_sales_agent_sees_no_price_rule(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).get(URL).status_code == 403


def test_rule_for_another_chosen_partner_is_409(clerk: Client) -> None:
    assert clerk.post(URL, typed(PartnerFactory.create())).status_code == 409
