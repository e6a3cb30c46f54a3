"""The audit trail: nobody changes it, and what a superuser changes is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from threading import Event, Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from partners import audit, trail
from partners.models import AuditEntry, AuditSeal, Heartbeat, Partner
from partners.tasks import seal_audit_trail
from tests.factories.partners import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ENTRIES_EACH = 16, 12


def _write(partner: Partner, reason: str = "because") -> AuditEntry:
    fact = audit.Fact(
        partner_id=partner.pk,
        customer_id=None,
        subject=partner,
        kind="partner.tested",
        reason=reason,
        before={"name": "旧"},
        after={"name": "新", "days": 3},
    )
    return audit.record(fact, by=None)


@contextmanager
def _as_intruder() -> Iterator[None]:
    """What a database superuser can do: put the triggers to sleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE partners_auditentry SET reason = 'other'",
        "DELETE FROM partners_auditentry",
        "TRUNCATE partners_auditentry",
        "UPDATE partners_auditseal SET digest = 'other'",
        "DELETE FROM partners_auditseal",
        "TRUNCATE partners_auditseal",
    ],
)
def test_database_refuses_to_change_the_trail(partner: Partner, statement: str) -> None:
    _write(partner)
    trail.seal()

    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEntry.objects.get().reason == "because"
    assert AuditSeal.objects.count() == 1


def test_seal_covers_everything_since_the_last_one(partner: Partner) -> None:
    _write(partner)
    first = trail.seal()
    _write(partner)
    _write(partner)
    second = trail.seal()

    assert first is not None
    assert second is not None
    assert (first.entries, second.entries) == (1, 2)
    assert second.from_transaction == first.to_transaction
    assert trail.verify() == []


def test_nothing_new_makes_no_seal(partner: Partner) -> None:
    _write(partner)
    trail.seal()

    assert trail.seal() is None


def test_entries_of_a_running_transaction_wait_for_the_next_seal(partner: Partner) -> None:
    is_written, may_commit = Event(), Event()
    writer = Thread(target=_write_slowly, args=(partner, is_written, may_commit))
    writer.start()
    is_written.wait(10)
    _write(partner, "quick")
    early = trail.seal()
    may_commit.set()
    writer.join()
    late = trail.seal()

    assert early is None
    assert late is not None
    assert late.entries == 2
    assert trail.verify() == []


def test_long_transaction_in_another_database_holds_up_no_seal(partner: Partner) -> None:
    with psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres"}) as other:
        other.execute("SELECT pg_current_xact_id()")
        _write(partner)
        sealed = trail.seal()

    assert sealed is not None
    assert sealed.entries == 1


def _write_slowly(partner: Partner, is_written: Event, may_commit: Event) -> None:
    with transaction.atomic():
        _write(partner, "slow")
        is_written.set()
        may_commit.wait(10)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE partners_auditentry SET reason = 'other'", "some were changed"),
        ("UPDATE partners_auditentry SET at = at + interval '1 second'", "some were changed"),
        ("UPDATE partners_auditentry SET after = '{}'", "some were changed"),
        ("UPDATE partners_auditentry SET by_id = 7", "some were changed"),
        (
            "DELETE FROM partners_auditentry WHERE id = (SELECT min(id) FROM partners_auditentry)",
            "covers 2 entries, but 1",
        ),
        (
            "INSERT INTO partners_auditentry (at, subject_kind, subject_id, kind, by_name, reason,"
            " before, after, transaction) SELECT at, subject_kind, subject_id, kind, by_name,"
            " reason, before, after, transaction FROM partners_auditentry LIMIT 1",
            "covers 2 entries, but 3",
        ),
        ("UPDATE partners_auditseal SET digest = repeat('0', 64)", "some were changed"),
        (
            "DELETE FROM partners_auditseal WHERE id = (SELECT min(id) FROM partners_auditseal)",
            "does not begin where",
        ),
    ],
)
def test_tampering_behind_the_triggers_is_found(
    partner: Partner, statement: str, words: str
) -> None:
    with transaction.atomic():
        _write(partner)
        _write(partner)
    trail.seal()
    _write(partner)
    trail.seal()

    with _as_intruder(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert words in "\n".join(trail.verify())


def test_digest_kept_elsewhere_shows_a_trail_that_was_made_anew(partner: Partner) -> None:
    _write(partner)
    trail.seal()
    kept = trail.last_digest()
    with _as_intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM partners_auditseal")
        cursor.execute("UPDATE partners_auditentry SET reason = 'other'")
    trail.seal()

    assert trail.verify() == []
    assert "No seal has the expected digest" in trail.verify(kept)[0]


def test_sixteen_writers_leave_no_gap(partner: Partner) -> None:
    writers = [Thread(target=_write_many, args=(partner,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        trail.seal()
    trail.seal()

    sealed = sum(AuditSeal.objects.values_list("entries", flat=True))
    assert sealed == AuditEntry.objects.count() == WRITERS * ENTRIES_EACH
    assert trail.verify() == []


def _write_many(partner: Partner) -> None:
    for _ in range(ENTRIES_EACH // 3):
        with transaction.atomic():
            [_write(partner) for _ in range(3)]
    connection.close()


def test_command_says_that_all_is_well_and_names_the_digest(partner: Partner) -> None:
    _write(partner)
    trail.seal()
    out = StringIO()

    call_command("audit_verify", stdout=out)

    assert trail.last_digest() in out.getvalue()


def test_command_fails_and_says_what_is_wrong() -> None:
    _write(PartnerFactory.create())
    trail.seal()
    with _as_intruder(), connection.cursor() as cursor:
        cursor.execute("UPDATE partners_auditentry SET reason = 'other'")

    with pytest.raises(CommandError, match="some were changed"):
        call_command("audit_verify")


def test_task_seals_and_leaves_a_heartbeat(partner: Partner) -> None:
    _write(partner)

    assert seal_audit_trail() == 1
    assert Heartbeat.objects.filter(name="seal-audit").exists()
