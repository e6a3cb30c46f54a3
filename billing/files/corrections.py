"""What replacing a file means for customers who were invoiced by the one before.

Issued invoices stay. Per customer, charges that vanished are taken back and charges that appeared
are invoiced, at the rules of now; a charge in both files keeps the price at which it was invoiced.
The drafts made here count as invoiced, so that doing it twice does it once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from billing import credit_notes, invoicing
from billing.files import priced
from billing.invoicing import Charge
from billing.models import ReconciliationFile
from customers.models import Customer
from partners.models import User

_CHAIN = """
WITH RECURSIVE replaced AS (
    SELECT replaces_id AS id FROM billing_reconciliationfile WHERE id = %(file)s
    UNION SELECT f.replaces_id FROM billing_reconciliationfile f JOIN replaced USING (id)
), document AS (
    SELECT i.customer_id, i.source_file_id, d.source_line_id, d.net, d.vat, d.vat_rate,
           d.description
    FROM billing_invoice i JOIN billing_invoiceline d ON d.invoice_id = i.id
    WHERE i.status <> 'void' AND i.source_file_id IN (SELECT id FROM replaced UNION SELECT %(file)s)
    UNION ALL
    SELECT n.customer_id, n.source_file_id, d.source_line_id, -d.net, -d.vat, d.vat_rate,
           d.description
    FROM billing_creditnote n JOIN billing_creditnoteline d ON d.credit_note_id = n.id
    WHERE n.status <> 'void' AND n.source_file_id IN (SELECT id FROM replaced UNION SELECT %(file)s)
), held AS (
    SELECT DISTINCT customer_id FROM document WHERE source_file_id <> %(file)s
)
"""
_HELD = _CHAIN + "SELECT customer_id FROM held ORDER BY customer_id"  # noqa: S608  (our own)
_INVOICED = (
    _CHAIN
    + """
SELECT customer_id, sum(net + vat) FROM document JOIN held USING (customer_id)
WHERE customer_id = ANY(%(customers)s) GROUP BY customer_id
"""
)
_CHANGES = "".join(
    (
        _CHAIN,
        """
, done AS (
    SELECT d.customer_id, l.content_key, l.occurrence, sum(d.net) AS net, sum(d.vat) AS vat,
           max(d.vat_rate) AS vat_rate, max(d.description) AS description, max(l.id) AS line_id,
           max(l.subscription_id) AS subscription_id, max(l.charge_from) AS period_from,
           max(l.charge_to) AS period_to
    FROM document d JOIN held USING (customer_id)
    JOIN billing_reconciliationline l ON l.id = d.source_line_id
    WHERE d.customer_id = ANY(%(customers)s)
    GROUP BY d.customer_id, l.content_key, l.occurrence
    HAVING sum(d.net) <> 0 OR sum(d.vat) <> 0
)
SELECT p.customer_id, p.description, p.quantity, p.unit_price, p.net, p.vat_rate, p.vat,
       p.subscription_id, p.line_id, p.period_from, p.period_to
FROM priced_line p LEFT JOIN done USING (customer_id, content_key, occurrence)
WHERE p.is_invoiced AND done.line_id IS NULL AND (p.net <> 0 OR p.vat <> 0)
UNION ALL
SELECT done.customer_id, done.description, -1, done.net, -done.net, done.vat_rate, -done.vat,
       done.subscription_id, done.line_id, done.period_from, done.period_to
FROM done LEFT JOIN priced_line p USING (customer_id, content_key, occurrence)
WHERE p.line_id IS NULL
ORDER BY 1, 9
""",
    )
)


@dataclass
class Difference:
    """A customer's invoices by the replaced file, and what the new file makes of them; gross."""

    customer: Customer
    invoiced: Decimal
    charges: list[Charge] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """More is to be invoiced, or, below zero, credited."""
        return sum((charge.gross for charge in self.charges), Decimal(0))

    @property
    def would_be(self) -> Decimal:
        return self.invoiced + self.amount


@dataclass(frozen=True)
class Made:
    """How many drafts of each kind were made."""

    invoices: int
    credit_notes: int


def differences(
    file: ReconciliationFile, customer_ids: Collection[int] | None = None
) -> list[Difference]:
    """Customers for whom the new file changes something, the largest change first."""
    if file.replaces_id is None:
        return []
    held = [row[0] for row in _rows(_HELD, file)]
    wanted = held if customer_ids is None else [pk for pk in held if pk in set(customer_ids)]
    if not wanted:
        return []
    with priced.lines_of(file, wanted):
        changes = _rows(_CHANGES, file, wanted)
    invoiced = dict(_rows(_INVOICED, file, wanted))
    customers = Customer.objects.select_related("partner__settings").in_bulk(
        {row[0] for row in changes}
    )
    found = {pk: Difference(customer, invoiced[pk]) for pk, customer in customers.items()}
    for customer_id, *row in changes:
        found[customer_id].charges.append(_charge(row))
    return sorted(found.values(), key=lambda one: (-abs(one.amount), one.customer.pk))


def draft(
    file: ReconciliationFile, customer_ids: Collection[int], *, by: User | None, reason: str
) -> Made:
    """Make supplementary drafts and drafts of credit notes for these customers, each once."""
    with transaction.atomic():
        Customer.objects.lock(customer_ids)
        found = differences(file, customer_ids)
        extra: dict[str, object] = {"source_file": file}
        currency = file.invoice.currency
        more = [
            invoicing.DraftInvoice(
                customer=one.customer, currency=currency, charges=one.charges, extra=extra
            )
            for one in found
            if one.amount > 0
        ]
        less = [
            credit_notes.DraftCredit(
                customer=one.customer,
                currency=currency,
                charges=[_turned(charge) for charge in one.charges],
                extra=extra,
            )
            for one in found
            if one.amount < 0
        ]
        invoicing.create_drafts(more, by=by, reason=reason)
        credit_notes.create_credit_drafts(less, by=by, reason=reason)
    return Made(len(more), len(less))


def _charge(row: list[Any]) -> Charge:
    description, quantity, unit_price, net, vat_rate, vat, subscription, line, first, last = row
    return Charge(
        description=description,
        quantity=quantity,
        unit_price=unit_price,
        net=net,
        vat_rate=vat_rate,
        vat=vat,
        subscription_id=subscription,
        source_line_id=line,
        period_from=first,
        period_to=last,
    )


def _turned(charge: Charge) -> Charge:
    vat = charge.gross - charge.net
    return replace(charge, quantity=-charge.quantity, net=-charge.net, vat=-vat)


def _rows(
    statement: str, file: ReconciliationFile, customer_ids: Collection[int] = ()
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"file": file.pk, "customers": list(customer_ids)})
        return list(cursor.fetchall())
