"""The documented behaviours, asked for as any integrator would."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from tests.vianet.conftest import MPN_ID
from vianet.emulator.demo import demo_partner
from vianet.emulator.process import EmulatorHandle

PARTNER = demo_partner(MPN_ID)


@dataclass(frozen=True)
class Place:
    """One customer's subscriptions: a base, its add-on, and where they are."""

    http: httpx.Client
    path: str
    base: str
    addon: str

    def get(self, subscription_id: str) -> dict[str, object]:
        found: dict[str, object] = self.http.get(f"{self.path}/{subscription_id}").json()
        return found

    def patch(self, subscription_id: str, **changes: object) -> httpx.Response:
        """The full resource just read, with these changes."""
        body = self.get(subscription_id) | changes
        return self.http.patch(f"{self.path}/{subscription_id}", json=body)


@pytest.fixture
def place(http: httpx.Client) -> Place:
    customer = http.get("/v1/customers?size=1").json()["items"][0]["id"]
    path = f"/v1/customers/{customer}/subscriptions"
    base, addon = http.get(path).json()["items"][:2]
    return Place(http, path, base["id"], addon["id"])


def refused_with(answer: httpx.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


# Signing in


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "other"}, 400, "unauthorized_client"),
        ({"resource": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "old"}, 400, "invalid_grant"),
    ],
)
def test_token_is_refused(
    emulator: EmulatorHandle, change: dict[str, str], status: int, error: str
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": PARTNER.client_id,
        "client_secret": PARTNER.client_secret,
        "resource": "r",
    }

    answer = httpx.post(f"{emulator.url}/{PARTNER.tenant_id}/oauth2/token", data=form | change)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_token_of_an_unknown_tenant_is_refused(emulator: EmulatorHandle) -> None:
    answer = httpx.post(f"{emulator.url}/common/oauth2/token", data={})

    assert answer.status_code == 400


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic"}])
def test_bearer_is_required(emulator: EmulatorHandle, header: dict[str, str]) -> None:
    answer = httpx.get(f"{emulator.url}/v1/customers", headers=header)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("OAuth realm=urn:cpsvc:cpid:")


def test_tokens_expire(emulator: EmulatorHandle, http: httpx.Client) -> None:
    emulator.revoke_tokens()

    assert http.get("/v1/customers").status_code == 401


# Reading


def test_customers_filter_starts_with_in_any_casing(http: httpx.Client) -> None:
    wanted = {"field": "CompanyName", "VALUE": "contoso", "Operator": "starts_with"}

    answer = http.get("/v1/customers", params={"size": 0, "filter": json.dumps(wanted)}).json()

    names = [item["companyProfile"]["companyName"] for item in answer["items"]]
    assert names == ["Contoso Pharmaceuticals (Hangzhou) Co., Ltd."]


@pytest.mark.parametrize(
    "query",
    [
        "size=x",
        "filter=x",
        'filter={"Field":"Domain","Value":"a","Operator":"eq"}',
        'filter={"Field":"Id","Value":"a","Operator":"starts_with"}',
    ],
)
def test_customers_refuse_bad_queries(http: httpx.Client, query: str) -> None:
    assert refused_with(http.get(f"/v1/customers?{query}")) == (400, 800002)


def test_customers_refuse_a_forged_token(http: httpx.Client) -> None:
    answer = http.get(
        "/v1/customers?size=1&seekOperation=Next", headers={"MS-ContinuationToken": "forged"}
    )

    assert refused_with(answer) == (400, 800002)


def test_ids_are_found_in_any_casing(place: Place) -> None:
    assert place.get(place.base.upper())["id"] == place.base


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/v1/offers", (404, 1000)),
        ("GET", "/v1/customers/x/y", (404, 1000)),
        ("GET", "/v1/customers/x", (404, 60003)),
        ("DELETE", "/v1/customers", (405, 405)),
        ("PATCH", "/v1/customers/x", (405, 405)),
    ],
)
def test_other_addresses_are_refused(
    http: httpx.Client, method: str, path: str, refusal: tuple[int, int]
) -> None:
    assert refused_with(http.request(method, path)) == refusal


def test_subscriptions_of_an_order(place: Place) -> None:
    order_id = str(place.get(place.base)["orderId"])

    found = place.http.get(place.path, params={"order_id": order_id}).json()["items"]

    assert {item["id"] for item in found} == {place.base, place.addon}


# Changing


def test_suspending_a_base_suspends_its_addons(place: Place) -> None:
    before = place.get(place.addon)["attributes"]

    place.patch(place.base, status="suspended")

    after = place.get(place.addon)
    assert (after["status"], after["attributes"] == before) == ("suspended", False)


def test_reactivating_a_base_leaves_its_addons(place: Place) -> None:
    place.patch(place.base, status="suspended")

    place.patch(place.base, status="active")

    assert place.get(place.addon)["status"] == "suspended"


def test_an_addon_waits_for_its_base(place: Place) -> None:
    place.patch(place.base, status="suspended")

    early = place.patch(place.addon, status="active")
    place.patch(place.base, status="active")
    late = place.patch(place.addon, status="active")

    assert refused_with(early) == (409, 27009)
    assert (late.status_code, late.json()["status"]) == (200, "active")


