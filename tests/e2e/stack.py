"""The whole portal as processes of its own: database, emulator, web, worker and beat."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from partnercenter.devservices import processes
from partnercenter.devservices.places import CHECKOUT
from partnercenter.devservices.ports import LOOPBACK, free_port

READY_SECONDS = 120
LOG_SHOWN = 4000
QUEUES = "unblock,suspend,mail,import,celery"
# A test machine's root is not the danger that Celery warns of in each worker.
CELERY = (
    *(sys.executable, "-W", "ignore:You're running the worker with superuser privileges"),
    *("-m", "celery", "-q", "-A", "partnercenter"),
)


class NotReady(Exception):
    """A process ended, or did not answer in time; the message has the end of its log."""


@dataclass(frozen=True)
class Emulator:
    """Partner Center as the portal sees it, asked over HTTP."""

    url: str

    def customers(self, mpn_id: str) -> list[dict[str, Any]]:
        """The partner's customers with their subscriptions, as 21Vianet has them."""
        query = urlencode({"mpn_id": mpn_id})
        [partner] = _json(f"{self.url}/_emulator/state?{query}")["partners"]
        found: list[dict[str, Any]] = partner["customers"]
        return found

    def status_of(self, mpn_id: str, subscription_id: str) -> str:
        """The status of one subscription at 21Vianet."""
        return next(
            str(subscription["status"])
            for customer in self.customers(mpn_id)
            for subscription in customer["subscriptions"]
            if subscription["id"].lower() == subscription_id.lower()
        )


@dataclass
class Stack:
    """Running processes; the addresses they answer at."""

    folder: Path
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def portal_url(self) -> str:
        return self.environment["PORTAL_URL"]

    @property
    def emulator(self) -> Emulator:
        return Emulator(self.environment["EMULATOR_URL"])

    def start(self) -> None:
        """Migrate, make the demo data, start everything, and wait until it answers."""
        self._manage("migrate", "--verbosity=0")
        self._manage("createcachetable")
        self._spawn("emulator", *_emulator(self.environment, self.folder))
        self._wait("emulator", f"{self.emulator.url}/_emulator/state?limit=1")
        self._manage("demo")
        self._spawn("web", *_web(self.portal_url))
        self._spawn("worker", *CELERY, "worker", "-Q", QUEUES, "-c", "2", "-l", "INFO")
        beat_file = str(self.folder / "beat")
        self._spawn("beat", *CELERY, "beat", "-s", beat_file, "--pidfile", "")
        self._wait("web", f"{self.portal_url}/healthz")

    def stop(self) -> None:
        """End what was started, the youngest first; nothing else."""
        for process in reversed(self.running.values()):
            processes.end([process.pid])
            process.wait()

    def _spawn(self, name: str, *command: str) -> None:
        with self._log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log
            )

    def _manage(self, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotReady(f"manage.py {arguments[0]}: {(done.stdout + done.stderr)[-LOG_SHOWN:]}")

    def _wait(self, name: str, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(url):
            if self.running[name].poll() is not None or time.monotonic() > deadline:
                raise NotReady(f"{name}: {self._log(name).read_text()[-LOG_SHOWN:]}")
            time.sleep(0.1)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """A portal with demo data for the time of the block, on a database of its own."""
    server_url = os.environ["DATABASE_URL"]
    with _termination_as_interrupt(), _fresh_database(server_url) as database_url:
        stack = Stack(folder, _environment(folder, database_url))
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """A run that is told to end takes its processes and its database along, as with Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _fresh_database(server_url: str) -> Iterator[str]:
    name = f"portal_journeys_{uuid4().hex[:8]}"
    database = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "DEMO": "true",
        # Journeys ask more in a minute than one tenant may; the budget has tests of its own.
        "PARTNER_CENTER_REQUESTS_PER_MINUTE": "0",
        "SECRET_KEY": "journeys-only",
        "PORTAL_URL": f"http://{LOOPBACK}:{free_port()}",
        "EMULATOR_URL": f"http://{LOOPBACK}:{free_port()}",
        "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_FILE_PATH": str(folder / "mail"),
        "DJANGO_SETTINGS_MODULE": "partnercenter.settings",
        "PYTHONUNBUFFERED": "1",
    }


def _emulator(environment: dict[str, str], folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "vianet.emulator", "--host", LOOPBACK),
        *("--port", str(urlsplit(environment["EMULATOR_URL"]).port)),
        *("--state", str(folder / "emulator.sqlite3")),
    ]


def _web(portal_url: str) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "partnercenter.wsgi", "--workers", "2"),
        *("--threads", "4", "--bind", urlsplit(portal_url).netloc),
        *("--graceful-timeout", "3", "--no-control-socket"),
    ]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
        return json.load(response)
