"""The emulator as its own process: ready when it says so, and its state outlives it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.vianet.conftest import MPN_ID
from vianet.client import PartnerCenter
from vianet.emulator.process import ROOT, EmulatorProcess


@pytest.fixture
def process() -> Iterator[EmulatorProcess]:
    with EmulatorProcess(customers=3) as running:
        yield running


def test_state_survives_kill_9(process: EmulatorProcess) -> None:
    with PartnerCenter(process.endpoint(MPN_ID), process.credentials(MPN_ID)) as client:
        customer = next(client.customers())
        base = client.subscriptions(customer.id)[0]
        client.patch_subscription_status(
            base, "suspended", request_id=uuid4(), correlation_id=uuid4()
        )
        url = process.url

        process.kill_and_restart()

        assert process.url == url
        assert client.subscription(customer.id, base.id).status == "suspended"
        assert len(process.requests(method="PATCH")) == 1


def test_sigterm_ends_it_cleanly(process: EmulatorProcess) -> None:
    os.kill(process.pid, signal.SIGTERM)

    assert process._process.wait(10) == 0


def test_a_busy_port_gets_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        ended = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "vianet.emulator", "--port", port, "--state", tmp_path / "s"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 1
    assert f"can't listen on 127.0.0.1:{port}" in ended.stderr
    assert ended.stderr.count("\n") == 1
