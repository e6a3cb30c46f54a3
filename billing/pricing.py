"""What a customer is charged for one line of 21Vianet's bill. Pure.

Amounts are in the line's currency and rounded half up to the cent (fen), line by line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.000001")
HUNDRED = Decimal(100)
HIGHEST_RATE = Decimal("99.99")

MARGIN_PERCENT, UNIT_PRICE, NOT_INVOICED = "margin_percent", "unit_price", "not_invoiced"


@dataclass(frozen=True)
class LineFacts:
    """What 21Vianet charged: `amount` before its discount, `net` after it, both before tax.

    `includes_tax` marks credits that 21Vianet grants after tax ("Offset a line item").
    """

    unit_price: Decimal
    quantity: Decimal
    amount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    includes_tax: bool = False


@dataclass(frozen=True)
class Rule:
    """`value` is a margin in per cent of cost, or a price per unit before tax."""

    kind: str
    value: Decimal
    vat_rate: Decimal


@dataclass(frozen=True)
class PricedLine:
    """What the customer is charged: `net` before tax, `vat_rate` in per cent."""

    unit_price: Decimal
    quantity: Decimal
    net: Decimal
    vat_rate: Decimal


def price(line: LineFacts, rule: Rule | None) -> PricedLine | None:
    """The customer's charge for a line, or None where the rule says that it is not invoiced.

    - No rule: at cost, with 21Vianet's own tax rate. The check before the import warns of this.
    - Margin: cost after 21Vianet's discount, plus so many per cent. Credits get it too.
    - Unit price: what 21Vianet charged before its discount, in proportion of the two unit prices.
      So parts of a month and reversals follow 21Vianet's days. Free lines stay free.
    - A credit that includes tax is taken apart with the rate at which it is charged on.
    """
    if rule is None:
        rule = Rule(MARGIN_PERCENT, Decimal(0), _own_rate(line))
    if rule.kind == NOT_INVOICED:
        return None
    if rule.kind == UNIT_PRICE:
        return _by_unit_price(line, rule)
    factor = 1 + rule.value / HUNDRED
    return PricedLine(
        _step(line.unit_price * factor),
        line.quantity,
        cents(_net(line, rule.vat_rate) * factor),
        rule.vat_rate,
    )


def best_rule[R](
    rules: Mapping[tuple[int | None, str], R], customer_id: int, offer_id: str
) -> R | None:
    """The most specific rule: customer and offer, customer, offer, everybody."""
    offer = offer_id.lower()
    keys = ((customer_id, offer), (customer_id, ""), (None, offer), (None, ""))
    return next((rules[key] for key in keys if key in rules), None)


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _by_unit_price(line: LineFacts, rule: Rule) -> PricedLine:
    if not line.unit_price:
        return PricedLine(Decimal(0), line.quantity, Decimal("0.00"), rule.vat_rate)
    base = _net(line, rule.vat_rate) if line.includes_tax else line.amount
    return PricedLine(
        rule.value, line.quantity, cents(base * rule.value / line.unit_price), rule.vat_rate
    )


def _net(line: LineFacts, vat_rate: Decimal) -> Decimal:
    """The cost before tax."""
    if line.includes_tax and not line.tax:
        return line.total / (1 + vat_rate / HUNDRED)
    return line.net


def _own_rate(line: LineFacts) -> Decimal:
    """The rate of tax that 21Vianet charged, in per cent; 0 where the figures make no sense."""
    if not line.net or not line.tax:
        return Decimal(0)
    rate = cents(line.tax / line.net * HUNDRED)
    return rate if 0 <= rate <= HIGHEST_RATE else Decimal(0)


def _step(price: Decimal) -> Decimal:
    return price.quantize(PRICE_STEP, ROUND_HALF_UP)
