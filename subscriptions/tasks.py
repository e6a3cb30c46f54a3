"""Drains of the queues of record: status changes, readings, lapsing holds."""

from celery import shared_task

from partners import clock, jobs
from subscriptions import reading, sending, services
from subscriptions.models import Target


@shared_task
def drain_unblocks() -> int:
    """Send what gives service back, before everything else."""
    return sending.deliver_due(Target.ACTIVE)


@shared_task
def drain_suspensions() -> int:
    """Send what withholds service."""
    return sending.deliver_due(Target.SUSPENDED)


@shared_task
def reread_unblocked() -> int:
    """Look again at what was unblocked within the last hour."""
    return reading.reread_due()


@shared_task
def lift_expired_holds() -> int:
    """Lift the holds whose time is over."""
    return services.lift_expired(clock.now())


@shared_task
def drain_readings() -> int:
    """Read Partner Center for whoever asked, and for those not read for an hour."""
    reading.ask_for_due_readings()
    return jobs.drain(reading.JOB_KIND, reading.work)
