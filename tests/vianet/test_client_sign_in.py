"""Both grants, and what becomes of a rejected token, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.vianet.conftest import MPN_ID, Patch
from vianet import wire
from vianet.client import (
    Credentials,
    PartnerCenter,
    Throttled,
    Unauthorized,
    Unreachable,
)
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorHandle

ON_READ = {"match": {"method": "GET", "path_regex": "/subscriptions/"}}


def read(client: PartnerCenter, subscription: wire.Subscription) -> wire.Subscription:
    return client.subscription(subscription.customer_id, subscription.id)


def patches(emulator: EmulatorHandle) -> list[dict[str, object]]:
    return emulator.requests(method="PATCH")


def test_one_token_serves_many_threads(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    emulator.forget_requests()
    emulator.revoke_tokens()

    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: read(partner_center, base).status, range(32)))

    assert seen == ["active"] * 32
    assert len(emulator.requests(path="oauth2/token")) == 1


def test_the_refresh_token_grant_signs_in(emulator: EmulatorHandle) -> None:
    partner = demo_partner(MPN_ID)
    credentials = Credentials(partner.client_id, partner.client_secret, partner.refresh_token)

    with PartnerCenter(emulator.endpoint(MPN_ID), credentials) as client:
        assert len(list(client.customers())) == 12


@pytest.mark.parametrize(
    ("secret", "refresh_token", "status", "code"),
    [
        ("wrong-canary", None, 401, "invalid_client"),
        (demo_partner(MPN_ID).client_secret, "wrong-canary", 400, "invalid_grant"),
    ],
)
def test_wrong_credentials_are_unauthorized_and_unnamed(
    emulator: EmulatorHandle, secret: str, refresh_token: str | None, status: int, code: str
) -> None:
    wrong = Credentials(demo_partner(MPN_ID).client_id, secret, refresh_token)

    with (
        PartnerCenter(emulator.endpoint(MPN_ID), wrong) as client,
        pytest.raises(Unauthorized) as caught,
    ):
        list(client.customers())

    assert (caught.value.status, caught.value.code) == (status, code)
    assert "canary" not in f"{caught.value} {caught.value!r}"


def test_a_rejected_token_is_replaced_once(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    emulator.plan_faults({**ON_READ, "do": "status", "status": 401, "times": 9})

    with pytest.raises(Unauthorized):
        read(partner_center, base)

    assert len(emulator.requests(path="/subscriptions/")) == 2


def test_a_patch_under_an_expired_token_is_done_once(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    emulator.revoke_tokens()

    patch(base, "suspended")

    assert [entry["status"] for entry in patches(emulator)] == [401, 200]


def test_an_unreachable_authority_is_unreachable(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    emulator.plan_faults({"match": {"path_regex": "token"}, "do": "drop_request", "times": 9})

    with pytest.raises(Unreachable):
        list(partner_center.customers())


@pytest.mark.parametrize("token", [{}, {"access_token": ""}, {"access_token": "a\nb"}, []])
def test_an_unreadable_token_is_unreachable(
    emulator: EmulatorHandle, partner_center: PartnerCenter, token: object
) -> None:
    emulator.plan_faults(
        {"match": {"path_regex": "token"}, "do": "status", "status": 200, "body": token}
    )

    with pytest.raises(Unreachable, match="token"):
        list(partner_center.customers())


def test_a_throttled_authority_is_throttled(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    emulator.plan_faults({"match": {"path_regex": "token"}, "do": "status", "status": 429})

    with pytest.raises(Throttled) as caught:
        list(partner_center.customers())

    assert caught.value.retry_after_seconds == 57
