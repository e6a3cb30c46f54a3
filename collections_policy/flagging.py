"""Marks invoices the sweep saw overdue for the first time, each with its audit entry, in SQL.

One statement whatever the number of invoices: the rows never travel to Python and back. Late
charges are not flagged: they never lead to a suspension.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from billing.models import Invoice
from collections_policy.models import Case
from partners import audit, clock
from partners.models import AuditEntry, Partner

_FLAG = f"""
WITH flagged AS (
    UPDATE {Invoice._meta.db_table}
       SET overdue_flagged_on = %(on)s
     WHERE partner_id = %(partner)s AND customer_id = ANY(%(customers)s)
       AND status = 'issued' AND kind = 'services' AND open_amount > 0
       AND overdue_flagged_on IS NULL AND due_on < %(on)s
 RETURNING id, partner_id, customer_id, number, due_on
)
INSERT INTO {AuditEntry._meta.db_table}
    (at, partner_id, customer_ref, subject_kind, subject_id, kind, by_id, by_name, reason,
     before, after)
SELECT %(at)s, partner_id, customer_id, %(subject)s, id::text, 'invoice.seen_overdue', NULL, '',
       %(reason)s, '{{}}'::jsonb,
       jsonb_build_object('number', number, 'due_on', due_on, 'overdue_flagged_on', %(on)s::date)
  FROM flagged
"""  # noqa: S608  (table names are ours)

_CANDIDATES = f"""
SELECT customer_id FROM {Invoice._meta.db_table}
 WHERE partner_id = %(partner)s AND status = 'issued' AND kind = 'services' AND open_amount > 0
   AND overdue_flagged_on IS NULL AND due_on < %(on)s AND customer_id > %(after)s
 UNION
SELECT customer_id FROM {Case._meta.db_table}
 WHERE partner_id = %(partner)s AND status = 'open' AND next_due_on <= %(on)s
   AND customer_id > %(after)s
 ORDER BY 1
"""  # noqa: S608  (table names are ours)


def flag_overdue(
    partner: Partner, customer_ids: Collection[int], business_date: date, *, reason: str
) -> int:
    """Flag what is newly overdue on this date of the partner's zone; returns how many."""
    facts: dict[str, Any] = {
        "on": business_date,
        "partner": partner.pk,
        "customers": list(customer_ids),
        "at": clock.now(),
        "subject": audit.subject_kind(Invoice()),
        "reason": reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FLAG, facts)
        return int(cursor.rowcount)


def candidates(partner: Partner, business_date: date, *, after: int = 0) -> list[int]:
    """Customers with something newly overdue or a case due, by key: two partial indexes."""
    facts: dict[str, Any] = {"partner": partner.pk, "on": business_date, "after": after}
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, facts)
        return [row[0] for row in cursor.fetchall()]
