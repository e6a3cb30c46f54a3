"""Handles on a running emulator, for tests and commands: as a process, or in this one."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from vianet.connection import Credentials, Endpoint
from vianet.emulator import server
from vianet.emulator.demo import demo_partner

READY_SECONDS = 30
STOP_SECONDS = 10
CONTROL_SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]

type Json = dict[str, object]


class EmulatorFailed(RuntimeError):
    """The emulator did not start, or refused a control request."""


class EmulatorHandle:
    """The control interface of an emulator that listens on `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def endpoint(self, mpn_id: str) -> Endpoint:
        return demo_partner(mpn_id).endpoint(self.url)

    def credentials(self, mpn_id: str) -> Credentials:
        return demo_partner(mpn_id).credentials()

    def state(self, **query: str | int) -> Json:
        """Partners with customers and subscriptions; `mpn_id`, `q` and `limit` narrow it."""
        return self._object("GET", "state", query=query)

    def requests(self, **query: str | int) -> list[Json]:
        """Requests that arrived, oldest first; `method`, `path` and `limit` narrow them."""
        found = self._object("GET", "requests", query=query)["requests"]
        return list(found) if isinstance(found, list) else []

    def forget_requests(self) -> None:
        self._object("DELETE", "requests")

    def change_subscription(self, subscription_id: str, **changes: object) -> Json:
        """An out-of-band change, named as in the API; `None` removes a field."""
        return self._object("POST", f"subscriptions/{subscription_id}", changes)

    def plan_faults(self, *faults: Mapping[str, object]) -> None:
        self._object("POST", "faults", list(faults))

    def clear_faults(self) -> None:
        self._object("DELETE", "faults")

    def release(self) -> None:
        """Apply now what `late_apply` without seconds holds back."""
        self._object("POST", "release", {})

    def revoke_tokens(self) -> None:
        self._object("POST", "tokens/revoke", {})

    def set(self, **settings: int) -> None:
        """`requests_per_minute`, `stale_status`, `token_seconds`, `latency_ms`."""
        self._object("POST", "settings", settings)

    def reset(self, *, customers: int = 40, seed: int = 7) -> None:
        self._object("POST", "reset", {"customers": customers, "seed": seed})

    def _object(
        self,
        method: str,
        path: str,
        message: Mapping[str, object] | Sequence[object] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Json:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=CONTROL_SECONDS)
        try:
            connection.request(
                method,
                f"/_emulator/{path}?{urlencode(query or {})}",
                body=None if message is None else json.dumps(message),
                headers={"Content-Type": "application/json"},
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != HTTPStatus.OK or not isinstance(answer, dict):
            raise EmulatorFailed(f"{method} {path}: {answer}")
        return answer


class EmulatorProcess(EmulatorHandle):
    """The emulator as its own process on a free port, with its state in a temporary file."""

    def __init__(self, *, customers: int = 40, seed: int = 7, state: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="emulator-")
        self._state = state or Path(self._folder.name) / "state.sqlite3"
        self._seeding = ["--customers", str(customers), "--seed", str(seed)]
        super().__init__("")
        try:
            self._start(0)
        except EmulatorFailed:
            self._folder.cleanup()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End the process and forget its temporary state."""
        self._end(self._process.terminate)
        self._folder.cleanup()

    def kill_and_restart(self) -> None:
        """As after a power cut: kill -9, then again on the same port with the same state."""
        port = int(self.url.rsplit(":", 1)[1])
        self._end(self._process.kill)
        self._start(port)

    def _start(self, port: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "vianet.emulator", "--port", str(port)),
                *("--state", str(self._state), *self._seeding),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._announced_url()

    def _announced_url(self) -> str:
        """The address it prints when it listens; an empty line means it ended."""
        late = threading.Timer(READY_SECONDS, self._process.kill)
        late.start()
        try:
            line = self._process.stdout.readline() if self._process.stdout else ""
        finally:
            late.cancel()
        if "http://" not in line:
            self._end(self._process.kill)
            raise EmulatorFailed("the emulator did not start; its reason is on stderr")
        return "http://" + line.split("http://", 1)[1].split("/", 1)[0]

    def _end(self, how: Callable[[], None]) -> None:

        how()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def running_emulator(
    *, customers: int = 12, seed: int = 7, state: Path | None = None
) -> Iterator[EmulatorHandle]:
    """The same server in a thread of this process, over the same HTTP; starts in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        path = state or Path(folder) / "state.sqlite3"
        serving = server.build("127.0.0.1", 0, path, customers=customers, seed=seed)
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield EmulatorHandle(serving.url)
        finally:
            serving.shutdown()
            thread.join()
            serving.server_close()
