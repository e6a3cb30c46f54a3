"""What can go wrong with Partner Center, keyed on HTTP status and error code together.

The same code can have two meanings (2006 is one thing under 400 and another under 403), and the
answer to too many requests does not follow the error schema at all (Partner Center docs, "Error
codes" and "API throttling guidance").
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from uuid import UUID

from vianet import wire

STALE_ETAG_CODE = "2055"
DESCRIPTION_LENGTH = 1024  # as documented; anything longer is cut
CODE_LENGTH = 64


class VianetError(Exception):
    """A call to Partner Center did not give what was asked for."""

    def __init__(
        self,
        description: str,
        *,
        status: int | None = None,
        code: str = "",
        request_id: UUID | None = None,
    ) -> None:
        self.description = printable(description, DESCRIPTION_LENGTH)
        self.status = status
        self.code = printable(code, CODE_LENGTH)
        self.request_id = request_id
        super().__init__(self.description)

    def __str__(self) -> str:
        known = [str(part) for part in (self.status, self.code) if part]
        return " ".join(["/".join(known), self.description, f"(request {self.request_id})"]).strip()


class OutcomeUnknown(VianetError):
    """A PATCH was perhaps sent and perhaps applied; read before anything is sent again."""


class Unreachable(VianetError):
    """A read got no readable answer; nothing changed."""


class Refused(VianetError):
    """Partner Center understood and said no."""


class StaleResource(VianetError):
    """The ETag is no longer valid: read again, decide again."""


class Conflict(VianetError):
    """Not now, for example code 27009: an add-on under a base that is not active."""


class Throttled(VianetError):
    """Too many requests; `retry_after_seconds` is `None` when no delay was named."""

    retry_after_seconds: int | None = None


class Unauthorized(VianetError):
    """The credentials or a fresh token were rejected."""


class Forbidden(VianetError):
    """The partner may not do this, for example code 20002: not its customer."""


class NotFound(VianetError):
    """No such customer or subscription."""


_BY_STATUS: dict[int, type[VianetError]] = {
    HTTPStatus.UNAUTHORIZED: Unauthorized,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.PRECONDITION_FAILED: StaleResource,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
}


def is_answer(status: int) -> bool:
    """Whether the status says what happened; redirects, 408 and 5xx leave it open."""
    return status != HTTPStatus.REQUEST_TIMEOUT and (
        HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        or HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    )


def from_answer(
    status: int, headers: Mapping[str, str], body: object, request_id: UUID
) -> VianetError:
    """The exception for a 4xx answer; `body` is parsed JSON or `None` when it was unreadable."""
    fields = wire.Fields(body if isinstance(body, Mapping) else {})
    code = fields.text("code") or ""
    description = fields.text("description") or fields.text("message") or "no description given"
    kind = _BY_STATUS.get(status, Refused)
    if (status, code) == (HTTPStatus.BAD_REQUEST, STALE_ETAG_CODE):
        kind = StaleResource
    error = kind(description, status=status, code=code, request_id=request_id)
    if isinstance(error, Throttled):
        error.retry_after_seconds = retry_after_seconds(headers.get("Retry-After"), description)
    return error


def retry_after_seconds(header: str | None, sentence: str) -> int | None:
    """Whole seconds to wait, from the header (seconds or HTTP-date) or else from the sentence."""
    header = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", header):
        return int(header)
    if (until := _http_date(header)) is not None:
        return max(0, math.ceil((until - datetime.now(UTC)).total_seconds()))
    named = re.search(r"([0-9]{1,9})\s*second", sentence)
    return int(named[1]) if named else None


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def printable(text: str, length: int) -> str:
    """One line without control characters, cut to `length`: safe in any log."""
    return "".join(char if char.isprintable() else " " for char in text[:length])
