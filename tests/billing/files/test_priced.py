"""The database prices lines exactly as the rules in Python do."""

from decimal import Decimal

import pytest

from billing import pricing
from billing.models import InvoiceLine, PriceKind, PriceRule
from partners.models import Partner
from tests.billing.files import make

pytestmark = pytest.mark.django_db
LINES = [
    {},
    {"Amount": "26.61", "Subtotal": "26.61", "Tax": "1.60", "TotalForCustomer": "28.21"},
    {"TotalOtherDiscount": "33.33", "Subtotal": "966.67", "Tax": "58",
     "TotalForCustomer": "1024.67"},
    {"ChargeType": "Offset a line item", "Amount": "-50", "Subtotal": "-50", "Tax": "0",
     "TotalForCustomer": "-50"},
    {"UnitPrice": "0", "Amount": "0", "Subtotal": "0", "Tax": "0", "TotalForCustomer": "0"},
    {"UnitPrice": "6.8250000001", "Quantity": "2", "Amount": "13.32", "Subtotal": "13.32",
     "Tax": "0", "TotalForCustomer": "13.32"},
]  # fmt: skip
RULES = [
    None,
    ("margin_percent", "0", "6", False),
    ("margin_percent", "12.345", "13", False),
    ("margin_percent", "-3.5", "6", False),
    ("unit_price", "123.456789", "6", False),
    ("unit_price", "99.99", "6", True),
    ("unit_price", "117.35", "13", True),
]


@pytest.mark.parametrize("rule", RULES)
def test_database_prices_lines_as_the_rules_do(
    partner: Partner, rule: tuple[str, str, str, bool] | None
) -> None:
    pure = rule and pricing.Rule(rule[0], Decimal(rule[1]), Decimal(rule[2]), rule[3])
    if pure:
        PriceRule.objects.create(
            partner=partner, kind=PriceKind(pure.kind), value=pure.value, vat_rate=pure.vat_rate,
            includes_vat=pure.includes_vat,
        )  # fmt: skip
    rows = make.rows_of(make.licence_bytes(1))
    make.imported(make.partner_invoice(partner), make.written([rows[0] | it for it in LINES]))

    made = InvoiceLine.objects.select_related("source_line").order_by("position")
    assert [_figures(line) for line in made] == [_expected(line, pure) for line in made]
    assert len(made) == len(LINES)


def _figures(line: InvoiceLine) -> tuple[Decimal, ...]:
    return line.unit_price, line.net, line.vat_rate, line.vat


def _expected(line: InvoiceLine, rule: pricing.Rule | None) -> tuple[Decimal, ...]:
    source = line.source_line
    assert source is not None
    facts = pricing.LineFacts(
        source.unit_price, source.quantity, source.amount, source.net, source.tax, source.total,
        includes_tax=source.section == "credits",
    )  # fmt: skip
    priced = pricing.price(facts, rule)
    assert priced is not None
    return priced.unit_price, priced.net, priced.vat_rate, priced.vat
