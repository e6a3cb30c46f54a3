"""Gives numbers without gaps, only when something is really issued."""

import re

from billing.models import InvoiceSeries
from partners.models import Partner

INVOICES = "INV"
CREDIT_NOTES = "CN"
_OURS = re.compile(rf"^(?:{INVOICES}|{CREDIT_NOTES})-\d{{4}}-\d{{5,}}$")


def take(partner: Partner, series: str, year: int, count: int) -> list[str]:
    """The next numbers of a partner's series of one year, such as INV-2026-00042.

    Locks the series until the transaction ends, so take numbers last: one that rolls back gives
    its numbers back, and nothing else waits for this row.
    """
    prefix = f"{series}-{year}-"
    InvoiceSeries.objects.bulk_create(
        [InvoiceSeries(partner=partner, prefix=prefix)], ignore_conflicts=True
    )
    row = InvoiceSeries.objects.select_for_update().get(partner=partner, prefix=prefix)
    first = row.next_number
    row.next_number += count
    row.save(update_fields=["next_number"])
    return [f"{prefix}{number:05d}" for number in range(first, first + count)]


def mentioned(text: str) -> set[str]:
    """Invoice numbers of ours in an upper-case text; banks drop and add separators."""
    hits = re.findall(rf"{INVOICES}[\W_]*(\d{{4}})[\W_]*(\d{{5,}})", text)
    return {f"{INVOICES}-{year}-{number}" for year, number in hits}


def is_ours(number: str) -> bool:
    """Whether a number has the form this portal gives: imported history must use another."""
    return bool(_OURS.match(number))
