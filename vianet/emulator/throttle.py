"""The documented budget: 500 requests a minute and tenant, then 429 with Retry-After."""

import math
import threading
import time
from collections import defaultdict, deque

REQUESTS_PER_MINUTE = 500
WINDOW_SECONDS = 60


class Throttle:
    """Counts each partner's requests of the last minute; a limit of 0 means none."""

    def __init__(self, requests_per_minute: int = REQUESTS_PER_MINUTE) -> None:
        self.requests_per_minute = requests_per_minute
        self._lock = threading.Lock()
        self._recent: dict[str, deque[float]] = defaultdict(deque)

    def seconds_to_wait(self, mpn_id: str) -> int:
        """0 when the request is within the budget (and counted), else whole seconds to wait."""
        now = time.monotonic()
        with self._lock:
            recent = self._recent[mpn_id]
            while recent and recent[0] <= now - WINDOW_SECONDS:
                recent.popleft()
            if self.requests_per_minute and len(recent) >= self.requests_per_minute:
                return max(1, math.ceil(recent[0] + WINDOW_SECONDS - now))
            recent.append(now)
            return 0

    def forget(self) -> None:
        with self._lock:
            self._recent.clear()
