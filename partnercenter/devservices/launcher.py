"""`make run`: everything of the portal in one terminal, until Ctrl-C or until one part ends."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from honcho.manager import (  # type: ignore[import-untyped]  # honcho has no types
    SYSTEM_PRINTER_NAME,
    Manager,
)
from honcho.printer import Message, Printer  # type: ignore[import-untyped]  # the same

from partnercenter.devservices import carriers, catalogues, processes, services
from partnercenter.devservices.places import CHECKOUT, run_folder
from partnercenter.devservices.ports import LOOPBACK, is_free
from partnercenter.devservices.services import Server, Services
from partnercenter.devservices.terminal import Trouble, say

DEMO_CUSTOMERS = 40
READY_SECONDS = 120
WATCH_SECONDS = 2
STOPPED_BY_HAND = (130, 143)
# A development machine's root is not the danger that Celery warns of in each worker.
QUIET_AS_ROOT = "ignore:You're running the worker with superuser privileges"
MARK = "PARTNER_PORTAL_RUN"


def run(port: int, checkout: Path = CHECKOUT) -> int:
    """Run the portal on this loopback port; returns the exit code. Raises Trouble."""
    lock = run_folder(checkout) / "run.lock"
    if services.is_held(lock):
        raise Trouble("The portal already runs from this checkout: stop it with `make stop`.")
    with services.hold(lock):
        processes.end(processes.marked_with(f"{MARK}={checkout}"))
        if not is_free(port):
            raise Trouble(
                f"Port {port} is in use by another program: choose one with "
                f"`make run PORT={port + 1}`."
            )
        return _run_on_services(services.development_services(checkout), port)


def stop(checkout: Path = CHECKOUT) -> None:
    """End what `run` started here, in whatever state it is, and the services; data is kept."""
    lock = run_folder(checkout) / "run.lock"
    if services.is_held(lock):
        processes.end([int(lock.read_text())], patience_seconds=30)
    processes.end(processes.marked_with(f"{MARK}={checkout}"))
    try:
        services.remove_abandoned(checkout)
        services.development_services(checkout).stop()
    except carriers.NoProgram:  # then none of ours can run either
        return


def watch(supervisor: int, checkout: Path = CHECKOUT) -> int:
    """Announce the portal when it answers, then restart services that end; a child of `run`.

    When `run` itself was killed, end what it left behind.
    """
    ours = services.development_services(checkout)
    _announce(os.environ["PORTAL_URL"], checkout)
    while processes.command_of(supervisor):
        for server in ours.start():
            say(f"{server.name} had ended and runs again.")
        time.sleep(WATCH_SECONDS)
    ours.stop()
    processes.end(processes.marked_with(f"{MARK}={checkout}"))
    return 1


def _run_on_services(ours: Services, port: int) -> int:
    started: Sequence[Server] = ours.servers
    try:
        started = ours.start()
        environment = _environment(services.write_environment(ours, port))
        _prepare(environment)
        return supervise(_commands(environment, port, ours), environment)
    finally:
        _stop_started(ours, started)


def _stop_started(ours: Services, started: Sequence[Server]) -> None:
    """Stop what this run started; services that ran before it go on."""
    if len(started) == len(ours.servers):
        ours.stop()
        return
    for server in started:
        server.stop()


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **addresses,
        MARK: str(CHECKOUT),
        "DJANGO_SETTINGS_MODULE": "partnercenter.settings",
        "PYTHONUNBUFFERED": "1",
    }


# --- Before anything runs -------------------------------------------------------------------------
def _prepare(environment: Mapping[str, str]) -> None:
    catalogues.compile_catalogues()
    _manage(environment, "migrate", "--verbosity=0")
    url = environment["DATABASE_URL"]
    if not _asked(url, "SELECT to_regclass('cache') IS NOT NULL"):
        _manage(environment, "createcachetable")
    if not _asked(url, "SELECT EXISTS (SELECT 1 FROM partners_partner)"):
        _fill(environment)


def _fill(environment: Mapping[str, str]) -> None:
    """Make the demo data; it is read from a running emulator."""
    say("Making demo data, once…")
    emulator = subprocess.Popen(_emulator(environment), cwd=CHECKOUT, env=environment)  # noqa: S603
    try:
        _wait_for_port(environment["EMULATOR_URL"], emulator)
        _manage(environment, "demo")
    finally:
        emulator.terminate()
        emulator.wait()


def _asked(database_url: str, question: LiteralString) -> bool:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(question).fetchone()
    return bool(row and row[0])


def _manage(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=environment, check=False
    )
    if done.returncode:
        raise Trouble(f"`manage.py {arguments[0]}` failed; what it said is above.")


def _wait_for_port(url: str, process: subprocess.Popen[bytes]) -> None:
    port = urlsplit(url).port or 0
    deadline = time.monotonic() + READY_SECONDS
    while is_free(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Trouble("The emulator of Partner Center did not start; see above.")
        time.sleep(0.1)


# --- What runs ------------------------------------------------------------------------------------
def _commands(environment: Mapping[str, str], port: int, ours: Services) -> dict[str, list[str]]:
    celery = [sys.executable, "-W", QUIET_AS_ROOT, "-m", "celery", "-q", "-A", "partnercenter"]
    worker = [*celery, "worker", "-l", "INFO", "--without-mingle", "--without-gossip"]
    run_directory = str(ours.state)
    return {
        **{server.program.path.name: _follow(server) for server in ours.servers},
        "emulator": _emulator(environment),
        "web": [
            *(sys.executable, "-m", "gunicorn", "partnercenter.wsgi", "--reload"),
            *("--workers", "2", "--threads", "4", "--bind", f"{LOOPBACK}:{port}"),
            *("--graceful-timeout", "3", "--no-control-socket"),
        ],
        "unblock": [*worker, "-Q", "unblock", "-n", "unblock@%h", "-c", "1"],
        "work": [*worker, "-Q", "suspend,mail,import,celery", "-n", "work@%h", "-c", "2"],
        "beat": [*celery, "beat", "-s", f"{run_directory}/beat", "--pidfile", ""],
        "portal": [
            *(sys.executable, "-m", "partnercenter.devservices", "watch", str(os.getpid())),
        ],
    }


def _emulator(environment: Mapping[str, str]) -> list[str]:
    return [
        *(sys.executable, "-m", "vianet.emulator", "--host", LOOPBACK),
        *("--port", str(urlsplit(environment["EMULATOR_URL"]).port)),
        *("--state", str(run_folder(CHECKOUT) / "emulator.sqlite3")),
        *("--customers", str(DEMO_CUSTOMERS)),
    ]


def _follow(server: Server) -> list[str]:
    return ["tail", "-n", "0", "-F", str(server.log)]


class _Terminal(Printer):  # type: ignore[misc]  # honcho has no types
    """Prints every line and remembers which process ended first."""

    first_end: tuple[str, int] | None = None

    def write(self, message: Message) -> None:
        super().write(message)
        ended = re.match(r"(\S+) stopped \(rc=(-?\d+)\)", str(message.data))
        if message.name == SYSTEM_PRINTER_NAME and ended and self.first_end is None:
            self.first_end = ended[1], int(ended[2])


class _Supervisor(Manager):  # type: ignore[misc]  # the same
    """Keeps a Ctrl-C that comes before every process has told its pid; honcho would break."""

    asked_early = False

    def terminate(self) -> None:
        self.asked_early = not super()._all_started()
        if not self.asked_early:
            super().terminate()

    def _all_started(self) -> bool:
        started = bool(super()._all_started())
        if started and self.asked_early:
            self.terminate()
        return started


def supervise(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run all until a signal (0) or until one ends. Raises Trouble that names the first to end."""
    terminal = _Terminal(sys.stdout)
    manager = _Supervisor(terminal)
    for name, command in commands.items():
        line = f"exec {shlex.join(command)}"
        manager.add_process(name, line, env=dict(environment), cwd=str(CHECKOUT))
    manager.loop()
    if manager.returncode in STOPPED_BY_HAND:
        say("Stopped; the data is kept.")
        return 0
    name, code = terminal.first_end or ("a process", 1)
    raise Trouble(f"{name} ended with exit code {code}, so everything was stopped.")


# --- When it answers ------------------------------------------------------------------------------
def _announce(portal_url: str, checkout: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(f"{portal_url}/healthz"):
        if time.monotonic() > deadline:
            raise Trouble(f"The portal did not answer at {portal_url}/healthz.")
        time.sleep(0.1)
    say("")
    say(f"The portal is ready: {portal_url}")
    for line in _sign_ins(run_folder(checkout) / "demo.json"):
        say(line)
    say("Ctrl-C stops everything; the data is kept.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _sign_ins(path: Path) -> list[str]:
    if not path.exists():
        return []
    people = json.loads(path.read_text())
    return [
        f"  {person['email']:<40} {person['password']:<24} "
        f"{person.get('partner') or '':<10} {', '.join(person.get('roles') or [])}"
        for person in people
    ]
