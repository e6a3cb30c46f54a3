"""Long work with progress: the only module that writes a job's status.

The row is the queue: a view creates it, a task of the room that knows the kind claims and runs it.
Leases run on the wall clock.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from partners import clock
from partners.models import Job, Partner, User

logger = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5

type Work = Callable[[Job], Mapping[str, Any]]


class JobFailed(Exception):
    """The work was refused, in words for the person who asked for it."""


def ask_for(
    kind: str, partner: Partner, *, by: User | None, parameters: Mapping[str, Any] | None = None
) -> Job:
    """Put a job in the queue; the room that owns the kind drains it."""
    return Job.objects.create(
        partner=partner,
        kind=kind,
        owner=by,
        parameters=dict(parameters or {}),
        created_at=clock.now(),
    )


def drain(kind: str, work: Work) -> int:
    """Run every job of this kind that waits or whose worker died. Returns how many were run."""
    count = 0
    while (job := _claim(kind)) is not None:
        _run(job, work)
        count += 1
    return count


def progress(job: Job, done: int, total: int | None) -> None:
    """Show how far the work is, and keep the lease."""
    Job.objects.filter(pk=job.pk).update(done=done, total=total, lease_until=timezone.now() + LEASE)


def _claim(kind: str) -> Job | None:
    """Lease the oldest job that is due; attempts are counted before work starts."""
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(kind=kind, status__in=[Job.Status.WAITING, Job.Status.RUNNING])
            .exclude(status=Job.Status.RUNNING, lease_until__gt=timezone.now())
            .order_by("id")
            .first()
        )
        if job is None:
            return None
        job.status = Job.Status.RUNNING
        job.attempts += 1
        job.lease_until = timezone.now() + LEASE
        job.save(update_fields=["status", "attempts", "lease_until"])
        return job


def _run(job: Job, work: Work) -> None:
    if job.attempts > MAX_ATTEMPTS:
        _finish(job, Job.Status.FAILED, error="Started five times without an end.")
        return
    try:
        result = work(job)
    except JobFailed as failure:
        _finish(job, Job.Status.FAILED, error=str(failure))
    except Exception as error:
        logger.exception("job_crashed", job=job.pk, kind=job.kind)
        _finish(job, Job.Status.FAILED, error=type(error).__name__)
    else:
        _finish(job, Job.Status.DONE, result=dict(result))


def _finish(
    job: Job, status: Job.Status, *, result: dict[str, Any] | None = None, error: str = ""
) -> None:
    Job.objects.filter(pk=job.pk).update(
        status=status, result=result or {}, error=error, finished_at=clock.now(), lease_until=None
    )
