"""What Billing's Home shows: what waits for a person, and how the ledger stands.

Each function is one block, in a number of queries that does not grow with the ledger.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, QuerySet, Sum

from billing import suggestions
from billing.fapiao import finding
from billing.models import (
    CreditNote,
    Dispute,
    ImportKind,
    Invoice,
    PartnerInvoice,
    Receipt,
    ReconciliationFile,
    RemittanceClaim,
    TableImport,
)
from billing.suggestions import Suggestion
from partners.models import Partner

SHOWN = 3
"""So many records a block shows before it leads to its list."""

_AT_RISK = """
SELECT currency, count(*), sum(owed), sum(overdue)
FROM (
    SELECT customer_id, currency, sum(open_amount) AS owed,
           sum(open_amount) FILTER (WHERE due_on < %(today)s) AS overdue
    FROM billing_invoice
    WHERE partner_id = %(partner)s AND status = 'issued' AND open_amount > 0
    GROUP BY customer_id, currency
) owing
WHERE overdue > 0
GROUP BY currency
ORDER BY currency
"""


@dataclass(frozen=True)
class Amounts:
    """How many records there are, and their sum per currency."""

    count: int
    sums: dict[str, Decimal]


@dataclass(frozen=True)
class AtRisk:
    """What customers who are late owe in one currency, due or not."""

    currency: str
    customers: int
    owed: Decimal
    overdue: Decimal


@dataclass(frozen=True)
class Begun:
    """What a partner has at least one of, so that the menu names its list."""

    disputes: bool
    credit_notes: bool
    claims: bool


def drafts(partner: Partner) -> Amounts:
    """Invoices that are made but not issued."""
    return _amounts(Invoice.objects.of_partner(partner).drafts(), "total")


def fapiao_to_issue(partner: Partner) -> tuple[int, list[Invoice]]:
    """How many invoices wait for their fapiao, and the oldest of them."""
    found = finding.to_issue(partner)
    oldest = found.select_related("customer").order_by("id")[:SHOWN]
    return found.order_by().count(), list(oldest)


def unidentified(partner: Partner) -> Amounts:
    """Money whose sender is not known."""
    return _amounts(Receipt.objects.of_partner(partner).unidentified(), "amount")


def likely_senders(partner: Partner) -> list[tuple[Receipt, Suggestion | None]]:
    """The newest unidentified receipts, each with the strongest guess whose it is."""
    newest = Receipt.objects.of_partner(partner).unidentified().select_related("partner")
    return [
        (receipt, next(iter(suggestions.of_receipt(receipt)), None))
        for receipt in newest.order_by("-id")[:SHOWN]
    ]


def disputes(partner: Partner) -> tuple[int, list[Dispute]]:
    """How many objections wait for an answer, and the oldest of them."""
    found = Dispute.objects.of_partner(partner).are_open()
    oldest = found.select_related("customer", "invoice").order_by("id")[:SHOWN]
    return found.count(), list(oldest)


def claims(partner: Partner) -> tuple[int, list[RemittanceClaim]]:
    """How many payments customers say are on their way, and the oldest of them."""
    found = RemittanceClaim.objects.of_partner(partner).are_open()
    oldest = found.select_related("customer").order_by("id")[:SHOWN]
    return found.order_by().count(), list(oldest)


def at_risk(partner: Partner, today: date) -> list[AtRisk]:
    """Per currency what those customers owe in all who are late with something: one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_RISK, {"partner": partner.pk, "today": today})
        return [AtRisk(*row) for row in cursor.fetchall()]


def next_bills(partner: Partner) -> list[PartnerInvoice]:
    """The invoices of 21Vianet that are to be paid next, late ones first."""
    unpaid = PartnerInvoice.objects.of_partner(partner).unpaid()
    return list(unpaid.order_by("due_on", "id")[:SHOWN])


def last_imports(partner: Partner) -> list[ReconciliationFile]:
    """The newest files of 21Vianet's bill."""
    return list(ReconciliationFile.objects.of_partner(partner).kept().for_list()[:SHOWN])


def last_statements(partner: Partner) -> list[TableImport]:
    """The newest bank statements."""
    kept = TableImport.objects.of_partner(partner).kept()
    return list(kept.filter(kind=ImportKind.BANK_STATEMENT).for_list().order_by("-id")[:SHOWN])


def begun(partner: Partner) -> Begun:
    """Which lists have their first record: one query."""
    return Begun(
        *Partner.objects.filter(pk=partner.pk)
        .values_list(
            Exists(Dispute.objects.of_partner(partner)),
            Exists(CreditNote.objects.of_partner(partner)),
            Exists(RemittanceClaim.objects.of_partner(partner)),
        )
        .get()
    )


def _amounts[M: (Invoice, Receipt)](found: QuerySet[M], column: str) -> Amounts:
    rows = list(found.order_by().values("currency").annotate(n=Count("pk"), sum=Sum(column)))
    sums = {row["currency"]: row["sum"] for row in rows}
    return Amounts(sum(row["n"] for row in rows), dict(sorted(sums.items())))
