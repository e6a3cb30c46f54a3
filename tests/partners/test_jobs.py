"""The queue of long work: claims, crashes and leases."""

from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from partners import jobs
from partners.models import Job, Partner
from tests.factories.partners import admin_agent

KIND = "tests.count"


def _done(job: Job) -> Mapping[str, object]:
    return {"counted": job.parameters.get("n", 0)}


def _refuse(job: Job) -> Mapping[str, object]:
    raise jobs.JobFailed("The file is empty.")


def _crash(job: Job) -> Mapping[str, object]:
    raise ZeroDivisionError


def _left_running(partner: Partner, *, lease: timedelta, attempts: int = 1) -> Job:
    return Job.objects.create(
        partner=partner,
        kind=KIND,
        status=Job.Status.RUNNING,
        attempts=attempts,
        lease_until=timezone.now() + lease,
        created_at=timezone.now(),
    )


@pytest.mark.django_db
def test_drain_runs_what_waits_and_keeps_the_result(partner: Partner) -> None:
    job = jobs.ask_for(KIND, partner, by=admin_agent(partner), parameters={"n": 7})

    assert jobs.drain(KIND, _done) == 1

    job.refresh_from_db()
    assert (job.status, job.result) == (Job.Status.DONE, {"counted": 7})
    assert job.finished_at is not None
    assert job.lease_until is None


@pytest.mark.django_db
def test_drain_leaves_other_kinds_alone(partner: Partner) -> None:
    jobs.ask_for("tests.other", partner, by=None)

    assert jobs.drain(KIND, _done) == 0


@pytest.mark.django_db
def test_second_drain_finds_nothing(partner: Partner) -> None:
    jobs.ask_for(KIND, partner, by=None)
    jobs.drain(KIND, _done)

    assert jobs.drain(KIND, _done) == 0


@pytest.mark.django_db
def test_refused_work_says_why(partner: Partner) -> None:
    job = jobs.ask_for(KIND, partner, by=None)

    jobs.drain(KIND, _refuse)

    job.refresh_from_db()
    assert (job.status, job.error) == (Job.Status.FAILED, "The file is empty.")


@pytest.mark.django_db
def test_crashed_work_does_not_stop_the_next(partner: Partner) -> None:
    crashed = jobs.ask_for(KIND, partner, by=None)
    jobs.ask_for(KIND, partner, by=None)

    assert jobs.drain(KIND, _crash) == 2

    crashed.refresh_from_db()
    assert (crashed.status, crashed.error) == (Job.Status.FAILED, "ZeroDivisionError")


@pytest.mark.django_db
def test_work_whose_worker_died_is_taken_over(partner: Partner) -> None:
    job = _left_running(partner, lease=timedelta(seconds=-1))

    jobs.drain(KIND, _done)

    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.Status.DONE, 2)


@pytest.mark.django_db
def test_work_under_a_lease_is_left_to_its_worker(partner: Partner) -> None:
    _left_running(partner, lease=timedelta(minutes=1))

    assert jobs.drain(KIND, _done) == 0


@pytest.mark.django_db
def test_work_that_always_dies_is_given_up(partner: Partner) -> None:
    job = _left_running(partner, lease=timedelta(seconds=-1), attempts=jobs.MAX_ATTEMPTS)

    jobs.drain(KIND, _done)

    job.refresh_from_db()
    assert job.status == Job.Status.FAILED


@pytest.mark.django_db
def test_progress_keeps_the_lease(partner: Partner) -> None:
    job = _left_running(partner, lease=timedelta(seconds=1))

    jobs.progress(job, 3, 10)

    job.refresh_from_db()
    assert (job.done, job.total) == (3, 10)
    assert job.lease_until is not None
    assert job.lease_until > timezone.now() + jobs.LEASE - timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_without_doing_any_twice(partner: Partner) -> None:
    asked = {jobs.ask_for(KIND, partner, by=None).pk for _ in range(10)}
    barrier, ran = Barrier(2), list[int]()
    threads = [Thread(target=_drain, args=(barrier, ran)) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ran) == sorted(asked)


def _drain(barrier: Barrier, ran: list[int]) -> None:
    def work(job: Job) -> Mapping[str, object]:
        ran.append(job.pk)
        return {}

    barrier.wait()
    jobs.drain(KIND, work)
    connection.close()
