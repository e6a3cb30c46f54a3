"""Draft invoices from a file's lines: one per customer and currency, priced by rule."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection

from billing import pricing, rules
from billing.files.checker import rules_of
from billing.files.layouts import Section
from billing.invoicing import Charge, DraftInvoice, create_drafts
from billing.models import PriceRule, ReconciliationFile, ReconciliationLine
from customers.models import Customer
from partners.models import User

CUSTOMERS_PER_BATCH = 200
NAMED_ITEMS = 200

_INVOICED_BEFORE = """
SELECT l.id
FROM billing_reconciliationline l
JOIN billing_reconciliationline o
    ON o.content_key = l.content_key AND o.occurrence = l.occurrence
    AND o.partner_id = l.partner_id AND o.customer_id = l.customer_id AND o.file_id <> l.file_id
WHERE l.file_id = %s AND l.customer_id = ANY(%s) AND EXISTS (
    SELECT FROM billing_invoice i
    WHERE i.source_file_id = o.file_id AND i.customer_id = o.customer_id AND i.status <> 'void'
)
"""


@dataclass
class Outcome:
    """What became of the lines. Items are named by customer, up to two hundred."""

    drafts: int = 0
    total: Decimal = Decimal(0)
    counts: Counter[str] = field(default_factory=Counter)
    negative: list[dict[str, Any]] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "drafts": self.drafts,
            "total": str(self.total),
            "counts": dict(self.counts),
            "negative": self.negative,
        }


def draft_invoices(file: ReconciliationFile, *, by: User | None, reason: str) -> Outcome:
    """Make the drafts of an imported file, in the caller's transaction.

    A line whose charge stands on another invoice of ours is left out; a customer whose lines add
    up to less than nothing gets no draft and is named, since it needs a credit note.
    """
    outcome = Outcome()
    price_rules = rules_of(file.partner)
    for customer_ids in batched(_customer_ids(file), CUSTOMERS_PER_BATCH):
        drafts = _drafts(file, customer_ids, price_rules, outcome)
        for invoice in create_drafts(drafts, by=by, reason=reason):
            outcome.drafts += 1
            outcome.total += invoice.total
    return outcome


def _customer_ids(file: ReconciliationFile) -> list[int]:
    lines = ReconciliationLine.objects.filter(file=file).order_by("customer_id")
    return list(lines.values_list("customer_id", flat=True).distinct())


def _drafts(
    file: ReconciliationFile,
    customer_ids: Sequence[int],
    price_rules: dict[tuple[int | None, str], PriceRule],
    outcome: Outcome,
) -> list[DraftInvoice]:
    charges = _charges(file, customer_ids, price_rules, outcome)
    customers = Customer.objects.select_related("partner__settings").in_bulk(charges)
    drafts = (
        DraftInvoice(
            customer=customers[customer_id],
            currency=file.invoice.currency,
            charges=found,
            extra={"source_file": file},
        )
        for customer_id, found in charges.items()
    )
    return [draft for draft in drafts if _is_invoiced(draft, outcome)]


def _charges(
    file: ReconciliationFile,
    customer_ids: Sequence[int],
    price_rules: dict[tuple[int | None, str], PriceRule],
    outcome: Outcome,
) -> dict[int, list[Charge]]:
    """Each customer's charges, in the order of the file."""
    before = _invoiced_before(file, customer_ids)
    charges: defaultdict[int, list[Charge]] = defaultdict(list)
    for line in _lines(file, customer_ids):
        rule = pricing.best_rule(price_rules, line.customer_id, line.offer_id)
        priced = pricing.price(_facts(line), _pure(rule))
        if line.pk in before:
            outcome.counts["invoiced_before"] += 1
        elif priced is None:
            outcome.counts["not_invoiced"] += 1
        else:
            outcome.counts["at_cost"] += rule is None
            charges[line.customer_id].append(_charge(line, priced))
    return charges


def _lines(file: ReconciliationFile, customer_ids: Sequence[int]) -> Iterator[ReconciliationLine]:
    lines = ReconciliationLine.objects.filter(file=file, customer_id__in=customer_ids)
    return lines.defer("raw").order_by("customer_id", "row").iterator(chunk_size=5000)


def _invoiced_before(file: ReconciliationFile, customer_ids: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_INVOICED_BEFORE, [file.pk, list(customer_ids)])
        return {row[0] for row in cursor.fetchall()}


def _is_invoiced(draft: DraftInvoice, outcome: Outcome) -> bool:
    """Whether there is something to pay; what is owed to the customer instead is named."""
    total = sum((_gross(charge) for charge in draft.charges), Decimal(0))
    if total < 0:
        outcome.counts["negative"] += 1
        if len(outcome.negative) < NAMED_ITEMS:
            item = {"customer": draft.customer.pk, "company": draft.customer.company}
            outcome.negative.append(item | {"amount": str(total)})
    elif not total:
        outcome.counts["zero"] += 1
    return total > 0


def _gross(charge: Charge) -> Decimal:
    return charge.net + rules.vat_on(charge.net, charge.vat_rate)


def _facts(line: ReconciliationLine) -> pricing.LineFacts:
    return pricing.LineFacts(
        unit_price=line.unit_price,
        quantity=line.quantity,
        amount=line.amount,
        net=line.net,
        tax=line.tax,
        total=line.total,
        includes_tax=line.section == Section.CREDITS,
    )


def _pure(rule: PriceRule | None) -> pricing.Rule | None:
    return pricing.Rule(rule.kind, rule.value, rule.vat_rate) if rule else None


def _charge(line: ReconciliationLine, priced: pricing.PricedLine) -> Charge:
    name = line.offer_name or line.subscription_name
    return Charge(
        description=f"{name} · {line.charge_type}",
        quantity=priced.quantity.quantize(pricing.PRICE_STEP),
        unit_price=priced.unit_price,
        net=priced.net,
        vat_rate=priced.vat_rate,
        subscription_id=line.subscription_id,
        period_from=line.charge_from,
        period_to=line.charge_to,
    )
