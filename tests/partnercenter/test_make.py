"""What `make` stands on: finding Python, running all parts, catalogues and the closing line."""

# ruff: noqa: S603 - these tests start the programs they are about

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from partnercenter.devservices import catalogues, services, suites
from partnercenter.devservices.places import CHECKOUT, run_folder


# --- `make run` -----------------------------------------------------------------------------------
@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """The machinery alone, as in a fresh checkout."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "partnercenter", tmp_path / "partnercenter", ignore=ignored)
    return tmp_path


def test_run_on_a_busy_port_names_it_and_the_way_out(bare_checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "partnercenter.devservices", "run", "--port", str(port)],
            cwd=bare_checkout,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Port {port} is in use by another program: choose one with `make run PORT={port + 1}`.\n"
    )


def test_a_second_run_is_refused(bare_checkout: Path) -> None:
    state = run_folder(bare_checkout)
    with services.hold(state / "run.lock"):
        refused = subprocess.run(
            [sys.executable, "-m", "partnercenter.devservices", "run"],
            cwd=bare_checkout,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (refused.returncode, refused.stderr) == (
        1,
        "The portal already runs from this checkout: stop it with `make stop`.\n",
    )


SUPERVISE = (
    "import os, sys; from partnercenter.devservices.launcher import supervise\n"
    "print(supervise({'web': ['sleep', '60'], 'beat': sys.argv[1:]}, os.environ))\n"
)


def test_supervise_stops_all_and_names_the_one_that_ended() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SUPERVISE, "sh", "-c", "exit 3"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "beat ended with exit code 3, so everything was stopped." in ended.stderr
    assert "web stopped" in ended.stdout


@pytest.mark.parametrize(
    ("sent", "awaited"),
    [(signal.SIGINT, "| up"), (signal.SIGTERM, "| up"), (signal.SIGINT, "web started")],
)
def test_supervise_stops_all_on_a_signal(sent: signal.Signals, awaited: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, "sh", "-c", "echo up; exec sleep 60"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout
        next(line for line in supervisor.stdout if awaited in line)
        supervisor.send_signal(sent)
        said, _errors = supervisor.communicate(timeout=60)
    assert said.endswith("Stopped; the data is kept.\n0\n")


# --- Python and the environment -------------------------------------------------------------------
def find_python(path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Ask with nothing in PATH but this folder and what the script itself needs."""
    needed = shutil.which("dirname")
    assert needed
    (path / "dirname").symlink_to(needed)
    return subprocess.run(
        ["/bin/sh", CHECKOUT / "partnercenter/devservices/environment.sh", "python"],
        env={"PATH": str(path), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def write_python(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_only_old_pythons_get_one_sentence(tmp_path: Path) -> None:
    write_python(tmp_path / "python3", "exit 1")
    found = find_python(tmp_path, home=tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith("Python 3.12 or newer is needed")
    assert found.stderr.count("\n") == 1


def test_python_is_found_below_pyenv_when_its_shim_fails(tmp_path: Path) -> None:
    real = tmp_path / ".pyenv" / "versions" / "3.12.9" / "bin" / "python"
    write_python(tmp_path / "shims" / "python3.12", "exit 127")
    write_python(real, f'exec {sys.executable} "$@"')
    found = find_python(tmp_path / "shims", home=tmp_path)
    assert found.stdout == f"{real}\n"


# --- Catalogues and closing line ------------------------------------------------------------------
def write_catalogue(root: Path, language: str, entries: str) -> Path:
    path = root / "locale" / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    path.write_text(head + entries)
    return path


def test_compile_catalogues_writes_only_what_is_stale(tmp_path: Path) -> None:
    path = write_catalogue(tmp_path, "it", 'msgid "Suspend"\nmsgstr "sospendi"\n')
    root = tmp_path / "locale"
    assert [catalogues.compile_catalogues(root) for _ in range(2)] == [1, 0]
    os.utime(path, (time.time() + 60,) * 2)
    assert catalogues.compile_catalogues(root) == 1


def test_shortcomings_name_each_text_that_is_not_translated(tmp_path: Path) -> None:
    write_catalogue(
        tmp_path,
        "it",
        'msgid "Hold"\nmsgstr ""\n\n#, fuzzy\nmsgid "Promise"\nmsgstr "promessa"\n\n'
        'msgid "%(count)s due"\nmsgstr "%(conto)s scaduti"\n\nmsgid "Suspend"\nmsgstr "sospendi"\n',
    )
    write_catalogue(tmp_path, "zh_Hans", 'msgid "Sweep"\nmsgstr "巡检"\n')
    found = catalogues.shortcomings(tmp_path / "locale")
    assert {
        "it: not translated: 'Hold'",
        "it: fuzzy: 'Promise'",
        "it: other placeholders: '%(count)s due'",
        "it: missing: 'Sweep'",
        "zh_Hans: missing: 'Suspend'",
    } <= set(found)
    assert "it: missing: 'Suspend'" not in found


def test_shortcomings_name_a_missing_catalogue(tmp_path: Path) -> None:
    found = catalogues.shortcomings(tmp_path / "locale")
    assert found == [
        f"{language}: there is no locale/{language}/LC_MESSAGES/django.po"
        for language in ("zh_Hans", "it")
    ]


def test_closing_line_sums_both_runs() -> None:
    line = suites.closing_line(
        [
            "...\n=========== 1 failed, 10 passed, 2 skipped in 61.50s (0:01:01) ===========\n",
            "...\n============= 3 passed, 10 deselected, 1 error in 2.50s =============\n",
        ]
    )
    assert "1 failed, 13 passed, 2 skipped, 1 errors in 64.00s" in line
