"""Ticks and drains of collections: the database decides what is due."""

from celery import shared_task

from collections_policy import judging, schedule
from partners.nudges import nudge


@shared_task
def tick() -> int:
    """Start the daily sweep of every partner whose time has come."""
    return schedule.start_daily_sweeps() + schedule.drain_runs()


@shared_task
def drain_runs() -> int:
    """Run sweeps asked for by hand, and go on with those whose worker died."""
    return schedule.drain_runs()


@shared_task
def judge_customers() -> int:
    """Let go of whoever has paid, then ask for the unblocks at once."""
    judged = judging.judge_pending()
    if judged:
        nudge("subscriptions.tasks.drain_unblocks")
    return judged
