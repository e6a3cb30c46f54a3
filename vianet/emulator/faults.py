"""Fault plans: which requests go wrong, how, and how often."""

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from vianet.emulator.messages import Request

KINDS: Final = frozenset(
    {
        "drop_request",  # closed before anything happened
        "drop_response_after_effect",  # done, then closed without an answer
        "delay",  # `seconds` before, or with `after_effect` after, doing it
        "status",  # `status`, optional `body` and `headers` instead of an answer
        "html",  # 200 with a web page instead of an answer
        "truncate",  # done, but only half of the JSON arrives
        "empty",  # done, with an empty body
        "bom",  # done, a byte order mark before the JSON
        "gzip_bomb",  # done, 16 MiB of blanks in a small gzip body
        "stale_read",  # a read shows the subscription before its last change
        "late_apply",  # closed now, done after `seconds` or at POST /_emulator/release
        "accepted",  # 202 with Location, done after `seconds`
        "stale_etag",  # somebody else edits the subscription just before
    }
)


class BadFault(ValueError):
    """The fault plan can't be understood."""


@dataclass(slots=True)
class Fault:
    """One line of a fault plan; `skip` matching requests pass before `times` of them fail."""

    do: str
    method: str = ""
    path_regex: str = ""
    body_regex: str = ""
    times: int = 1
    skip: int = 0
    seconds: float | None = None
    status: int = 503
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False
    ignore_if_match: bool = False

    def matches(self, request: Request) -> bool:
        return (
            self.method.upper() in {"", request.method}
            and re.search(self.path_regex, request.target) is not None
            and re.search(self.body_regex, request.text()) is not None
        )


class Faults:
    """The plans in force, used up in the order they were given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: list[Fault] = []

    def add(self, plans: object) -> int:
        """Put plans in force; all or none. Raises `BadFault`; returns how many are in force."""
        if not isinstance(plans, list):
            raise BadFault("a fault plan is a list")
        read = [_read(plan) for plan in plans]
        with self._lock:
            self._plans += read
            return len(self._plans)

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()

    def in_force(self) -> list[dict[str, object]]:
        with self._lock:
            return [asdict(plan) for plan in self._plans]

    def take(self, request: Request) -> Fault | None:
        """The fault this request runs into; counts it as used."""
        with self._lock:
            for plan in self._plans:
                if not plan.matches(request):
                    continue
                if plan.skip > 0:
                    plan.skip -= 1
                    continue
                plan.times -= 1
                self._plans = [left for left in self._plans if left.times > 0]
                return plan
        return None


def _read(plan: object) -> Fault:
    if not isinstance(plan, Mapping):
        raise BadFault("each line of a fault plan is an object")
    match = plan.get("match", {})
    given = {**match, **{key: value for key, value in plan.items() if key != "match"}}
    try:
        fault = Fault(**given)
        for pattern in (fault.path_regex, fault.body_regex):
            re.compile(pattern)
    except (TypeError, re.error) as error:
        raise BadFault(str(error)) from None
    if fault.do not in KINDS:
        raise BadFault(f"do must be one of {', '.join(sorted(KINDS))}")
    return fault
