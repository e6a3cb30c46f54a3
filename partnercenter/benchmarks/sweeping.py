"""The sweep against plain SQL that writes the same rows: steady, 5 % newly overdue, memory."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from billing.models import Invoice, InvoiceStatus
from collections_policy import flagging, lifecycle, services
from collections_policy.models import Case, CaseStep, PolicyVersion, RunKind
from collections_policy.sweep import run_sweep
from customers.models import Contact, ContactRole, Customer
from notices.models import Notice, NoticeKind
from partnercenter.benchmarks.measuring import Measurement, in_turn, memory_above_idle, timed
from partners import clock
from partners.models import AuditEntry, Partner, PartnerSettings
from partners.rows import fill, insert_sql, run

INVOICES_PER_CUSTOMER = 10
ONE_IN_OVERDUE = 20
DAYS_OVERDUE = 5
_TOUCHED = (Invoice, AuditEntry, Case, CaseStep, Notice)


def measure(n: int) -> Iterator[Measurement]:
    """Seed n open invoices of n / 10 customers, one in twenty newly overdue, and sweep."""
    partner = _seed(n)
    today = clock.business_date(partner)
    yield _memory(partner, today, n)
    yield _first_sweep(partner, today, n)
    yield _first_flag(partner, today, n)
    _sweep(partner, today)
    _tidy()
    yield _steady_flag(partner, today, n)
    yield _steady_sweep(partner, today, n)


def _first_sweep(partner: Partner, today: date, n: int) -> Measurement:
    """N2: flagged, cases opened, steps, letters queued, audit entries."""
    ours, floor, ratio = in_turn(
        lambda: _undone(lambda: _sweep(partner, today)),
        lambda: _undone(lambda: _chain(partner, today)),
    )
    return Measurement(
        "N2 sweep, 5 % newly overdue", n, ours.median, floor.median, ratio.median, ratio.spread
    )


def _first_flag(partner: Partner, today: date, n: int) -> Measurement:
    """N2: the flag step alone, with its audit entries."""
    ids = flagging.candidates(partner, today)
    ours, floor, ratio = in_turn(
        lambda: _undone(lambda: flagging.flag_overdue(partner, ids, today, reason="bench")),
        lambda: _undone(lambda: _flag_chain(partner, today)),
    )
    return Measurement(
        "N2 flag step, 5 % newly overdue", n, ours.median, floor.median, ratio.median, ratio.spread
    )


def _memory(partner: Partner, today: date, n: int) -> Measurement:
    """N3: the very first sweep of the process, which grows it most."""
    taken: list[float] = []
    megabytes = memory_above_idle(lambda: taken.append(_undone(lambda: _sweep(partner, today))))
    return Measurement("N3 memory of the sweep", n, taken[0], rss_mb=megabytes)


def _steady_flag(partner: Partner, today: date, n: int) -> Measurement:
    """N1: finding that nothing is newly overdue and no case is due."""
    taken = timed(lambda: flagging.candidates(partner, today), times=20)
    return Measurement("N1 flag step, nothing due", n, taken.median, spread=taken.spread)


def _steady_sweep(partner: Partner, today: date, n: int) -> Measurement:
    """N1: a whole sweep with nothing due."""
    taken = timed(lambda: _sweep(partner, today), times=10)
    return Measurement("N1 sweep, nothing due", n, taken.median, spread=taken.spread)


def _sweep(partner: Partner, today: date) -> None:
    wanted, _is_new = lifecycle.ask_for_run(partner, today, RunKind.MANUAL, by=None)
    run_sweep(partner, wanted)


def _undone(work: Callable[[], object]) -> float:
    """Seconds of the work, which is rolled back afterwards so that it can be done again."""
    with transaction.atomic():
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        transaction.set_rollback(True)
    _tidy()
    return seconds


def _tidy() -> None:
    """Dead rows of the round before must not slow the next one."""
    for model in _TOUCHED:
        run(f'VACUUM "{model._meta.db_table}"')


def _seed(n: int) -> Partner:
    """Everything by set-based SQL; invoices issued 35 days ago are overdue for five days."""
    partner = Partner.objects.create(mpn_id=str(uuid4().int)[:18], name="Benchmark")
    PartnerSettings.objects.create(partner=partner)
    services.ensure_default_policy(partner, None)
    now = clock.now()
    customer = Customer(partner=partner, company="云测试有限公司", created_at=now)
    customer_ids = _rows_of(Customer, partner, "id", "c")
    varying = {"tenant_id": "'bench-' || i", "pinyin_key": "'yun ' || i"}
    fill(customer, varying, f"generate_series(1, {n // INVOICES_PER_CUSTOMER}) AS i")
    contact = Contact(partner=partner, name="王芳", role=ContactRole.BILLING)
    fill(contact, {"customer_id": "c.id", "email": "c.id || '@outside.example'"}, customer_ids)
    _seed_invoices(partner, customer_ids)
    run("ANALYZE")
    return partner


def _rows_of(model: type[Customer | Case], partner: Partner, columns: str, alias: str) -> str:
    """A source of rows of the benchmark's partner."""
    table = model._meta.db_table
    return f'(SELECT {columns} FROM "{table}" WHERE partner_id = {partner.pk}) {alias}'  # noqa: S608


