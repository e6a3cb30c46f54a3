"""Seals the audit trail with a chain of hashes, and recomputes it to find what was tampered with.

An entry carries the number of its transaction. A seal covers every entry of the transactions below
the oldest one still running, so nothing can appear later inside a sealed range; ids alone could,
since they are given out before commit. Numbers must keep growing: after moving the data to another
cluster, raise its counter first (`pg_resetwal --next-transaction-id` and `--epoch`).
"""

import json
from collections.abc import Iterator
from datetime import UTC
from hashlib import sha256

from django.db import connection, transaction

from partners import clock
from partners.models import AuditEntry, AuditSeal

SEALING_LOCK = 0x5EA1
FIELDS = (
    "id",
    "partner_id",
    "customer_ref",
    "subject_kind",
    "subject_id",
    "kind",
    "by_id",
    "by_name",
    "reason",
    "before",
    "after",
    "transaction",
)

_OLDEST_RUNNING = """
    SELECT least(
        min(running)::text::bigint,
        pg_current_xact_id_if_assigned()::text::bigint,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    )
    FROM pg_snapshot_xip(pg_current_snapshot()) AS running
    WHERE running::xid NOT IN (
        SELECT transactionid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted
        AND datname <> current_database()
    )
"""
"""A cluster numbers the transactions of all its databases. Those known to run in another one don't
count, so that a long one next door does not hold up the seals; whatever is not known to run there
counts as running here."""


def seal() -> AuditSeal | None:
    """Seal all entries of finished transactions since the last seal; None when there are none."""
    with transaction.atomic():
        _take_turns()
        last = AuditSeal.objects.order_by("-id").first()
        start, end = last.to_transaction if last else 0, _oldest_running()
        entries, digest = _digest(last.digest if last else "", start, end)
        if not entries:
            return None
        return AuditSeal.objects.create(
            sealed_at=clock.now(),
            from_transaction=start,
            to_transaction=end,
            entries=entries,
            digest=digest,
        )


def verify(expected_digest: str = "") -> list[str]:
    """Recompute every seal. Returns what is wrong, in words; empty when all is well.

    `expected_digest` is one kept elsewhere: it must still be in the chain.
    """
    problems: list[str] = []
    start, previous = 0, ""
    digests = set()
    for found in AuditSeal.objects.order_by("id").iterator():
        problems += _problems(found, previous, start)
        start, previous = found.to_transaction, found.digest
        digests.add(found.digest)
    if expected_digest and expected_digest not in digests:
        problems.append(f"No seal has the expected digest {expected_digest}.")
    return problems


def last_digest() -> str:
    """The newest seal's digest, to be kept elsewhere; empty before the first seal."""
    return AuditSeal.objects.order_by("-id").values_list("digest", flat=True).first() or ""


def _problems(found: AuditSeal, previous: str, start: int) -> Iterator[str]:
    if found.from_transaction != start:
        yield f"Seal {found.pk} does not begin where the seal before it ends."
    entries, digest = _digest(previous, found.from_transaction, found.to_transaction)
    if entries != found.entries:
        yield f"Seal {found.pk} covers {found.entries} entries, but {entries} are there."
    elif digest != found.digest:
        yield f"Seal {found.pk} does not fit its {entries} entries: some were changed."


def _digest(previous: str, start: int, end: int) -> tuple[int, str]:
    """How many entries the range holds, and the hash over them, chained to the seal before."""
    entries = AuditEntry.objects.filter(transaction__gte=start, transaction__lt=end)
    ordered = entries.order_by("transaction", "id").iterator(chunk_size=2000)
    running, count = sha256(json.dumps([previous, start, end]).encode()), 0
    for entry in ordered:
        running.update(canonical(entry))
        count += 1
    return count, running.hexdigest()


def canonical(entry: AuditEntry) -> bytes:
    """An entry as one line of bytes that reads the same in ten years."""
    values = {name: getattr(entry, name) for name in FIELDS}
    values["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def _take_turns() -> None:
    """One seal at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING_LOCK])


def _oldest_running() -> int:
    """The number below which every transaction that could write here has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_RUNNING)
        row: tuple[int] = cursor.fetchone()
    return row[0]
