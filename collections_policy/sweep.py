"""The sweep: what is due on a business date, in batches that each commit with their checkpoint.

It flags, opens and advances cases, writes letters and proposes. It never calls 21Vianet, and
nothing is suspended by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched
from uuid import UUID, uuid4

import structlog
from django.db import DataError, IntegrityError, InternalError, transaction

from billing.freshness import receipts_recorded_up_to
from billing.ledger import apply_credit
from billing.models import Invoice
from collections_policy import actions, facts, flagging, lifecycle, rules
from collections_policy.actions import Counts, Decided
from collections_policy.facts import NoPolicy, Playbook
from collections_policy.models import SweepError, SweepRun
from customers.models import Customer
from partners import clock
from partners.models import Partner

logger = structlog.get_logger(__name__)
BATCH = 500
LEASE = timedelta(minutes=2)
MAX_STARTS = 5
CUSTOMER_ERRORS = (
    ArithmeticError,
    AttributeError,
    DataError,
    IntegrityError,
    InternalError,
    LookupError,
    TypeError,
    ValueError,
)
"""What bad data of one customer can raise; a lost connection is none of these and ends the run."""


class AnotherSweepRuns(Exception):
    """The partner has a running sweep: one at a time."""


@dataclass
class Preview:
    """What a sweep would do."""

    customers: int
    counts: Counts


@dataclass(frozen=True)
class _Walk:
    """One worker's walk through one run."""

    partner: Partner
    run: SweepRun
    worker: UUID
    playbook: Playbook

    @property
    def reason(self) -> str:
        return f"sweep of {self.run.business_date}"


def run_sweep(partner: Partner, run: SweepRun) -> SweepRun:
    """Work a waiting run, or go on with one whose worker died, to its end.

    Raises AnotherSweepRuns, and LeaseLost when another worker took the run over.
    """
    worker = uuid4()
    if not lifecycle.claim_run(run, worker, LEASE):
        raise AnotherSweepRuns
    if run.attempts > MAX_STARTS:
        lifecycle.finish_run(run, worker, failure="started five times without getting further")
        return run
    try:
        playbook = facts.playbook_of(partner)
    except NoPolicy:
        lifecycle.finish_run(run, worker, failure="no collections policy is published")
        return run
    _walk(_Walk(partner, run, worker, playbook))
    lifecycle.finish_run(run, worker)
    return run


def preview(partner: Partner, business_date: date) -> Preview:
    """What a sweep on this date would do, without writing anything. Raises NoPolicy.

    Credit that a sweep would use up first is not counted.
    """
    playbook = facts.playbook_of(partner)
    ids = flagging.candidates(partner, business_date)
    counts = Counts()
    for batch in batched(ids, BATCH):
        customers = list(Customer.objects.filter(pk__in=batch).order_by("pk"))
        counts.add(actions.count(_decide(partner, customers, playbook, business_date)))
    newly = Invoice.objects.overdue(business_date).of_services().of_partner(partner)
    counts.invoices_flagged = newly.filter(overdue_flagged_on=None).count()
    return Preview(len(ids), counts)


def _walk(walk: _Walk) -> None:
    run = walk.run
    ids = flagging.candidates(walk.partner, run.business_date, after=run.checkpoint)
    run.customers_total = run.customers_done + len(ids)
    run.receipts_recorded_up_to = receipts_recorded_up_to(walk.partner)
    lifecycle.save_progress(run, walk.worker, LEASE, ["customers_total", "receipts_recorded_up_to"])
    for batch in batched(ids, BATCH):
        _batch(walk, batch)


def _batch(walk: _Walk, ids: Sequence[int]) -> None:
    """One transaction for all; if somebody's data breaks it, one for each."""
    try:
        with transaction.atomic():
            _commit(walk, ids, _work(walk, ids))
    except CUSTOMER_ERRORS as error:
        logger.warning("sweep_batch_split", run=walk.run.pk, error=type(error).__name__)
        walk.run.refresh_from_db()
        for customer_id in ids:
            _alone(walk, customer_id)


def _alone(walk: _Walk, customer_id: int) -> None:
    try:
        with transaction.atomic():
            _commit(walk, [customer_id], _work(walk, [customer_id]))
    except CUSTOMER_ERRORS as error:
        logger.exception("sweep_customer_failed", run=walk.run.pk, customer=customer_id)
        walk.run.refresh_from_db()
        with transaction.atomic():
            SweepError.objects.update_or_create(
                run=walk.run,
                customer_id=customer_id,
                defaults={
                    "partner": walk.partner,
                    "name": type(error).__name__,
                    "text": str(error)[:500],
                    "at": clock.now(),
                },
            )
            walk.run.errors_count += 1
            _commit(walk, [customer_id], Counts())


def _work(walk: _Walk, ids: Sequence[int]) -> Counts:
    """Facts, decisions, actions for customers whose locks this takes."""
    on = walk.run.business_date
    customers = Customer.objects.lock(ids)
    apply_credit(ids, on, by=None, reason=walk.reason)
    flagged = flagging.flag_overdue(walk.partner, ids, on, reason=walk.reason)
    decided = _decide(walk.partner, customers, walk.playbook, on)
    counts = actions.apply(walk.partner, decided, on, reason=walk.reason)
    counts.invoices_flagged = flagged
    return counts


def _decide(
    partner: Partner, customers: Sequence[Customer], playbook: Playbook, business_date: date
) -> list[Decided]:
    situations = facts.gather(partner, customers, playbook, business_date)
    return [Decided(one, rules.decide(one.facts, one.version, business_date)) for one in situations]


def _commit(walk: _Walk, ids: Sequence[int], counts: Counts) -> None:
    """Write the checkpoint with the batch it stands for. Raises LeaseLost."""
    run = walk.run
    for name in Counts.names():
        setattr(run, name, getattr(run, name) + getattr(counts, name))
    run.checkpoint, run.attempts = ids[-1], 0
    run.customers_done += len(ids)
    names = ["checkpoint", "attempts", "customers_done", "errors_count", *Counts.names()]
    lifecycle.save_progress(run, walk.worker, LEASE, names)
