"""The client against the emulator, over real HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.vianet.conftest import MPN_ID, Patch
from vianet import wire
from vianet.client import (
    Accepted,
    Conflict,
    Credentials,
    Exchange,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PartnerCenter,
    Refused,
    StaleResource,
    Throttled,
    Timeouts,
    Unauthorized,
    Unreachable,
)
from vianet.connection import IdentifierRefused
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorHandle

OTHER_MPN_ID = "4390935"
ON_PATCH = {"match": {"method": "PATCH"}}
ON_READ = {"match": {"method": "GET", "path_regex": "/subscriptions/"}}


def read(client: PartnerCenter, subscription: wire.Subscription) -> wire.Subscription:
    return client.subscription(subscription.customer_id, subscription.id)


def patches(emulator: EmulatorHandle) -> list[dict[str, object]]:
    return emulator.requests(method="PATCH")


# Reading


@pytest.mark.parametrize("page_size", [1, 5, 11, 12, 13, 500, 0])
def test_customers_come_once_each_over_all_pages(
    partner_center: PartnerCenter, page_size: int
) -> None:
    ids = [customer.id for customer in partner_center.customers(page_size)]

    assert (len(ids), len(set(ids))) == (12, 12)


def test_customers_are_read_as_they_are_consumed(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    next(partner_center.customers(page_size=3))

    assert len(emulator.requests(path="/v1/customers")) == 1


def test_customer_has_what_lists_omit(partner_center: PartnerCenter) -> None:
    listed = next(partner_center.customers())

    full = partner_center.customer(listed.id)

    assert (listed.email, listed.language, listed.allow_delegated_access) == (None, None, None)
    assert full.email == f"it@{full.domain}"
    assert (full.language, full.allow_delegated_access) == ("zh", True)


def test_subscriptions_and_addons_name_their_customer(
    partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    addons = partner_center.addons(base.customer_id, base.id)

    assert [addon.parent_subscription_id for addon in addons] == [base.id]
    assert {addon.customer_id for addon in addons} == {base.customer_id}


def test_reads_are_retried_on_5xx_and_dropped_connections(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    emulator.plan_faults(
        {**ON_READ, "do": "status", "status": 502}, {**ON_READ, "do": "drop_request"}
    )

    assert read(partner_center, base) == base


def test_reads_give_up_after_a_few_tries(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    emulator.plan_faults({**ON_READ, "do": "status", "status": 503, "times": 9})

    with pytest.raises(Unreachable) as caught:
        read(partner_center, base)

    assert caught.value.status == 503
    assert len(emulator.requests(path="/subscriptions/")) == 3


@pytest.mark.parametrize("fault", ["html", "truncate", "empty", "gzip_bomb"])
def test_unreadable_reads_are_unreachable_and_not_repeated(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, fault: str
) -> None:
    emulator.plan_faults({**ON_READ, "do": fault})

    with pytest.raises(Unreachable):
        read(partner_center, base)

    assert len(emulator.requests(path="/subscriptions/")) == 1


def test_slow_reads_are_unreachable(emulator: EmulatorHandle, base: wire.Subscription) -> None:
    emulator.plan_faults({**ON_READ, "do": "delay", "seconds": 0.4})
    endpoint, credentials = emulator.endpoint(MPN_ID), emulator.credentials(MPN_ID)
    hasty = Timeouts(connect=1, read=0.1)

    with (
        PartnerCenter(endpoint, credentials, timeouts=hasty, get_attempts=1) as client,
        pytest.raises(Unreachable, match="ReadTimeout"),
    ):
        read(client, base)


def test_a_byte_order_mark_is_no_harm(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    emulator.plan_faults({**ON_READ, "do": "bom"})

    assert read(partner_center, base) == base


def test_another_resource_than_asked_for_is_unreachable(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    swapped = {"id": "another", "status": "active"}
    emulator.plan_faults({**ON_READ, "do": "status", "status": 200, "body": swapped})

    with pytest.raises(Unreachable, match="another resource"):
        read(partner_center, base)


def test_pages_in_a_circle_are_noticed(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    header = {"key": "MS-ContinuationToken", "value": "again"}
    page = {"items": [], "links": {"next": {"headers": [header]}}}
    emulator.plan_faults(
        {"match": {"path_regex": "/v1/customers"}, "do": "status", "status": 200, "times": 5}
        | {"body": page}
    )

    with pytest.raises(Unreachable, match="circle"):
        list(partner_center.customers())


def test_an_unreadable_customer_is_unreachable(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    emulator.plan_faults(
        {"match": {"path_regex": "customers"}, "do": "status", "status": 200}
        | {"body": {"items": [{"name": "no id"}]}}
    )

    with pytest.raises(Unreachable, match="a customer can't be read"):
        list(partner_center.customers())


def test_another_partners_customer_is_forbidden(
    emulator: EmulatorHandle, base: wire.Subscription
) -> None:
    endpoint, credentials = emulator.endpoint(OTHER_MPN_ID), emulator.credentials(OTHER_MPN_ID)

    with PartnerCenter(endpoint, credentials) as other, pytest.raises(Forbidden) as caught:
        read(other, base)

    assert (caught.value.status, caught.value.code) == (403, "20002")


def test_an_unknown_subscription_is_not_found(
    partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    with pytest.raises(NotFound) as caught:
        partner_center.subscription(base.customer_id, "83ef9d05-4169-4ef9-9657-0e86b1eab1de")

    assert caught.value.code == "20003"


@pytest.mark.parametrize("identifier", ["../x", "a/b", "..", "a\r\nHost: evil", ""])
def test_ids_that_lead_elsewhere_send_nothing(
    emulator: EmulatorHandle, partner_center: PartnerCenter, identifier: str
) -> None:
    with pytest.raises(IdentifierRefused):
        partner_center.subscription(identifier, "s")
    with pytest.raises(IdentifierRefused):
        partner_center.addons("c", identifier)

    assert emulator.requests() == []


def test_an_opaque_id_arrives_as_one_part(
    emulator: EmulatorHandle, partner_center: PartnerCenter
) -> None:
    with pytest.raises(NotFound):
        partner_center.customer("c?key=<k>%2f#x")

    assert emulator.requests()[-1]["path"] == "/v1/customers/c%3Fkey%3D%3Ck%3E%252f%23x"


# Signing in


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


# Changing


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


# Being watched


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
