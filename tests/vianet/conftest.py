"""An emulator for each test, a client of it, and a server that says whatever a test wants."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from vianet import wire
from vianet.client import Accepted, Endpoint, PartnerCenter, Timeouts
from vianet.emulator.process import EmulatorHandle, running_emulator

EXAMPLES = Path(__file__).parent / "examples"
MPN_ID = "4390934"

type Example = Callable[[str], dict[str, object]]
type Patch = Callable[[wire.Subscription, str], wire.Subscription | Accepted]
type Says = Callable[[bytes], Endpoint]


@pytest.fixture
def example() -> Example:
    return lambda name: json.loads((EXAMPLES / f"{name}.json").read_text())


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator(customers=12) as handle:
        yield handle


@pytest.fixture
def partner_center(emulator: EmulatorHandle) -> Iterator[PartnerCenter]:
    quick = Timeouts(connect=2, read=0.5, whole=2)
    endpoint, credentials = emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)
    with PartnerCenter(endpoint, credentials, timeouts=quick) as client:
        yield client


@pytest.fixture
def base(partner_center: PartnerCenter) -> wire.Subscription:
    """An active base subscription with an active add-on."""
    customer = next(partner_center.customers())
    return partner_center.subscriptions(customer.id)[0]


@pytest.fixture
def patch(partner_center: PartnerCenter) -> Patch:
    """PATCH under new ids."""

    def send(subscription: wire.Subscription, status: str) -> wire.Subscription | Accepted:
        return partner_center.patch_subscription_status(
            subscription, status, request_id=uuid4(), correlation_id=uuid4()
        )

    return send


@pytest.fixture
def server_saying() -> Iterator[Says]:
    """Starts a server that gives a token, and answers all else with exactly these bytes."""
    listeners: list[tuple[socket.socket, threading.Thread]] = []

    def start(said: bytes) -> Endpoint:
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer_all, args=(listener, said))
        thread.start()
        listeners.append((listener, thread))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return Endpoint(base_url=url, authority=url, resource=url, tenant_id="tenant")

    yield start
    for listener, thread in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


TOKEN = b'{"access_token": "access-canary", "expires_in": "3600"}'


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _answer_all(listener: socket.socket, said: bytes) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            asked = connection.recv(65536)
            is_token = b"/oauth2/token " in asked and b"refuse-token" not in said
            try:
                connection.sendall(http("200 OK", TOKEN) if is_token else said)
            except OSError:
                continue
