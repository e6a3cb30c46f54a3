"""Reads customers and subscriptions from Partner Center, and reads the unblocked once more."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from customers.services import record_seen as record_seen_customer
from partners import clock, jobs
from partners.models import Connection, Job, Partner, User
from subscriptions import connection, rules, sending
from subscriptions.models import StatusChange, Subscription
from subscriptions.observing import observe, record_seen
from vianet import errors, wire
from vianet.client import PartnerCenter
from vianet.connection import IdentifierRefused

logger = structlog.get_logger(__name__)
JOB_KIND = "subscriptions.read"
READ_EVERY = timedelta(hours=1)

type Progress = Callable[[int], None]


@dataclass
class Report:
    """What one reading found."""

    customers: int = 0
    subscriptions: int = 0
    differing: int = 0
    failed_customers: int = 0


def ask_for_reading(partner: Partner, *, by: User | None) -> Job:
    """Queue one complete reading; one that waits already is returned instead."""
    waiting = Job.objects.filter(
        partner=partner, kind=JOB_KIND, status__in=[Job.Status.WAITING, Job.Status.RUNNING]
    ).first()
    return waiting or jobs.ask_for(JOB_KIND, partner, by=by)


def ask_for_due_readings() -> None:
    """Queue a reading for every connected partner not read for an hour (wall clock)."""
    since = timezone.now() - READ_EVERY
    asked_lately = Job.objects.filter(kind=JOB_KIND, created_at__gt=since).values("partner")
    for link in Connection.objects.exclude(partner__in=asked_lately).select_related("partner"):
        ask_for_reading(link.partner, by=None)


def work(job: Job) -> dict[str, int]:
    """The job's work: read everything, with progress. Raises JobFailed in words."""

    def show(done: int) -> None:
        jobs.progress(job, done, None)

    try:
        return asdict(read_partner(job.partner, show))
    except (connection.NotConnected, errors.VianetError) as error:
        raise jobs.JobFailed(str(error) or "not connected to Partner Center") from error


def read_partner(partner: Partner, show: Progress) -> Report:
    """Read all customers with their subscriptions and write down what was seen.

    One customer that cannot be read is counted and does not stop the others. Raises NotConnected,
    and VianetError when the list of customers itself cannot be read.
    """
    report = Report()
    with connection.Connections(patience=connection.LONG_PATIENCE) as centers:
        partner_center = centers.of(partner)
        try:
            for seen in partner_center.customers():
                _read_customer(partner, seen, partner_center, report)
                show(report.customers)
        except errors.VianetError as error:
            connection.note_failure(partner, error)
            raise
    connection.note_complete_read(partner)
    report.differing = Subscription.objects.of_partner(partner).disagreeing().count()
    return report


def _read_customer(
    partner: Partner, seen: wire.Customer, partner_center: PartnerCenter, report: Report
) -> None:
    at = clock.now()
    customer = record_seen_customer(
        partner, tenant_id=seen.id, company=seen.company_name, domain=seen.domain, seen_at=at
    )
    report.customers += 1
    try:
        subscriptions = partner_center.subscriptions(seen.id)
    except (errors.VianetError, IdentifierRefused) as error:
        logger.warning("customer_not_read", customer=customer.pk, error=str(error))
        report.failed_customers += 1
        return
    for subscription in _bases_first(subscriptions):
        record_seen(customer, subscription, at=at)
        report.subscriptions += 1


def _bases_first(subscriptions: Iterable[wire.Subscription]) -> list[wire.Subscription]:
    """So that an add-on finds its base, and the base's hold explains the add-on's suspension."""
    return sorted(subscriptions, key=lambda seen: bool(seen.parent_subscription_id))


# --- Reading the unblocked again: a suspension sent earlier may still arrive ----------------------


def reread_due() -> int:
    """Read every unblocked subscription whose next look is due. Returns how many were read."""
    due = StatusChange.objects.filter(reread_at__lte=timezone.now()).select_related(
        "partner", "subscription__customer"
    )
    count = 0
    with connection.Connections() as centers:
        for change in due.order_by("reread_at")[: sending.BATCH]:
            count += _reread(change, centers)
    return count


def _reread(change: StatusChange, centers: connection.Connections) -> bool:
    try:
        sight = sending.read(change.subscription, centers.of(change.partner))
    except (connection.NotConnected, errors.VianetError) as error:
        logger.warning("reread_failed", change=change.pk, error=str(error))
        _look_again_at(change, change.rereads_left)
        return False
    with transaction.atomic():
        Customer.objects.lock([change.customer_id])
        subscription = Subscription.objects.select_related(
            "partner__settings", "customer", "base"
        ).get(pk=change.subscription_id)
        observe(subscription, sight.seen, at=sight.at)
        _look_again_at(change, change.rereads_left - 1)
    return True


def _look_again_at(change: StatusChange, left: int) -> None:
    """Counted from the unblock: each look comes so much after the one before."""
    looks = len(rules.REREADS) - left
    earlier = rules.REREADS[looks - 1] if looks else timedelta()
    at = timezone.now() + rules.REREADS[looks] - earlier if left else None
    StatusChange.objects.filter(pk=change.pk).update(rereads_left=left, reread_at=at)
