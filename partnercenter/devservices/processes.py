"""Processes of this machine, asked for what they are and not only whether they exist."""

import os
import signal
import subprocess
import time
from pathlib import Path

Completed = subprocess.CompletedProcess[str]
PROC = Path("/proc")


def command_of(pid: int) -> str:
    """The command line of a process, empty when there is no such process."""
    if PROC.joinpath("self").exists():
        try:
            return PROC.joinpath(str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            return ""
    listed = subprocess.run(  # noqa: S603 - a fixed command with a number
        ["ps", "-o", "args=", "-p", str(pid)],  # noqa: S607 - wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout


def marked_with(variable: str) -> list[int]:
    """Pids whose environment holds this `NAME=value`; empty where there is no /proc."""
    mark = variable.encode()
    return [
        int(folder.name)
        for folder in PROC.glob("[0-9]*")
        if int(folder.name) != os.getpid() and mark in _environment(folder).split(b"\0")
    ]


def end(pids: list[int], *, patience_seconds: float = 10) -> None:
    """Ask processes to end, and make them when they don't."""
    _signal(pids, signal.SIGTERM)
    deadline = time.monotonic() + patience_seconds
    while any(map(command_of, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal([pid for pid in pids if command_of(pid)], signal.SIGKILL)


def _environment(folder: Path) -> bytes:
    try:
        return folder.joinpath("environ").read_bytes()
    except OSError:
        return b""


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
