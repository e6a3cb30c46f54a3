"""The sweep on a real database: once is enough, one bad customer stops nobody."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Invoice
from collections_policy import lifecycle, services
from collections_policy.models import (
    Action,
    ActionStatus,
    Case,
    CaseStatus,
    CaseStep,
    RunKind,
    RunStatus,
    SweepError,
    SweepRun,
)
from collections_policy.sweep import AnotherSweepRuns, preview, run_sweep
from notices.models import Notice, NoticeKind
from partners import clock
from partners.models import AuditEntry, Partner
from tests.factories.billing import draft_of, issued_to, overdue_for
from tests.factories.collections import case_at, customer_of, swept
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "flagged", "opened", "reminders"),
    [(0, 0, 0, 0), (1, 1, 1, 0), (2, 1, 1, 0), (3, 1, 1, 1), (50, 1, 1, 1)],
    ids=["due today", "day 1", "day 2", "day 3", "long ago"],
)
def test_sweep_flags_opens_and_reminds(
    partner: Partner, days: int, flagged: int, opened: int, reminders: int
) -> None:
    overdue_for(customer_of(partner), days)

    run = swept(partner)

    assert (run.invoices_flagged, run.cases_opened, run.reminders) == (flagged, opened, reminders)
    assert (run.warnings, run.proposals, run.status) == (0, 0, RunStatus.DONE)


def test_sweep_leaves_a_draft_alone(partner: Partner) -> None:
    draft_of(customer_of(partner))

    assert swept(partner, clock.business_date(partner) + timedelta(days=90)).customers_total == 0


def test_sweep_writes_the_reminder_to_the_customer(partner: Partner) -> None:
    customer = customer_of(partner, language="en")
    invoice = overdue_for(customer, 3)

    swept(partner)

    notice = Notice.objects.get(customer=customer, kind=NoticeKind.PAYMENT_REMINDER)
    assert invoice.number is not None
    assert invoice.number in notice.body
    assert "1,060.00" in notice.body


def test_sweep_goes_through_the_steps_in_order(partner: Partner) -> None:
    case = case_at(partner, 3)
    today = clock.business_date(partner)

    for days in (7, 17):
        swept(partner, today + timedelta(days=days))

    steps = CaseStep.objects.filter(case=case).values_list("step__action", "status")
    assert dict(steps) == {
        Action.REMIND: ActionStatus.DONE,
        Action.WARN: ActionStatus.DONE,
        Action.PROPOSE_SUSPENSION: ActionStatus.PROPOSED,
    }


def test_sweep_after_a_long_outage_takes_one_step_at_a_time(partner: Partner) -> None:
    overdue_for(customer_of(partner), 40)
    today = clock.business_date(partner)

    runs = [swept(partner, today + timedelta(days=days)) for days in range(8)]

    assert [run.reminders for run in runs] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert [run.warnings for run in runs] == [0, 0, 0, 1, 0, 0, 0, 0]
    assert [run.proposals for run in runs] == [0, 0, 0, 0, 0, 0, 1, 0]


def test_sweep_a_hundred_times_is_once(partner: Partner) -> None:
    overdue_for(customer_of(partner), 3)

    runs = [swept(partner) for _ in range(100)]

    assert sum(run.reminders for run in runs) == 1
    assert Case.objects.count() == 1
    assert Notice.objects.filter(kind=NoticeKind.PAYMENT_REMINDER).count() == 1


def test_sweep_records_what_it_flagged(partner: Partner) -> None:
    invoice = overdue_for(customer_of(partner), 1)

    swept(partner)

    entry = AuditEntry.objects.get(kind="invoice.seen_overdue")
    assert (entry.subject_id, entry.customer_ref) == (str(invoice.pk), invoice.customer_id)
    assert entry.after["number"] == invoice.number


def test_sweep_keeps_partners_apart(partner: Partner) -> None:
    other = customer_of(CustomerFactory.create().partner)
    overdue_for(other, 5)

    assert swept(partner).customers_total == 0
    assert not Case.objects.filter(customer=other).exists()


def test_sweep_keeps_currencies_apart(partner: Partner) -> None:
    customer = customer_of(partner)
    overdue_for(customer, 5)
    due_on = clock.business_date(partner) - timedelta(days=1)
    issued_to(customer, "10.00", "USD", due_on=due_on)

    swept(partner)

    cases = Case.objects.filter(customer=customer).order_by("currency")
    assert [(case.currency, str(case.overdue_amount)) for case in cases] == [
        ("CNY", "1060.00"),
        ("USD", "10.60"),
    ]


def test_sweep_blocks_a_letter_nobody_can_read(partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    overdue_for(customer, 3)

    run = swept(partner)

    step = CaseStep.objects.get(case__customer=customer)
    assert (run.blocked, step.status, step.blocked_by) == (1, ActionStatus.BLOCKED, ["no_contact"])


def test_sweep_isolates_a_customer_with_bad_data(partner: Partner) -> None:
    """Debts whose sum fits no case: the others are worked all the same, and the run says so."""
    good, bad = customer_of(partner), customer_of(partner)
    for customer in (good, bad, bad):
        overdue_for(customer, 5)
    Invoice.objects.filter(customer=bad).update(total="9999999999999999.99")

    run = swept(partner)

    assert (run.status, run.errors_count, run.customers_done) == (RunStatus.PARTIAL, 1, 2)
    assert SweepError.objects.get(run=run).customer_id == bad.pk
    assert Case.objects.get(customer=good).status == CaseStatus.OPEN
    assert not Case.objects.filter(customer=bad).exists()
    assert not Invoice.objects.filter(customer=bad, overdue_flagged_on__isnull=False).exists()


def test_sweep_statements_do_not_grow_with_customers(partner: Partner) -> None:
    counts = []
    for size in (1, 20):
        for _ in range(size):
            overdue_for(customer_of(partner), 5)
        services.ensure_default_policy(partner, None)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            swept(partner)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_sweep_with_nothing_due_touches_nothing(partner: Partner) -> None:
    case_at(partner, 3)
    entries = AuditEntry.objects.exclude(kind__startswith="sweep.").count()

    run = swept(partner)

    assert run.customers_total == 0
    assert AuditEntry.objects.exclude(kind__startswith="sweep.").count() == entries


def test_run_sweep_without_a_policy_fails_in_words(partner: Partner) -> None:
    run, _ = lifecycle.ask_for_run(partner, clock.business_date(partner), RunKind.MANUAL, by=None)

    run_sweep(partner, run)

    assert (run.status, run.failure) == (RunStatus.FAILED, "no collections policy is published")


def test_run_sweep_refuses_while_another_runs(partner: Partner) -> None:
    services.ensure_default_policy(partner, None)
    today = clock.business_date(partner)
    SweepRun.objects.create(
        partner=partner,
        business_date=today,
        kind=RunKind.SCHEDULED,
        status=RunStatus.RUNNING,
        requested_at=clock.now(),
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    run, _ = lifecycle.ask_for_run(partner, today, RunKind.MANUAL, by=None)

    with pytest.raises(AnotherSweepRuns):
        run_sweep(partner, run)


def test_preview_writes_nothing(partner: Partner) -> None:
    overdue_for(customer_of(partner), 5)
    services.ensure_default_policy(partner, None)

    seen = preview(partner, clock.business_date(partner))

    assert (seen.customers, seen.counts.invoices_flagged, seen.counts.reminders) == (1, 1, 1)
    assert not Case.objects.exists()
    assert not Invoice.objects.filter(overdue_flagged_on__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_are_one(partner: Partner) -> None:
    for _ in range(3):
        overdue_for(customer_of(partner), 5)
    services.ensure_default_policy(partner, None)

    _at_once(lambda: _sweep_or_yield(partner), 4)

    assert Case.objects.count() == 3
    assert CaseStep.objects.count() == 3
    assert Notice.objects.filter(kind=NoticeKind.PAYMENT_REMINDER).count() == 3


def _sweep_or_yield(partner: Partner) -> None:
    try:
        swept(partner)
    except AnotherSweepRuns:
        return


def _at_once(work: Callable[[], None], threads: int) -> None:
    """Run the work in so many threads that start together."""
    barrier = threading.Barrier(threads)

    def run() -> None:
        barrier.wait()
        try:
            work()
        finally:
            connection.close()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
