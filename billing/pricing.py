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
    """`value` is a margin in per cent of cost, or a price per unit, before tax or with it."""

    kind: str
    value: Decimal
    vat_rate: Decimal
    includes_vat: bool = False


@dataclass(frozen=True)
class PricedLine:
    """What the customer is charged: `net` before tax, `vat_rate` in per cent."""

    unit_price: Decimal
    quantity: Decimal
    net: Decimal
    vat_rate: Decimal
    vat: Decimal


def price(line: LineFacts, rule: Rule | None) -> PricedLine | None:
    """The customer's charge for a line, or None where the rule says that it is billed elsewhere.

    - No rule: at cost, with 21Vianet's own tax rate. The check before the import warns of this.
    - Margin: cost after 21Vianet's discount, plus so many per cent. Credits get it too.
    - Unit price: what 21Vianet charged before its discount, in proportion of the two unit prices.
      So parts of a month and reversals follow 21Vianet's days. Free lines stay free. Where the
      price includes VAT, the gross amount is exact and the VAT is taken out of it.
    - A credit that includes tax is taken apart with the rate at which it is charged on.

    Each amount is one fraction, rounded once: `billing.files.priced` does the same in the database.
    """
    if rule is None:
        rule = Rule(MARGIN_PERCENT, Decimal(0), _own_rate(line))
    if rule.kind == NOT_INVOICED:
        return None
    if rule.kind == UNIT_PRICE:
        return _by_unit_price(line, rule)
    cost, divisor = _fraction(line, line.net, rule.vat_rate)
    factor = HUNDRED + rule.value
    net = cents(cost * factor / (divisor * HUNDRED))
    return PricedLine(
        _step(line.unit_price * factor / HUNDRED),
        line.quantity,
        net,
        rule.vat_rate,
        cents(net * rule.vat_rate / HUNDRED),
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
        zero = Decimal("0.00")
        return PricedLine(Decimal(0), line.quantity, zero, rule.vat_rate, zero)
    base, divisor = _fraction(line, line.amount, rule.vat_rate)
    amount = cents(base * rule.value / (divisor * line.unit_price))
    with_vat = HUNDRED + rule.vat_rate
    if not rule.includes_vat:
        vat = cents(amount * rule.vat_rate / HUNDRED)
        return PricedLine(rule.value, line.quantity, amount, rule.vat_rate, vat)
    net = cents(amount * HUNDRED / with_vat)
    unit_price = _step(rule.value * HUNDRED / with_vat)
    return PricedLine(unit_price, line.quantity, net, rule.vat_rate, amount - net)


def _fraction(line: LineFacts, amount: Decimal, vat_rate: Decimal) -> tuple[Decimal, Decimal]:
    """A cost before tax as numerator and divisor; only a credit that includes tax is divided."""
    if line.includes_tax:
        if line.tax:
            return line.net, Decimal(1)
        return line.total * HUNDRED, HUNDRED + vat_rate
    return amount, Decimal(1)


def _own_rate(line: LineFacts) -> Decimal:
    """The rate of tax that 21Vianet charged, in per cent; 0 where the figures make no sense."""
    if not line.net or not line.tax:
        return Decimal(0)
    rate = cents(line.tax * HUNDRED / line.net)
    return rate if 0 <= rate <= HIGHEST_RATE else Decimal(0)


def _step(price: Decimal) -> Decimal:
    return price.quantize(PRICE_STEP, ROUND_HALF_UP)
