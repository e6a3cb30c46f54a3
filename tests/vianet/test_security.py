"""What a hostile network or server can't make the client do."""

import gzip
import logging
from uuid import uuid4

import pytest

from tests.vianet.conftest import MPN_ID, Says, http
from vianet import wire
from vianet.client import Credentials, OutcomeUnknown, PartnerCenter, Timeouts, Unreachable
from vianet.emulator.process import EmulatorHandle

CREDENTIALS = Credentials("client", "secret-canary", "refresh-canary")
QUICK = Timeouts(connect=1, read=1, whole=1)
SIX_MIB = 6 * 1024 * 1024


def read_customer(says: Says, said: bytes) -> wire.Customer:
    with PartnerCenter(says(said), CREDENTIALS, timeouts=QUICK, get_attempts=1) as client:
        return client.customer("c")


def test_a_readable_answer_is_read(server_saying: Says) -> None:
    assert read_customer(server_saying, http("200 OK", b'{"id": "c"}')).id == "c"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirects_are_not_followed(
    server_saying: Says, emulator: EmulatorHandle, status: str
) -> None:
    said = http(status, b"", f"Location: {emulator.url}/v1/customers/c")

    with pytest.raises(Unreachable):
        read_customer(server_saying, said)

    assert emulator.requests() == []


@pytest.mark.parametrize(
    "said",
    [
        http("200 OK", b" " * SIX_MIB),
        http("200 OK", gzip.compress(b" " * 20 * SIX_MIB), "Content-Encoding: gzip"),
        http("200 OK", b"{}", "Content-Encoding: br"),
        http("200 OK", b'{"id": "c"}')[:-3],
        http("200 OK", b"{}", "X-Large: " + "x" * 2_000_000),
        b"not http at all\r\n\r\n",
        b"",
    ],
    ids=["large", "bomb", "brotli", "cut off", "large header", "no http", "closed"],
)
def test_unusable_answers_are_unreachable(server_saying: Says, said: bytes) -> None:
    with pytest.raises(Unreachable):
        read_customer(server_saying, said)


def test_a_trickling_answer_ends(emulator: EmulatorHandle) -> None:
    emulator.set(latency_ms=300)
    impatient = Timeouts(connect=1, read=5, whole=0.1)
    endpoint, credentials = emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)

    with (
        PartnerCenter(endpoint, credentials, timeouts=impatient, get_attempts=1) as client,
        pytest.raises(Unreachable, match="TookTooLong"),
    ):
        list(client.customers())


def test_proxy_variables_are_ignored(
    emulator: EmulatorHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with PartnerCenter(emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)) as client:
        assert len(list(client.customers())) == 12


def test_nobody_there_is_unreachable_for_reads_and_unknown_for_changes(
    server_saying: Says,
) -> None:
    endpoint = server_saying(b"")
    subscription = wire.subscription(
        {"id": "s", "status": "active", "attributes": {"etag": "e"}}, "c"
    )

    with PartnerCenter(endpoint, CREDENTIALS, timeouts=QUICK, get_attempts=1) as client:
        with pytest.raises(Unreachable):
            client.customer("c")
        with pytest.raises(OutcomeUnknown):
            client.patch_subscription_status(
                subscription, "suspended", request_id=uuid4(), correlation_id=uuid4()
            )


def test_secrets_never_show(server_saying: Says, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = b'{"error": "secret-canary", "error_description": "refresh-canary refuse-token"}'

    with PartnerCenter(
        server_saying(http("401 Unauthorized", echo)), CREDENTIALS, timeouts=QUICK
    ) as client:
        with pytest.raises(Exception, match="no token") as caught:
            client.customer("c")
        shown = f"{client!r} {client._transport!r} {client._tokens!r}"

    assert "canary" not in f"{shown} {caught.value} {caught.value!r} {caught.value.__dict__}"
    assert "canary" not in caplog.text


def test_the_access_token_never_shows(
    server_saying: Says, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(Unreachable) as caught:
        read_customer(server_saying, http("200 OK", b"<html>"))

    assert "canary" not in f"{caught.value!r} {caplog.text}"


def test_etags_that_would_split_a_header_are_not_sent(
    emulator: EmulatorHandle,
) -> None:
    split = {"id": "s", "status": "active", "attributes": {"etag": "a\r\nX-Evil: 1"}}

    with (
        PartnerCenter(emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)) as client,
        pytest.raises(OutcomeUnknown, match="header"),
    ):
        client.patch_subscription_status(
            wire.subscription(split, "c"), "suspended", request_id=uuid4(), correlation_id=uuid4()
        )

    assert emulator.requests(method="PATCH") == []
