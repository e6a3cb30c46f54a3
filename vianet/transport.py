"""One exchange over HTTP with Partner Center: bounded, direct, and told to an observer."""

import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from uuid import UUID

import httpx

from vianet import body, errors

MAX_CONNECTIONS = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, between two pieces of an answer, and for a whole answer."""

    connect: float = 5
    read: float = 30
    whole: float = 35


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as an observer may see it: no secrets, no bodies, no query."""

    method: str
    path: str
    status: int | None
    duration_seconds: float
    request_id: UUID
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; headers and contents stay out of repr because they hold secrets."""

    method: str
    url: str
    request_id: UUID
    correlation_id: UUID
    headers: Mapping[str, str] = field(repr=False)
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx or 4xx answer, read in full."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        return self.status < HTTPStatus.MULTIPLE_CHOICES


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Loaded once: reading the authorities takes longer than a whole exchange."""
    return httpx.create_ssl_context(trust_env=False)


class TookTooLong(Exception):
    """The answer trickled in for longer than a whole answer may take."""


class Transport:
    """Connections to Partner Center for any number of threads.

    Follows no redirect, heeds no proxy variable, and reads at most 5 MiB.
    """

    def __init__(
        self, timeouts: Timeouts, on_exchange: Callable[[Exchange], None] | None = None
    ) -> None:
        self._timeouts = timeouts
        self._on_exchange = on_exchange
        self._http = httpx.Client(
            verify=_trusted_authorities(),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
        )

    def close(self) -> None:
        self._http.close()

    def send(self, request: Request) -> Answer:
        """One exchange; raises `Unreachable` for anything that does not say what happened."""
        started, status = time.monotonic(), None
        try:
            with self._http.stream(
                request.method,
                request.url,
                headers=request.headers,
                json=request.json,
                data=request.form,
            ) as response:
                status = response.status_code
                if not errors.is_answer(status):
                    raise errors.Unreachable(
                        "no usable answer", status=status, request_id=request.request_id
                    )
                encoding = response.headers.get("Content-Encoding", "")
                content = body.read(self._within_time(response.iter_raw(), started), encoding)
                return Answer(status, response.headers, content)
        except (httpx.HTTPError, httpx.InvalidURL, TookTooLong) as error:
            name = type(error).__name__
            raise errors.Unreachable(name, request_id=request.request_id) from None
        except body.UnreadableBody as error:
            raise errors.Unreachable(
                str(error), status=status, request_id=request.request_id
            ) from None
        finally:
            self._tell(request, status, time.monotonic() - started)

    def _within_time(self, chunks: Iterator[bytes], started: float) -> Iterator[bytes]:
        for chunk in chunks:
            if time.monotonic() - started > self._timeouts.whole:
                raise TookTooLong
            yield chunk

    def _tell(self, request: Request, status: int | None, duration_seconds: float) -> None:
        if self._on_exchange is None:
            return
        exchange = Exchange(
            method=request.method,
            path=httpx.URL(request.url).path,
            status=status,
            duration_seconds=duration_seconds,
            request_id=request.request_id,
            correlation_id=request.correlation_id,
        )
        try:
            self._on_exchange(exchange)
        except Exception:  # an observer must never turn a done PATCH into a failed one
            log.exception("the observer of Partner Center exchanges failed")