def test_suspending_an_addon_leaves_its_base(place: Place) -> None:
    place.patch(place.addon, status="suspended")

    assert place.get(place.base)["status"] == "active"


def test_active_to_active_moves_the_etag(place: Place) -> None:
    before = place.get(place.base)

    after = place.patch(place.base, status="active").json()

    assert after["attributes"]["etag"] != before["attributes"]["etag"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": 9_999}, 2001),
        ({"friendlyName": "new"}, 800091),
        ({"quantity": 9_999, "status": "active"}, 2001),
        ({"status": "deleted"}, 800040),
    ],
)
def test_suspended_subscriptions_take_no_changes(
    place: Place, changes: dict[str, object], code: int
) -> None:
    place.patch(place.base, status="suspended")

    assert refused_with(place.patch(place.base, **changes)) == (400, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": 0}, 2002),
        ({"quantity": "many"}, 3000),
        ({"quantity": True}, 3000),
        ({"billingCycle": "one_time"}, 2054),
        ({"status": "paused"}, 800040),
        ({"id": "another"}, 3000),
    ],
)
def test_active_subscriptions_refuse(place: Place, changes: dict[str, object], code: int) -> None:
    assert refused_with(place.patch(place.base, **changes)) == (400, code)


def test_active_subscriptions_change_seats_and_nickname(place: Place) -> None:
    after = place.patch(place.base, quantity="77", friendlyName="总部").json()

    assert (after["quantity"], after["friendlyName"]) == (77, "总部")


def test_deleted_subscriptions_take_no_changes(emulator: EmulatorHandle, place: Place) -> None:
    emulator.change_subscription(place.base, status="deleted")

    assert refused_with(place.patch(place.base, status="active")) == (400, 2011)


@pytest.mark.parametrize("header", ['"stale"', "stale"])
def test_if_match_counts_before_the_body(place: Place, header: str) -> None:
    body = place.get(place.base) | {"status": "suspended"}

    answer = place.http.patch(f"{place.path}/{place.base}", json=body, headers={"If-Match": header})

    assert refused_with(answer) == (400, 2055)
    assert place.get(place.base)["status"] == "active"


def test_the_etag_in_the_body_counts_without_if_match(place: Place) -> None:
    body = place.get(place.base) | {"Status": "suspended", "attributes": {"ETag": "stale"}}

    assert refused_with(place.http.patch(f"{place.path}/{place.base}", json=body)) == (400, 2055)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(place: Place, content: bytes) -> None:
    answer = place.http.patch(f"{place.path}/{place.base}", content=content)

    assert refused_with(answer) == (400, 800002)


def test_a_request_id_for_another_body_is_refused(place: Place) -> None:
    body = place.get(place.base)
    headers = {"MS-RequestId": str(uuid4())}
    place.http.patch(f"{place.path}/{place.base}", json=body, headers=headers)

    answer = place.http.patch(
        f"{place.path}/{place.base}", json=body | {"status": "suspended"}, headers=headers
    )

    assert refused_with(answer) == (400, 800002)


def test_only_one_of_many_writers_wins(place: Place) -> None:
    body = place.get(place.base) | {"status": "suspended"}

    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(
            lambda _: place.http.patch(f"{place.path}/{place.base}", json=body).status_code,
            range(16),
        )

    assert sorted(answers) == [200] + [400] * 15


def test_many_connections_are_served_at_once(emulator: EmulatorHandle, place: Place) -> None:
    emulator.set(latency_ms=200, requests_per_minute=0)
    limits = httpx.Limits(max_connections=64)

    with (
        httpx.Client(trust_env=False, limits=limits, headers=place.http.headers) as http,
        ThreadPoolExecutor(64) as pool,
    ):
        url = f"{emulator.url}{place.path}/{place.base}"
        statuses = set(pool.map(lambda _: http.get(url).status_code, range(128)))

    assert statuses == {200}


# Throttling


def test_the_budget_is_per_partner_and_named_in_the_refusal(
    emulator: EmulatorHandle, http: httpx.Client
) -> None:
    emulator.set(requests_per_minute=3)

    answers = [http.get("/v1/customers?size=1") for _ in range(4)]

    refused = answers[3]
    wait = int(refused.headers["Retry-After"])
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= wait <= 60
    assert refused.json() == {
        "statusCode": 429,
        "message": f"Rate limit is exceeded. Try again in {wait} seconds.",
    }


def test_one_partners_budget_is_not_anothers(emulator: EmulatorHandle, http: httpx.Client) -> None:
    other = demo_partner("4390935")
    form = {"grant_type": "client_credentials", "resource": "r", "client_id": other.client_id}
    url = f"{emulator.url}/{other.tenant_id}/oauth2/token"
    token = httpx.post(url, data=form | {"client_secret": other.client_secret}).json()
    emulator.set(requests_per_minute=1)
    http.get("/v1/customers?size=1")

    answer = httpx.get(
        f"{emulator.url}/v1/customers?size=1",
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )

    assert answer.status_code == 200
