"""What an observer of exchanges is told, over real HTTP."""

from uuid import uuid4

import pytest

from tests.vianet.conftest import MPN_ID
from vianet import wire
from vianet.client import (
    Exchange,
    OutcomeUnknown,
    PartnerCenter,
)
from vianet.emulator.process import EmulatorHandle

ON_PATCH = {"match": {"method": "PATCH"}}


def test_every_exchange_is_told_without_secrets(
    emulator: EmulatorHandle, base: wire.Subscription
) -> None:
    told: list[Exchange] = []
    endpoint, credentials = emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)
    request_id, correlation_id = uuid4(), uuid4()

    with PartnerCenter(endpoint, credentials, on_exchange=told.append) as client:
        client.patch_subscription_status(
            base, "suspended", request_id=request_id, correlation_id=correlation_id
        )

    path = f"/v1/customers/{base.customer_id}/subscriptions/{base.id}"
    assert [(seen.method, seen.status) for seen in told] == [("POST", 200), ("PATCH", 200)]
    assert (told[1].path, told[1].request_id, told[1].correlation_id) == (
        path,
        request_id,
        correlation_id,
    )
    assert 0 < told[1].duration_seconds < 5
    assert credentials.client_secret not in repr(told)


def test_an_exchange_without_answer_is_told_too(
    emulator: EmulatorHandle, base: wire.Subscription
) -> None:
    told: list[Exchange] = []
    emulator.plan_faults({**ON_PATCH, "do": "drop_request"})
    endpoint, credentials = emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)

    with (
        PartnerCenter(endpoint, credentials, on_exchange=told.append) as client,
        pytest.raises(OutcomeUnknown),
    ):
        client.patch_subscription_status(
            base, "suspended", request_id=uuid4(), correlation_id=uuid4()
        )

    assert (told[-1].method, told[-1].status) == ("PATCH", None)


def test_a_failing_observer_changes_nothing(
    emulator: EmulatorHandle, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Exchange) -> None:
        raise RuntimeError

    with PartnerCenter(
        emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID), on_exchange=fail
    ) as client:
        assert len(list(client.customers())) == 12

    assert "observer" in caplog.text


def test_reads_carry_the_correlation_id_given(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    correlation_id = uuid4()

    list(partner_center.customers(page_size=5, correlation_id=correlation_id))

    seen = emulator.requests(path="/v1/customers")
    assert {entry["correlation_id"] for entry in seen} == {str(correlation_id)}
    assert len({entry["request_id"] for entry in seen}) == 3
