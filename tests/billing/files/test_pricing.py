"""What a customer pays for a line: cost, margin, own price, credits, rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import pricing
from billing.pricing import LineFacts, Rule, best_rule, price

D = Decimal
SIX = D("6.00")
MONTH = LineFacts(D("11"), D("10"), D("110"), D("110"), D("6.60"), D("116.60"))
PART = LineFacts(D("11"), D("15"), D("26.61"), D("26.61"), D("1.60"), D("28.21"))
DISCOUNTED = LineFacts(D("11"), D("10"), D("110"), D("100"), D("6"), D("106"))
FREE = LineFacts(D("0"), D("10"), D("0"), D("0"), D("0"), D("0"))
CREDIT = LineFacts(D("0"), D("1"), D("0"), D("0"), D("0"), D("-106"), includes_tax=True)


@pytest.mark.parametrize(
    ("line", "rule", "net", "unit_price"),
    [
        (MONTH, Rule("margin_percent", D("0"), SIX), "110.00", "11.000000"),
        (MONTH, Rule("margin_percent", D("15"), SIX), "126.50", "12.650000"),
        (MONTH, Rule("margin_percent", D("-10"), SIX), "99.00", "9.900000"),
        (DISCOUNTED, Rule("margin_percent", D("10"), SIX), "110.00", "12.100000"),
        (PART, Rule("margin_percent", D("10"), SIX), "29.27", "12.100000"),
        (MONTH, Rule("unit_price", D("15"), SIX), "150.00", "15"),
        (PART, Rule("unit_price", D("15"), SIX), "36.29", "15"),
        (DISCOUNTED, Rule("unit_price", D("15"), SIX), "150.00", "15"),
        (FREE, Rule("unit_price", D("15"), SIX), "0.00", "0"),
        (CREDIT, Rule("margin_percent", D("0"), SIX), "-100.00", "0.000000"),
        (CREDIT, Rule("margin_percent", D("10"), SIX), "-110.00", "0.000000"),
    ],
)
def test_price_follows_the_rule(line: LineFacts, rule: Rule, net: str, unit_price: str) -> None:
    priced = price(line, rule)

    assert priced is not None
    assert str(priced.net) == net
    assert str(priced.unit_price) == unit_price
    assert priced.vat_rate == SIX


def test_price_without_a_rule_is_cost_with_its_own_tax() -> None:
    priced = price(MONTH, None)

    assert priced is not None
    assert (priced.net, priced.vat_rate) == (D("110.00"), SIX)


def test_price_of_a_line_that_is_not_invoiced_is_none() -> None:
    assert price(MONTH, Rule("not_invoiced", D(0), SIX)) is None


@pytest.mark.parametrize(
    ("net", "rounded"), [("0.005", "0.01"), ("0.004", "0.00"), ("-0.005", "-0.01")]
)
def test_cents_round_half_up(net: str, rounded: str) -> None:
    assert str(pricing.cents(D(net))) == rounded


@pytest.mark.parametrize(
    ("customer", "offer", "rule"),
    [(1, "OFFER", "both"), (1, "other", "customer"), (2, "offer", "offer"), (2, "x", "all")],
)
def test_best_rule_is_the_most_specific(customer: int, offer: str, rule: str) -> None:
    rules = {(1, "offer"): "both", (1, ""): "customer", (None, "offer"): "offer", (None, ""): "all"}

    assert best_rule(rules, customer, offer) == rule


def test_best_rule_of_nothing_is_none() -> None:
    assert best_rule({}, 1, "offer") is None


MONEY = st.decimals(-(10**9), 10**9, places=2)


@given(MONEY, st.decimals(-99, 1000, places=2))
def test_reversal_undoes_its_charge(amount: Decimal, margin: Decimal) -> None:
    rule = Rule("margin_percent", margin, SIX)
    charge = price(LineFacts(D(1), D(1), amount, amount, D(0), amount), rule)
    reversal = price(LineFacts(D(1), D(1), -amount, -amount, D(0), -amount), rule)

    assert charge is not None
    assert reversal is not None
    assert charge.net + reversal.net == 0