def _seed_invoices(partner: Partner, customer_ids: str) -> None:
    today = clock.business_date(partner)
    invoice = Invoice(
        partner=partner,
        status=InvoiceStatus.ISSUED,
        currency="CNY",
        issued_on=today - timedelta(days=35),
        total=Decimal("1060.00"),
        created_at=clock.now(),
    )
    number = f"(c.id * {INVOICES_PER_CUSTOMER} + i)"
    overdue = f"date '{today}' - {DAYS_OVERDUE}"
    later = f"date '{today}' + 25"
    varying = {
        "customer_id": "c.id",
        "number": f"'B' || {number}",
        "due_on": f"CASE WHEN hashint8({number}) %% {ONE_IN_OVERDUE} = 0 THEN {overdue} "
        f"ELSE {later} END",
    }
    fill(invoice, varying, f"{customer_ids}, generate_series(1, {INVOICES_PER_CUSTOMER}) AS i")


def _flag_chain(partner: Partner, today: date) -> None:
    """The floor: one statement flags all and writes an entry for each."""
    entry = _entry(partner, Invoice(), "invoice.seen_overdue")
    insert, values = insert_sql(
        entry,
        {
            "customer_ref": "customer_id",
            "subject_id": "id::text",
            "after": "jsonb_build_object('number', number, 'due_on', due_on)",
        },
        "flagged",
    )
    flagged = f"""WITH flagged AS (
        UPDATE "{Invoice._meta.db_table}" SET overdue_flagged_on = '{today}'
         WHERE partner_id = {partner.pk} AND status = 'issued' AND kind = 'services'
           AND open_amount > 0
           AND overdue_flagged_on IS NULL AND due_on < '{today}'
     RETURNING id, customer_id, number, due_on) """  # noqa: S608  (our own names and numbers)
    run(flagged + insert, values)


def _chain(partner: Partner, today: date) -> None:
    """The floor of the whole sweep: flags, cases, steps, letters and all their entries."""
    version = PolicyVersion.objects.in_force(partner)
    assert version is not None  # noqa: S101  (seeded above)
    remind, warn, _propose = version.steps.all()
    case = Case(
        partner=partner,
        currency="CNY",
        episode=1,
        version=version,
        opened_on=today,
        next_due_on=today - timedelta(days=DAYS_OVERDUE - warn.days_after_due),
    )
    _flag_chain(partner, today)
    owed = f"""(SELECT customer_id, min(due_on) AS since, sum(open_amount) AS owed,
        string_agg('- ' || number || ', ' || due_on || ': ' || open_amount, chr(10)) AS lines
        FROM "{Invoice._meta.db_table}" WHERE partner_id = {partner.pk}
         AND overdue_flagged_on = '{today}' GROUP BY customer_id) o"""  # noqa: S608  (ours)
    _with_entries(
        case,
        {"customer_id": "customer_id", "anchor_due_on": "since", "overdue_amount": "owed"},
        owed,
        "customer_id",
    )
    step = CaseStep(partner=partner, step=remind, status="done", acted_on=today)
    cases = _rows_of(Case, partner, "id, customer_id", "k")
    _with_entries(step, {"case_id": "k.id"}, cases, "NULL::bigint AS customer_id")
    steps = f'{cases} JOIN "{CaseStep._meta.db_table}" s ON s.case_id = k.id JOIN {owed} USING (customer_id)'  # noqa: E501
    letter = Notice(
        partner=partner,
        kind=NoticeKind.PAYMENT_REMINDER,
        about_kind="collections_policy.casestep",
        recipient="王芳",
        language="zh-hans",
        next_attempt_at=clock.now(),
        created_at=clock.now(),
    )
    varying = {
        "customer_id": "customer_id",
        "about_id": "s.id::text",
        "address": "customer_id || '@outside.example'",
        "message_id": "gen_random_uuid()",
        "subject": "'付款提醒：逾期 ' || owed",
        "body": "repeat('我们尚未收到以下款项。', 20) || lines",
    }
    _with_entries(letter, varying, steps, "customer_id")


def _with_entries(
    row: Case | CaseStep | Notice, varying: dict[str, str], source: str, customer: str
) -> None:
    """Insert rows and an entry for each of them in one statement."""
    rows, row_values = insert_sql(row, varying, source, returning=f"id, {customer}")
    entry = _entry(row.partner, row, "bench.written")
    wanted = {
        "customer_ref": "customer_id",
        "subject_id": "id::text",
        "after": "jsonb_build_object('status', 'written', 'id', id)",
    }
    entries, entry_values = insert_sql(entry, wanted, "written")
    run(f"WITH written AS ({rows}) {entries}", row_values + entry_values)


def _entry(partner: Partner, subject: Invoice | Case | CaseStep | Notice, kind: str) -> AuditEntry:
    return AuditEntry(
        at=clock.now(),
        partner_id=partner.pk,
        subject_kind=subject._meta.label_lower,
        kind=kind,
        reason=f"sweep of {clock.business_date(partner)}",
    )
