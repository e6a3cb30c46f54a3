"""The portal's own processes, started for tests and stopped by pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from celery import Celery

from partnercenter.devservices.launcher import QUIET_AS_ROOT
from partnercenter.devservices.places import CHECKOUT
from partnercenter.devservices.valkey import Valkey
from vianet.emulator.process import EmulatorProcess

STOP_SECONDS = 20
LEASE_SECONDS = 3
WORK_QUEUES = "suspend,mail,import,celery"


class Portal:
    """Workers and beats on a database, a broker and an emulator of their own."""

    def __init__(
        self, broker: Valkey, emulator: EmulatorProcess, database_url: str, folder: Path
    ) -> None:
        self.broker = broker
        self.emulator = emulator
        self.folder = folder
        self.environment: Mapping[str, str] = {
            **os.environ,
            "PARTNER_CENTER_REQUESTS_PER_MINUTE": "0",
            "DATABASE_URL": database_url,
            "REDIS_URL": broker.url,
            "EMULATOR_URL": emulator.url,
            "DEMO": "true",
            "STATUS_CHANGE_LEASE_SECONDS": str(LEASE_SECONDS),
            "EMAIL_FILE_PATH": str(folder / "mail"),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *, beats: int = 1) -> None:
        """Both workers as in production, and the clock that ticks for them."""
        self.start_worker("unblock", "unblock", children=1)
        self.start_worker("work", WORK_QUEUES, children=2)
        for number in range(beats):
            self.start_beat(f"beat-{number}")

    def start_worker(self, name: str, queues: str, children: int) -> None:
        self._start(
            name,
            *("worker", "-l", "WARNING", "--without-mingle", "--without-gossip"),
            *("-Q", queues, "-n", f"{name}@%h", "-c", str(children)),
        )

    def start_beat(self, name: str) -> None:
        self._start(name, "beat", "-s", str(self.folder / name), "--pidfile", "")

    def kill(self, name: str) -> None:
        """Kill -9 of the process and all its children at once."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ask all to end, and make them when they don't."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while self._alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        for name in self._alive():
            self.kill(name)

    def send(self, task: str, queue: str, times: int = 1) -> None:
        """Deliver a task by hand."""
        app = Celery(broker=self.broker.url, set_as_current=False)
        with app.connection_for_write() as connection:
            for _ in range(times):
                app.send_task(task, queue=queue, connection=connection)

    def run_python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Code of ours in a process of its own, as a web worker would run it."""
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _alive(self) -> list[str]:
        return [name for name, process in self._running.items() if process.poll() is None]

    def _start(self, name: str, *arguments: str) -> None:
        command = [sys.executable, "-W", QUIET_AS_ROOT, "-m", "celery", "-q", "-A", "partnercenter"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*command, *arguments],
                cwd=CHECKOUT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def eventually(is_true: Callable[[], bool], *, within_seconds: float) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.2)
    return is_true()
