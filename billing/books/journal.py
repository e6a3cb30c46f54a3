"""The ledger as bookings: every act moves an amount from one account to another.

A booking belongs to the business day on which the act was made; what is taken back is a booking of
its own, on the day it was taken back, so that a past period never changes. Since each row names the
account that is debited and the one that is credited, the accounts of a currency always balance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing import history
from billing.books.branches import BOOKINGS
from partners.models import Partner

ZERO = Decimal(0)
CHUNK = 2000


class Account(models.TextChoices):
    """The accounts of the ledger; the codes stay the same in every language."""

    RECEIVABLES = "receivables", _("Receivables")
    CUSTOMER_CREDIT = "customer_credit", _("Customer credit")
    UNIDENTIFIED = "unidentified", _("Unidentified receipts")
    BANK = "bank", _("Bank")
    REVENUE = "revenue", _("Revenue")
    LATE_CHARGES = "late_charges", _("Late charges")
    VAT = "vat", _("VAT")
    WRITE_OFFS = "write_offs", _("Write-off expense")
    OPENING_BALANCE = "opening_balance", _("Opening balances")


class Kind(models.TextChoices):
    """What was booked."""

    INVOICE = "invoice", _("Invoice issued")
    CREDIT_NOTE = "credit_note", _("Credit note issued")
    CREDIT_USED = "credit_used", _("Credit note used for an invoice")
    RECEIPT = "receipt", _("Receipt recorded")
    IDENTIFIED = "identified", _("Receipt assigned to a customer")
    DIVIDED = "divided", _("Receipt divided")
    ALLOCATION = "allocation", _("Receipt used for an invoice")
    REFUND = "refund", _("Money paid back")
    WRITE_OFF = "write_off", pgettext_lazy("booking", "Written off")
    WRITE_OFF_REVERSED = "write_off_reversed", _("Write-off taken back or recovered")
    RECEIPT_REVERSED = "receipt_reversed", _("Receipt reversed")
    DIVISION_UNDONE = "division_undone", _("Division of a receipt undone")
    ALLOCATION_REVERSED = "allocation_reversed", _("Use for an invoice reversed")
    REFUND_REVERSED = "refund_reversed", _("Refund reversed")


REPLAYED = (Account.RECEIVABLES, Account.CUSTOMER_CREDIT, Account.UNIDENTIFIED)
"""The accounts with a balance that the ledger's own rows tell as well."""

_LISTED = f"""
SELECT booking, kind, made_at, coalesce(customer.company, ''), coalesce(customer.tenant_id, ''),
       currency, debit, credit, amount, document, document_on, other, vat_rate, bank_account, note
FROM ({BOOKINGS}) entry
LEFT JOIN customers_customer customer ON customer.id = entry.customer_id
WHERE %(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s)
ORDER BY made_at, booking, debit, credit, vat_rate
"""  # noqa: S608  (nothing but our own constants is put in)

_SUMS = f"""
SELECT currency, kind, debit, credit, sum(amount)
FROM ({BOOKINGS}) entry
GROUP BY currency, kind, debit, credit
"""  # noqa: S608


@dataclass(frozen=True)
class Period:
    """Business days of a partner's zone, both included."""

    partner: Partner
    first: date
    last: date

    @property
    def since(self) -> datetime:
        return history.end_of(self.first - timedelta(days=1), self.partner)

    @property
    def until(self) -> datetime:
        return history.end_of(self.last, self.partner)


@dataclass(frozen=True)
class Booking:
    """One amount that moves from the credited to the debited account, in one currency.

    A booking with VAT has a row per rate and account, under the same id. `other` is the second
    document: the invoice a credit note lowers, the payer, the payment an invoice was settled with.
    """

    booking: str
    kind: Kind
    made_at: datetime
    company: str
    tenant_id: str
    currency: str
    debit: Account
    credit: Account
    amount: Decimal
    document: str
    document_on: date | None
    other: str
    vat_rate: Decimal | None
    bank_account: str
    note: str


