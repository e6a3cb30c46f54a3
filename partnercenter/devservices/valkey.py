"""One Valkey (or Redis) server: start, stop, and know whether it lives."""

import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path

from partnercenter.devservices import carriers
from partnercenter.devservices.places import Place
from partnercenter.devservices.ports import (
    LOOPBACK,
    Endpoint,
    free_port,
    is_free,
    keep_endpoint,
    new_endpoint,
    read_endpoint,
    write_private,
)
from partnercenter.devservices.terminal import Trouble

START_SECONDS = 20
STOP_SECONDS = 10
ATTEMPTS = 3
ANSWER_SECONDS = 5
DURABLE = "appendonly yes"
THROWAWAY = "appendonly no"


@dataclass(frozen=True)
class Valkey:
    """The server of one place, run by one program."""

    place: Place
    program: carriers.Program
    durability: str = DURABLE

    name = "Valkey"

    @property
    def data(self) -> Path:
        """Keyed by name and major version: Redis can't read what a newer Valkey wrote."""
        return self.place.home / self.program.key

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.place.home / f"{self.program.key}.log"

    @property
    def url(self) -> str:
        """Where Celery reaches it."""
        endpoint = read_endpoint(self._endpoint_file)
        if endpoint is None:
            raise Trouble(f"{self._endpoint_file} is missing: start the services first.")
        return f"redis://:{endpoint.password}@{LOOPBACK}:{endpoint.port}/0"

    def is_alive(self) -> bool:
        """Whether this very server answers: our password proves that it is not another one."""
        endpoint = read_endpoint(self._endpoint_file)
        if endpoint is None:
            return False
        try:
            return _ask(endpoint, "PING") == b"+PONG\r\n"
        except OSError:
            return False

    def start(self) -> bool:
        """Make it run; False when it already ran. Raises Trouble."""
        if self.is_alive():
            return False
        if not self.data.exists():
            self.data.mkdir()
            self.place.account.own(self.data)
        endpoint = read_endpoint(self._endpoint_file) or new_endpoint()
        for _attempt in range(ATTEMPTS):
            if not is_free(endpoint.port):
                endpoint = replace(endpoint, port=free_port())
            keep_endpoint(self._endpoint_file, endpoint, self.place.account)
            if self._launch(endpoint):
                return True
        raise Trouble(f"{self.program.path.name} did not start: {self._last_words()}")

    def stop(self) -> None:
        """End it; its append-only file is complete, and nothing happens when it doesn't run."""
        endpoint = read_endpoint(self._endpoint_file)
        if endpoint is None or not self.is_alive():
            return
        _ask(endpoint, "SHUTDOWN NOSAVE")
        deadline = time.monotonic() + STOP_SECONDS
        while not is_free(endpoint.port) and time.monotonic() < deadline:
            time.sleep(0.05)

    @property
    def _endpoint_file(self) -> Path:
        return self.place.home / f"{self.program.key}.json"

    def _launch(self, endpoint: Endpoint) -> bool:
        """Start it in the background and wait for its first answer."""
        settings = self.place.home / f"{self.program.key}.conf"
        write_private(settings, self._settings(endpoint), self.place.account)
        self.log.unlink(missing_ok=True)
        started = self.place.account.run(self.program.path, settings)
        deadline = time.monotonic() + START_SECONDS
        while started.returncode == 0 and time.monotonic() < deadline:
            if self.is_alive():
                return True
            if self._failed():
                return False
            time.sleep(0.05)
        return False

    def _settings(self, endpoint: Endpoint) -> str:
        quoted = [f'dir "{self.data}"', f'logfile "{self.log}"']
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {endpoint.port}",
                f"requirepass {endpoint.password}",
                *quoted,
                self.durability,
                'save ""',
                "maxmemory-policy noeviction",
                "daemonize yes",
                'pidfile ""',
                "",
            ]
        )

    def _said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _failed(self) -> bool:
        said = self._said()
        return "Failed listening" in said or "Fatal error" in said or "exiting" in said

    def _last_words(self) -> str:
        return f"{(self._said().strip().splitlines() or ['no reason given'])[-1]} (see {self.log})"


def _ask(endpoint: Endpoint, command: str) -> bytes:
    """What the server answers to one command; empty when it just ends, as on SHUTDOWN.

    Two inline commands need no client library, whose import would cost every start half a second.
    """
    address = (LOOPBACK, endpoint.port)
    with socket.create_connection(address, timeout=ANSWER_SECONDS) as connection:
        connection.sendall(f"AUTH {endpoint.password}\r\n{command}\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    return answer.removeprefix(b"+OK\r\n")
