"""Changing a status: what is sent, sent once, and what each answer means."""

import json
from uuid import uuid4

import pytest

from tests.vianet.conftest import Patch
from vianet import wire
from vianet.client import (
    Accepted,
    Conflict,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PartnerCenter,
    Refused,
    StaleResource,
    Throttled,
)
from vianet.emulator.process import EmulatorHandle

ON_PATCH = {"match": {"method": "PATCH"}}


def read(client: PartnerCenter, subscription: wire.Subscription) -> wire.Subscription:
    return client.subscription(subscription.customer_id, subscription.id)


def patches(emulator: EmulatorHandle) -> list[dict[str, object]]:
    return emulator.requests(method="PATCH")


@pytest.mark.parametrize("status", ["suspended", "active"])
def test_patch_sends_the_resource_as_read_with_the_status(
    emulator: EmulatorHandle,
    partner_center: PartnerCenter,
    base: wire.Subscription,
    status: str,
) -> None:
    request_id, correlation_id = uuid4(), uuid4()

    after = partner_center.patch_subscription_status(
        base, status, request_id=request_id, correlation_id=correlation_id
    )

    sent = patches(emulator)[0]
    assert isinstance(after, wire.Subscription)
    assert (after.status, after.etag == base.etag) == (status, False)
    assert json.loads(str(sent["body"])) == {**base.raw, "status": status}
    assert (sent["request_id"], sent["correlation_id"]) == (str(request_id), str(correlation_id))


def test_patch_guards_with_the_etag_in_double_quotes(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    patch(base, "suspended")

    with pytest.raises(StaleResource) as caught:
        patch(base, "active")

    assert (caught.value.status, caught.value.code) == (400, "2055")


def test_patch_of_a_stale_resource_may_answer_412(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    emulator.set(stale_status=412)
    emulator.plan_faults({**ON_PATCH, "do": "stale_etag"})

    with pytest.raises(StaleResource) as caught:
        patch(base, "suspended")

    assert caught.value.status == 412


def test_suspending_without_an_etag_sends_nothing(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    unguarded = wire.subscription({**base.raw, "attributes": {"etag": ""}}, base.customer_id)

    with pytest.raises(StaleResource):
        patch(unguarded, "suspended")

    assert patches(emulator) == []


def test_reactivating_without_an_etag_is_sent(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    patch(base, "suspended")
    unguarded = wire.subscription({**base.raw, "attributes": {"etag": ""}}, base.customer_id)

    after = patch(unguarded, "active")

    assert isinstance(after, wire.Subscription)
    assert after.status == "active"


def test_the_same_request_id_has_one_effect(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    ids = {"request_id": uuid4(), "correlation_id": uuid4()}
    emulator.plan_faults({**ON_PATCH, "do": "drop_response_after_effect"})
    with pytest.raises(OutcomeUnknown):
        partner_center.patch_subscription_status(base, "suspended", **ids)
    done = read(partner_center, base)

    again = partner_center.patch_subscription_status(base, "suspended", **ids)

    assert again == done == read(partner_center, base)


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop_request"},
        {"do": "drop_response_after_effect"},
        {"do": "late_apply"},
        {"do": "status", "status": 500},
        {"do": "status", "status": 503, "after_effect": True},
        {"do": "status", "status": 504},
        {"do": "status", "status": 408},
        {"do": "status", "status": 307, "headers": {"Location": "https://evil.example/"}},
        {"do": "html"},
        {"do": "truncate"},
        {"do": "empty"},
        {"do": "gzip_bomb"},
    ],
    ids=lambda fault: f"{fault['do']}-{fault.get('status', '')}",
)
def test_patch_without_a_readable_answer_is_unknown_and_sent_once(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch, fault: dict[str, object]
) -> None:
    emulator.plan_faults({**ON_PATCH, **fault})

    with pytest.raises(OutcomeUnknown) as caught:
        patch(base, "suspended")

    assert caught.value.request_id is not None
    assert len(patches(emulator)) == 1


def test_patch_that_takes_too_long_is_unknown(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "delay", "seconds": 0.8, "after_effect": True})

    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        patch(base, "suspended")


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"code": 2011, "description": "deleted"}, Refused, "2011"),
        (400, {"code": 2006, "description": "not allowed for offer"}, Refused, "2006"),
        (403, {"code": 2006, "description": "partner not valid"}, Forbidden, "2006"),
        (403, {"code": 800039, "description": "program status"}, Forbidden, "800039"),
        (404, {"code": 20003, "description": "not found"}, NotFound, "20003"),
        (409, {"code": 800060, "description": "in progress"}, Conflict, "800060"),
        (409, "no object", Conflict, ""),
        (417, {"code": 800036}, Refused, "800036"),
    ],
)
def test_patch_says_why_it_was_refused(
    *,
    emulator: EmulatorHandle,
    base: wire.Subscription,
    patch: Patch,
    status: int,
    body: object,
    kind: type[Exception],
    code: str,
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "status", "status": status, "body": body})

    with pytest.raises(kind) as caught:
        patch(base, "suspended")

    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, code)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "9"}, 9), ({}, 57), ({"Retry-After": "Tue, 21 Jul 2020 04:10:58 GMT"}, 0)],
)
def test_patch_is_throttled_for_as_long_as_told(
    emulator: EmulatorHandle,
    base: wire.Subscription,
    patch: Patch,
    headers: dict[str, str],
    seconds: int,
) -> None:
    body = {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."}
    emulator.plan_faults(
        {**ON_PATCH, "do": "status", "status": 429, "headers": headers, "body": body}
    )

    with pytest.raises(Throttled) as caught:
        patch(base, "suspended")

    assert caught.value.retry_after_seconds == seconds
    assert len(patches(emulator)) == 1


def test_patch_may_be_accepted_and_applied_later(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "accepted", "seconds": 3600})

    accepted = patch(base, "suspended")

    path = f"/customers/{base.customer_id}/subscriptions/{base.id}"
    assert accepted == Accepted(path)
    assert read(partner_center, base).status == "active"
