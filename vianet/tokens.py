"""Access tokens kept until shortly before they expire, for any number of threads."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

EXPIRY_BUFFER_SECONDS = 30
DEFAULT_LIFETIME_SECONDS = 300  # when the answer names none


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the monotonic time from which it is no longer used."""

    value: str = field(repr=False)
    expires_at: float

    @classmethod
    def lasting(cls, value: str, seconds: int | None) -> "Token":
        lifetime = DEFAULT_LIFETIME_SECONDS if seconds is None else seconds
        return cls(value, time.monotonic() + lifetime - EXPIRY_BUFFER_SECONDS)

    def is_fresh(self) -> bool:
        return time.monotonic() < self.expires_at


class TokenCache:
    """One token for all threads; only one of them fetches, the others wait for it."""

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        with self._lock:
            if self._token is None or not self._token.is_fresh():
                self._token = self._fetch()
            return self._token

    def replacement_for(self, rejected: Token) -> Token:
        """A token other than the rejected one; fetched once however many threads ask."""
        with self._lock:
            if self._token is None or self._token.value == rejected.value:
                self._token = self._fetch()
            return self._token
