"""Hints to the workers that something is due. Correctness rests on the drains, not on these."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)


def nudge(task: str) -> None:
    """After commit, ask for one run of a drain by its task name. A silent broker is no error."""
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    try:
        current_app.send_task(task, expires=60, retry=False)
    except OperationalError as error:
        logger.warning("nudge_lost", task=task, error=str(error))
