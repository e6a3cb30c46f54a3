"""Writes the audit trail. Every write of status, money, hold, policy or role comes through here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from partners import clock, rows
from partners.models import AuditEntry, User


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that was done: its subject, a past-tense dotted kind, and what it changed."""

    partner_id: int | None
    customer_id: int | None
    subject: models.Model
    kind: str
    reason: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record(fact: Fact, *, by: User | None) -> AuditEntry:
    """Write one entry in the caller's transaction; if this fails, nothing moved.

    `by` is None for the system.
    """
    entry = _entry(fact, by, clock.now())
    entry.save(force_insert=True)
    return entry


def record_many(facts: Iterable[Fact], *, by: User | None) -> None:
    """The set-based twin of `record`: all entries in one statement per thousand."""
    at = clock.now()
    AuditEntry.objects.bulk_create([_entry(fact, by, at) for fact in facts], batch_size=1000)


def record_set(
    kind: str,
    subject: models.Model,
    source: str,
    *,
    by: User | None,
    reason: str,
    after: str = "'{}'::jsonb",
) -> int:
    """Write an entry for each row of a source of SQL: one statement. Returns how many.

    The source has the columns `id` and `customer_id`; `subject` is an unsaved record of the kind
    they are, with its partner; `after` is an expression over the source's columns, as jsonb.
    """
    fact = Fact(
        partner_id=subject.partner_id,  # type: ignore[attr-defined]  # every record of a partner
        customer_id=None,
        subject=subject,
        kind=kind,
        reason=reason,
    )
    varying = {"customer_ref": "customer_id", "subject_id": "id::text", "after": after}
    return rows.fill(_entry(fact, by, clock.now()), varying, source)


def subject_kind(subject: models.Model) -> str:
    """How the trail names a kind of record, for example `subscriptions.hold`."""
    return subject._meta.label_lower


def _entry(fact: Fact, by: User | None, at: datetime) -> AuditEntry:
    return AuditEntry(
        at=at,
        partner_id=fact.partner_id,
        customer_ref=fact.customer_id,
        subject_kind=subject_kind(fact.subject),
        subject_id=str(fact.subject.pk),
        kind=fact.kind,
        by_id=by.pk if by else None,
        by_name=str(by) if by else "",
        reason=fact.reason,
        before=_plain(fact.before),
        after=_plain(fact.after),
    )


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts, dates and choices as text: the trail must read the same in ten years."""
    return {
        name: value if isinstance(value, bool | int | None) else str(value)
        for name, value in facts.items()
    }
