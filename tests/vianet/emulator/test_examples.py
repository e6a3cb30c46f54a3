"""The emulator answers with the keys of the documented examples, spelled the same."""

import httpx

from tests.vianet.conftest import MPN_ID, Example
from vianet.emulator.demo import demo_partner


def keys(message: object) -> set[str]:
    """Every key as a dotted path; elements of lists count as one."""
    if isinstance(message, list):
        return {key for item in message for key in keys(item)}
    if not isinstance(message, dict):
        return set()
    inner = {f"{name}.{key}" for name, value in message.items() for key in keys(value)}
    return set(message) | inner


def test_token(http: httpx.Client, example: Example) -> None:
    partner = demo_partner(MPN_ID)
    form = {"grant_type": "client_credentials", "resource": "r", "client_id": partner.client_id}

    answer = http.post(
        f"/{partner.tenant_id}/oauth2/token", data={**form, "client_secret": partner.client_secret}
    ).json()

    assert set(answer) == set(example("token"))
    assert {type(value) for value in answer.values()} == {str}


def test_customers(http: httpx.Client, example: Example) -> None:
    answer = http.get("/v1/customers?size=40").json()

    assert keys(example("customers")) <= keys(answer)
    assert keys(answer) <= keys(example("customers_by_name"))


def test_customer(http: httpx.Client, example: Example) -> None:
    listed = http.get("/v1/customers?size=1").json()["items"][0]

    answer = http.get(f"/v1/customers/{listed['id']}").json()

    optional = {
        "companyProfile.address.region",
        "billingProfile.defaultAddress.state",
        "billingProfile.defaultAddress.firstName",
        "billingProfile.defaultAddress.lastName",
    }
    assert keys(example("customer")) - keys(answer) == optional
    assert keys(answer) <= keys(example("customer"))


def test_subscriptions(http: httpx.Client, example: Example) -> None:
    customer = http.get("/v1/customers?size=1").json()["items"][0]["id"]

    answer = http.get(f"/v1/customers/{customer}/subscriptions").json()

    assert keys(example("subscriptions")) <= keys(answer)


def test_base_and_addon(http: httpx.Client, example: Example) -> None:
    customer = http.get("/v1/customers?size=1").json()["items"][0]["id"]
    path = f"/v1/customers/{customer}/subscriptions"
    base = http.get(path).json()["items"][0]

    addon = http.get(f"{path}/{base['id']}/addons").json()["items"][0]

    assert keys(example("subscription")) <= keys(base)
    assert keys(example("addon_subscription")) <= keys(addon)
    assert keys(example("addons")["items"]) <= keys(addon)


def test_patch_takes_the_documented_body(http: httpx.Client, example: Example) -> None:
    customer = http.get("/v1/customers?size=1").json()["items"][0]["id"]
    path = f"/v1/customers/{customer}/subscriptions"
    base = http.get(path).json()["items"][0]
    body = example("suspend_with_links") | {"Id": base["id"], "Quantity": base["quantity"]}
    body |= {"FriendlyName": base["friendlyName"], "AutoRenewEnabled": base["autoRenewEnabled"]}
    body["Attributes"] = {"Etag": base["attributes"]["etag"], "ObjectType": "Subscription"}

    answer = http.patch(f"{path}/{base['id']}", json=body)

    assert (answer.status_code, answer.json()["status"]) == (200, "suspended")
    assert set(answer.json()) == set(base)


def test_errors_follow_the_schema(http: httpx.Client) -> None:
    answer = http.get("/v1/customers/unknown")

    assert answer.status_code == 404
    assert set(answer.json()) == {"code", "description", "data", "source"}


def test_answers_carry_the_documented_headers(http: httpx.Client) -> None:
    sent = {
        "MS-RequestId": "8f489776-a3f3-47cb-91c3-538e1f70f560",
        "MS-CorrelationId": "e72e1dc3-4abd-4ce0-908b-d23fdaedcb28",
    }

    answer = http.get("/v1/customers?size=1", headers=sent)

    assert {name: answer.headers[name] for name in sent} == sent
    assert {"ms-cv", "ms-serverid", "date"} <= set(answer.headers)
