"""Pure decisions about money: which invoices a receipt settles, when one is due, how old a debt is.

Amounts passed in and out share one currency; dates are dates of the partner's zone.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from billing.models import AllocationRule, Terms
from partners.models import PaymentOrder, TermsKind

CENT = Decimal("0.01")
ZERO = Decimal(0)
LATE_MATCH_DAYS = 31
SHORTEST_RECOGNISABLE_NUMBER = 5
"""Shorter invoice numbers occur in remarks by chance: months, years, counts."""


@dataclass(frozen=True)
class Debt:
    """An issued invoice with something left to pay."""

    invoice_id: int
    number: str
    due_on: date | None
    open_amount: Decimal
    disputed_amount: Decimal = ZERO
    is_late_charge: bool = False
    is_confirmed: bool = True

    @property
    def undisputed_amount(self) -> Decimal:
        """What is open without the disputed part, which payments reach last.

        Nothing of an opening balance that nobody has confirmed: only who names it settles it.
        """
        if not self.is_confirmed:
            return ZERO
        return max(self.open_amount - self.disputed_amount, ZERO)


@dataclass(frozen=True)
class Share:
    """The part of a receipt that settles one invoice, and by which rule."""

    invoice_id: int
    amount: Decimal
    rule: AllocationRule


def allocate(
    amount: Decimal,
    *,
    remark: str,
    debts: Iterable[Debt],
    on: date,
    order: PaymentOrder = PaymentOrder.SERVICES_FIRST,
) -> list[Share]:
    """Which debts this amount settles; what the shares leave over stays as credit.

    First what the payer named, in the order named; then what is due and undisputed, oldest first
    (Civil Code of the PRC, article 560: the debtor designates, otherwise debts due come first).
    Late charges come after everything owed for services, due or not, unless the partner has agreed
    on the order of article 561 (docs/decisions/0024-payment-order.md).
    """
    debts = list(debts)
    named = named_in(remark, debts)
    shares: list[Share] = []
    left = amount
    for debt, owed, rule in [
        *((debt, debt.open_amount, AllocationRule.NAMED) for debt in named),
        *(
            (debt, debt.undisputed_amount, AllocationRule.OLDEST_DUE)
            for debt in _in_order([debt for debt in debts if debt not in named], on, order)
        ),
    ]:
        part = min(left, owed)
        if part > 0:
            shares.append(Share(debt.invoice_id, part, rule))
            left -= part
    return shares


def fill(amount: Decimal, debts: Iterable[Debt]) -> list[Share]:
    """The debts this amount settles one after the other, for a person to look over."""
    shares: list[Share] = []
    for debt in debts:
        part = min(amount, debt.open_amount)
        if part > 0:
            shares.append(Share(debt.invoice_id, part, AllocationRule.BY_HAND))
            amount -= part
    return shares


@dataclass(frozen=True)
class Claimed:
    """A payment that a customer says it has made."""

    claim_id: int
    amount: Decimal
    bank_serial: str
    paid_on: date
    is_open: bool = True


def claim_matched_by(
    amount: Decimal, bank_serial: str, received_on: date, claims: Iterable[Claimed]
) -> int | None:
    """The claim that money received on this day makes true: same serial number, else same amount.

    Open ones first, oldest first. An expired one still counts for a month: the money came late.
    """
    claims = list(claims)
    serial = folded(bank_serial).strip()
    same_serial = [claim for claim in claims if serial and claim.bank_serial == serial]
    same_amount = [
        claim
        for claim in claims
        if claim.amount == amount
        and claim.paid_on <= received_on
        and (claim.is_open or (received_on - claim.paid_on).days <= LATE_MATCH_DAYS)
    ]
    found = same_serial or same_amount
    found.sort(key=lambda claim: (not claim.is_open, claim.paid_on, claim.claim_id))
    return found[0].claim_id if found else None


def named_in(remark: str, debts: Iterable[Debt]) -> list[Debt]:
    """The debts whose invoice number the payer wrote, in the order in which they were written."""
    text = folded(remark)
    found = [(position, debt) for debt in debts if (position := _position(debt.number, text)) >= 0]
    found.sort(key=lambda hit: (hit[0], hit[1].invoice_id))
    return [debt for _where, debt in found]


def exact_match(amount: Decimal, debts: Sequence[Debt]) -> Debt | None:
    """The one debt of exactly this amount, if there is exactly one."""
    matches = [debt for debt in debts if debt.open_amount == amount]
    return matches[0] if len(matches) == 1 else None


def due_on(start: date, terms: Terms, roll: Callable[[date], date] | None = None) -> date:
    """The last day to pay, for terms that count from this day.

    Net: so many calendar days later. End of month: so many days after the last day of its month.
    `roll` moves a due date on a day off, where the partner wants that.
    """
    counted_from = _month_end(start) if terms.kind == TermsKind.END_OF_MONTH else start
    due = counted_from + timedelta(days=terms.days)
    return roll(due) if roll else due


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def days_overdue(due_on: date, on: date) -> int:
    """Calendar days past the due date; 0 until the day after it."""
    return max(0, (on - due_on).days)


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, half up, as fapiao are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def simple_interest(amount: Decimal, rate: Decimal, days: int) -> Decimal:
    """Interest at a rate in per cent a year, by calendar days over 365, to the cent."""
    return cents(amount * rate * days / 36500)


def vat_on(net: Decimal, rate: Decimal) -> Decimal:
    """VAT on a net amount at a rate in per cent."""
    return cents(net * rate / 100)


def _in_order(debts: Sequence[Debt], on: date, order: PaymentOrder) -> list[Debt]:
    """What is due, services and late charges in the partner's order, each oldest first."""
    services = [debt for debt in debts if not debt.is_late_charge]
    charges = _due((debt for debt in debts if debt.is_late_charge), on)
    due = _due(services, on)
    if order == PaymentOrder.LATE_CHARGES_FIRST:
        return [*charges, *due]
    is_more_to_come = any(debt.undisputed_amount for debt in services if debt not in due)
    return due if is_more_to_come else [*due, *charges]


def _due(debts: Iterable[Debt], on: date) -> list[Debt]:
    payable = [
        (debt.due_on, debt.invoice_id, debt)
        for debt in debts
        if debt.due_on is not None and debt.due_on <= on
    ]
    return [debt for _due_on, _id, debt in sorted(payable, key=lambda entry: entry[:2])]


def _position(number: str, text: str) -> int:
    """Where the number stands in the folded text, or -1. Banks drop and add separators."""
    pieces = re.findall(r"[0-9A-Z]+", folded(number))
    if sum(map(len, pieces)) < SHORTEST_RECOGNISABLE_NUMBER:
        return -1
    before = r"(?<![0-9A-Z])" if pieces[0][0].isdigit() else r"(?<![A-Z])"
    hit = re.search(before + r"[\W_]*".join(pieces) + r"(?![0-9])", text)
    return hit.start() if hit else -1


def folded(text: str) -> str:
    """Full-width and lower-case letters and digits as plain upper case."""
    return unicodedata.normalize("NFKC", text).upper()


def payer_key(payer: str) -> str:
    """A payer's name without case, width, spaces and punctuation: banks write them differently."""
    return re.sub(r"[\W_]+", "", folded(payer))