@dataclass(frozen=True)
class Sums:
    """What a period's bookings did to each account of one currency."""

    currency: str
    opening: Mapping[Account, Decimal]
    moved: Mapping[Kind, Mapping[Account, Decimal]]
    replayed: Mapping[Account, Decimal]
    """The balances at the end, as the ledger's own rows tell them."""

    @property
    def change(self) -> dict[Account, Decimal]:
        """Debits less credits of the period, per account."""
        return {
            account: sum((row.get(account, ZERO) for row in self.moved.values()), ZERO)
            for account in Account
        }

    @property
    def closing(self) -> dict[Account, Decimal]:
        """Opening balance and change."""
        change = self.change
        return {account: self.opening[account] + change[account] for account in REPLAYED}

    @property
    def difference(self) -> dict[Account, Decimal]:
        """By how much journal and ledger disagree: empty when everything adds up."""
        closing = self.closing
        off = {account: closing[account] - self.replayed[account] for account in REPLAYED}
        return {account: amount for account, amount in off.items() if amount}

    @property
    def adds_up(self) -> bool:
        """To the cent, and debits equal credits."""
        return not self.difference and not sum(self.change.values(), ZERO)


def bookings(period: Period, kinds: tuple[Kind, ...] | None = None) -> Iterator[Booking]:
    """The rows of a period, oldest first, read in chunks."""
    facts = {**_facts(period), "kinds": None if kinds is None else [kind.value for kind in kinds]}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LISTED, facts)
        while rows := cursor.fetchmany(CHUNK):
            yield from map(_booking, rows)


def count(period: Period) -> int:
    """How many rows the period has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({BOOKINGS}) entry", _facts(period))  # noqa: S608
        return int(cursor.fetchone()[0])


def sums(period: Period) -> list[Sums]:
    """Opening balances, movements and closing balances per currency: seven statements."""
    opening = _balances(period.partner, period.first - timedelta(days=1))
    closing = _balances(period.partner, period.last)
    moved = _moved(period)
    currencies = sorted({*opening, *closing, *moved})
    nothing = dict.fromkeys(REPLAYED, ZERO)
    return [
        Sums(
            currency=currency,
            opening=opening.get(currency, nothing),
            moved=moved.get(currency, {}),
            replayed=closing.get(currency, nothing),
        )
        for currency in currencies
    ]


def _booking(row: tuple[Any, ...]) -> Booking:
    booking, kind, made_at, company, tenant_id, currency, debit, credit, *rest = row
    return Booking(
        booking, Kind(kind), made_at, company, tenant_id, currency, Account(debit),
        Account(credit), *rest,
    )  # fmt: skip


def _moved(period: Period) -> dict[str, dict[Kind, dict[Account, Decimal]]]:
    moved: dict[str, dict[Kind, dict[Account, Decimal]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, _facts(period))
        for currency, kind, debit, credit, amount in cursor.fetchall():
            accounts = moved.setdefault(currency, {}).setdefault(Kind(kind), {})
            accounts[Account(debit)] = accounts.get(Account(debit), ZERO) + amount
            accounts[Account(credit)] = accounts.get(Account(credit), ZERO) - amount
    return moved


def _balances(partner: Partner, day: date) -> dict[str, dict[Account, Decimal]]:
    """Debit balances at the end of the day; what we owe customers is negative."""
    owed = history.open_by_currency(partner, day)
    money = history.money_as_of(partner, day)
    notes = history.credit_notes_as_of(partner, day)
    found = {}
    for currency in {*owed, *money, *notes}:
        held = money.get(currency)
        paid_ahead = held.credit if held else ZERO
        found[currency] = {
            Account.RECEIVABLES: owed.get(currency, ZERO),
            Account.CUSTOMER_CREDIT: -paid_ahead - notes.get(currency, ZERO),
            Account.UNIDENTIFIED: -held.unidentified if held else ZERO,
        }
    return found


def _facts(period: Period) -> dict[str, Any]:
    return {
        "partner": period.partner.pk,
        "zone": period.partner.time_zone,
        "first": period.first,
        "last": period.last,
        "since": period.since,
        "until": period.until,
    }
