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

_BOOKINGS = """
SELECT 'invoice-' || invoice.id AS booking, 'invoice' AS kind, issue.made_at, invoice.customer_id,
       invoice.currency, 'receivables' AS debit, split.account AS credit, split.amount,
       invoice.number AS document, invoice.issued_on AS document_on, '' AS other, split.vat_rate,
       '' AS bank_account, invoice.note AS note
FROM billing_invoiceduedate issue
JOIN billing_invoice invoice ON invoice.id = issue.invoice_id
CROSS JOIN LATERAL (
    SELECT 'opening_balance' AS account, invoice.total AS amount, NULL::numeric AS vat_rate
    WHERE invoice.is_history
    UNION ALL
    SELECT CASE line.kind WHEN 'charge' THEN 'revenue' ELSE 'late_charges' END AS income,
           sum(line.net), line.vat_rate
    FROM billing_invoiceline line
    WHERE line.invoice_id = invoice.id AND NOT invoice.is_history GROUP BY income, line.vat_rate
    UNION ALL
    SELECT 'vat', sum(line.vat), line.vat_rate FROM billing_invoiceline line
    WHERE line.invoice_id = invoice.id AND NOT invoice.is_history GROUP BY line.vat_rate
) split
WHERE issue.partner_id = %(partner)s AND issue.is_first
  AND issue.made_at >= %(since)s AND issue.made_at < %(until)s AND split.amount <> 0
UNION ALL
SELECT 'credit-note-' || note.id, 'credit_note', note.issued_at, note.customer_id, note.currency,
       split.account, 'customer_credit', split.amount, note.number, note.issued_on, invoice.number,
       split.vat_rate, '', note.reason
FROM (
    SELECT *, greatest(made_at, issued_on::timestamp AT TIME ZONE %(zone)s) AS issued_at,
           sum(amount) OVER (PARTITION BY invoice_id, NOT EXISTS (
               SELECT FROM billing_creditnoteline line WHERE line.credit_note_id = written.id
           ) ORDER BY id) AS running
    FROM billing_creditnote written
    WHERE partner_id = %(partner)s AND status = 'issued' AND issued_on <= %(last)s
) note
LEFT JOIN billing_invoice invoice ON invoice.id = note.invoice_id
CROSS JOIN LATERAL (
    SELECT 'revenue' AS account, sum(line.net) AS amount, line.vat_rate
    FROM billing_creditnoteline line WHERE line.credit_note_id = note.id GROUP BY line.vat_rate
    UNION ALL
    SELECT 'vat', sum(line.vat), line.vat_rate
    FROM billing_creditnoteline line WHERE line.credit_note_id = note.id GROUP BY line.vat_rate
    UNION ALL
    SELECT side.account, side.amount, NULL
    FROM (
        SELECT coalesce(sum(line.vat), 0) AS vat FROM billing_invoiceline line
        WHERE line.invoice_id = invoice.id AND NOT invoice.is_history
    ) charged
    CROSS JOIN LATERAL (
        SELECT coalesce(round(charged.vat * note.running / invoice.total, 2)
            - round(charged.vat * (note.running - note.amount) / invoice.total, 2), 0) AS vat
    ) share
    CROSS JOIN LATERAL (
        VALUES ('vat', share.vat),
               (CASE WHEN invoice.is_history THEN 'opening_balance'
                     WHEN invoice.kind = 'late_charges' THEN 'late_charges'
                     ELSE 'revenue' END, note.amount - share.vat)
    ) side (account, amount)
    WHERE NOT EXISTS (
        SELECT FROM billing_creditnoteline line WHERE line.credit_note_id = note.id
    )
) split
WHERE note.issued_on >= %(first)s AND split.amount <> 0
UNION ALL
SELECT 'credit-use-' || used.id, 'credit_used', used.made_at, invoice.customer_id,
       invoice.currency, 'customer_credit', 'receivables', used.amount, invoice.number, NULL,
       note.number, NULL, '', note.reason
FROM billing_credituse used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_creditnote note ON note.id = used.credit_note_id
WHERE used.partner_id = %(partner)s AND used.made_at >= %(since)s AND used.made_at < %(until)s
UNION ALL
SELECT 'write-off-' || lost.id, 'write_off', lost.made_at, lost.customer_id, lost.currency,
       'write_offs', 'receivables', lost.amount, invoice.number, NULL, '', NULL, '', lost.reason
FROM billing_writeoff lost
JOIN billing_invoice invoice ON invoice.id = lost.invoice_id
WHERE lost.partner_id = %(partner)s AND lost.made_at >= %(since)s AND lost.made_at < %(until)s
UNION ALL
SELECT 'write-off-reversal-' || back.id, 'write_off_reversed', back.made_at, back.customer_id,
       back.currency, 'receivables', 'write_offs', back.amount, invoice.number, NULL, '', NULL, '',
       back.reason
FROM billing_writeoffreversal back
JOIN billing_writeoff lost ON lost.id = back.write_off_id
JOIN billing_invoice invoice ON invoice.id = lost.invoice_id
WHERE back.partner_id = %(partner)s AND back.made_at >= %(since)s AND back.made_at < %(until)s
UNION ALL
SELECT 'receipt-' || receipt.id, 'receipt', owner.made_at, owner.customer_id, receipt.currency,
       'bank', CASE WHEN owner.customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END,
       receipt.amount, receipt.bank_serial, receipt.received_on, receipt.payer, NULL,
       receipt.bank_account, receipt.remark
FROM billing_receiptowner owner
JOIN billing_receipt receipt ON receipt.id = owner.receipt_id
WHERE owner.partner_id = %(partner)s AND owner.is_first AND receipt.split_from_id IS NULL
  AND owner.made_at >= %(since)s AND owner.made_at < %(until)s
UNION ALL
SELECT 'receipt-' || receipt.id || '-reversed', 'receipt_reversed', receipt.reversed_at,
       receipt.customer_id, receipt.currency,
       CASE WHEN receipt.customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END, 'bank',
       receipt.amount, receipt.bank_serial, receipt.received_on, receipt.payer, NULL,
       receipt.bank_account, receipt.reversed_reason
FROM billing_receipt receipt
WHERE receipt.partner_id = %(partner)s AND receipt.split_from_id IS NULL
  AND receipt.reversed_at >= %(since)s AND receipt.reversed_at < %(until)s
UNION ALL
SELECT 'owner-' || owner.id, 'identified', owner.made_at, move.customer_id, receipt.currency,
       move.debit, move.credit, receipt.amount - coalesce(paid_back.amount, 0),
       receipt.bank_serial, receipt.received_on, receipt.payer, NULL, receipt.bank_account,
       receipt.remark
FROM billing_receiptowner owner
JOIN billing_receipt receipt ON receipt.id = owner.receipt_id
LEFT JOIN LATERAL (
    SELECT sum(refund.amount) AS amount FROM billing_refund refund
    WHERE refund.receipt_id = receipt.id AND refund.made_at <= owner.made_at
      AND (refund.reversed_at IS NULL OR refund.reversed_at > owner.made_at)
) paid_back ON true
CROSS JOIN LATERAL (
    VALUES (owner.previous_id, 'customer_credit', 'unidentified'),
           (owner.customer_id, 'unidentified', 'customer_credit')
) move (customer_id, debit, credit)
WHERE owner.partner_id = %(partner)s AND NOT owner.is_first AND move.customer_id IS NOT NULL
  AND owner.made_at >= %(since)s AND owner.made_at < %(until)s
  AND receipt.amount > coalesce(paid_back.amount, 0)
UNION ALL
SELECT 'part-' || part.id || act.suffix, act.kind, act.made_at, move.customer_id, part.currency,
       CASE WHEN move.is_in = act.is_undone THEN 'customer_credit' ELSE 'unidentified' END,
       CASE WHEN move.is_in = act.is_undone THEN 'unidentified' ELSE 'customer_credit' END,
       part.amount, payment.bank_serial, payment.received_on, payment.payer, NULL,
       payment.bank_account, payment.remark
FROM billing_receipt part
JOIN billing_receipt payment ON payment.id = part.split_from_id
CROSS JOIN LATERAL (
    SELECT customer_id FROM billing_receiptowner
    WHERE receipt_id = payment.id AND made_at <= part.recorded_at ORDER BY id DESC LIMIT 1
) whole
CROSS JOIN LATERAL (
    SELECT customer_id FROM billing_receiptowner WHERE receipt_id = part.id AND is_first
) first
CROSS JOIN LATERAL (
    VALUES ('divided', '', part.recorded_at, false, first.customer_id),
           ('division_undone', '-undone', part.reversed_at, true, part.customer_id)
) act (kind, suffix, made_at, is_undone, part_customer_id)
CROSS JOIN LATERAL (
    VALUES (whole.customer_id, false), (act.part_customer_id, true)
) move (customer_id, is_in)
WHERE part.partner_id = %(partner)s AND move.customer_id IS NOT NULL
  AND whole.customer_id IS DISTINCT FROM act.part_customer_id
  AND act.made_at >= %(since)s AND act.made_at < %(until)s
UNION ALL
SELECT 'refund-' || refund.id || act.suffix, act.kind, act.made_at, owner.customer_id,
       receipt.currency,
       CASE WHEN act.is_undone THEN 'bank' ELSE owner.account END,
       CASE WHEN act.is_undone THEN owner.account ELSE 'bank' END,
       refund.amount, refund.bank_serial, refund.refunded_on, refund.payee, NULL,
       refund.bank_account, act.note
FROM billing_refund refund
JOIN billing_receipt receipt ON receipt.id = refund.receipt_id
CROSS JOIN LATERAL (
    VALUES ('refund', '', refund.made_at, false, refund.reason),
           ('refund_reversed', '-reversed', refund.reversed_at, true, refund.reversed_reason)
) act (kind, suffix, made_at, is_undone, note)
CROSS JOIN LATERAL (
    SELECT customer_id,
           CASE WHEN customer_id IS NULL THEN 'unidentified' ELSE 'customer_credit' END AS account
    FROM billing_receiptowner
    WHERE receipt_id = receipt.id AND made_at <= act.made_at ORDER BY id DESC LIMIT 1
) owner
WHERE refund.partner_id = %(partner)s AND act.made_at >= %(since)s AND act.made_at < %(until)s
UNION ALL
SELECT 'allocation-' || used.id, 'allocation', used.made_at, invoice.customer_id, invoice.currency,
       'customer_credit', 'receivables', used.amount, invoice.number, NULL, receipt.bank_serial,
       NULL, '', ''
FROM billing_allocation used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_receipt receipt ON receipt.id = used.receipt_id
WHERE used.partner_id = %(partner)s AND used.made_at >= %(since)s AND used.made_at < %(until)s
UNION ALL
SELECT 'allocation-' || used.id || '-reversed', 'allocation_reversed', used.reversed_at,
       invoice.customer_id, invoice.currency, 'receivables', 'customer_credit', used.amount,
       invoice.number, NULL, receipt.bank_serial, NULL, '', used.reversed_reason
FROM billing_allocation used
JOIN billing_invoice invoice ON invoice.id = used.invoice_id
JOIN billing_receipt receipt ON receipt.id = used.receipt_id
WHERE used.partner_id = %(partner)s
  AND used.reversed_at >= %(since)s AND used.reversed_at < %(until)s
"""

_LISTED = f"""
SELECT booking, kind, made_at, coalesce(customer.company, ''), coalesce(customer.tenant_id, ''),
       currency, debit, credit, amount, document, document_on, other, vat_rate, bank_account, note
FROM ({_BOOKINGS}) entry
LEFT JOIN customers_customer customer ON customer.id = entry.customer_id
WHERE %(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s)
ORDER BY made_at, booking, debit, credit, vat_rate
"""  # noqa: S608  (nothing but our own constants is put in)

_SUMS = f"""
SELECT currency, kind, debit, credit, sum(amount)
FROM ({_BOOKINGS}) entry
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
        cursor.execute(f"SELECT count(*) FROM ({_BOOKINGS}) entry", _facts(period))  # noqa: S608
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
