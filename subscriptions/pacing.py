"""How one client keeps to its partner's budget of requests."""

import time
from datetime import timedelta
from http import HTTPStatus

from partners.models import Partner
from subscriptions import budget
from subscriptions.budget import Lane
from vianet import errors


class Pace:
    """Waits for the budget as long as its patience lasts, then says when to come back."""

    def __init__(self, partner: Partner, lane: Lane, patience: timedelta) -> None:
        self._partner = partner
        self._lane = lane
        self._patience = patience
        self._has_failed = False

    def before(self) -> None:
        """Spend one request. Raises Throttled with the seconds to wait."""
        deadline = time.monotonic() + self._patience.total_seconds()
        while not (leave := budget.take(self._partner, self._lane)).is_given:
            if time.monotonic() + leave.wait.total_seconds() > deadline:
                raise _not_now(leave)
            time.sleep(leave.wait.total_seconds())
        self._has_failed = leave.failures > 0

    def after(self, status: int | None) -> None:
        """Count what gave no answer; the first answer closes the circuit."""
        if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            budget.note_failure(self._partner)
        elif self._has_failed:
            budget.note_answer(self._partner)

    def told_to_wait(self, seconds: int | None) -> None:
        """Keep everybody else of this partner away for as long."""
        budget.note_told_to_wait(self._partner, seconds)


def _not_now(leave: budget.Leave) -> errors.Throttled:
    error = errors.Throttled("the portal holds back its own requests to Partner Center")
    error.retry_after_seconds = leave.seconds
    return error
