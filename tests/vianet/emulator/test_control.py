"""Steering the emulator: state, out-of-band changes, request log, faults, and who may."""

import time

import httpx
import pytest

from tests.vianet.conftest import MPN_ID, Patch
from vianet import wire
from vianet.client import OutcomeUnknown, PartnerCenter, StaleResource
from vianet.emulator.process import EmulatorFailed, EmulatorHandle

ON_PATCH = {"match": {"method": "PATCH"}}


def status_of(client: PartnerCenter, subscription: wire.Subscription) -> str:
    return client.subscription(subscription.customer_id, subscription.id).status


def test_out_of_band_changes_move_the_etag(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    emulator.change_subscription(base.id, status="suspended", suspensionReasons=["operator"])

    after = partner_center.subscription(base.customer_id, base.id)
    assert (after.status, after.suspension_reasons) == ("suspended", ("operator",))
    with pytest.raises(StaleResource):
        patch(base, "active")


def test_reactivating_ends_the_suspension_reasons(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    emulator.change_subscription(base.id, status="suspended", suspensionReasons=["operator"])

    after = patch(partner_center.subscription(base.customer_id, base.id), "active")

    assert isinstance(after, wire.Subscription)
    assert (after.status, after.suspension_reasons) == ("active", ())


def test_an_unknown_subscription_can_not_be_changed(emulator: EmulatorHandle) -> None:
    with pytest.raises(EmulatorFailed, match="not found"):
        emulator.change_subscription("unknown", status="active")


def test_state_shows_both_partners(emulator: EmulatorHandle) -> None:
    partners = emulator.state(limit=3)["partners"]

    assert isinstance(partners, list)
    assert [(p["mpn_id"], p["customer_count"], len(p["customers"])) for p in partners] == [
        ("4390934", 12, 3),
        ("4390935", 12, 3),
    ]


def test_requests_are_logged_without_secrets(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    patch(base, "suspended")

    everything = emulator.requests()

    assert [entry["method"] for entry in everything] == ["POST", "GET", "GET", "PATCH"]
    assert emulator.credentials(MPN_ID).client_secret not in str(everything)
    assert "Bearer" not in str(everything)


def test_faults_are_used_up_in_order_after_those_skipped(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription
) -> None:
    on_read = {"method": "GET", "path_regex": "/subscriptions/"}
    emulator.plan_faults({"match": on_read, "skip": 1, "times": 1, "do": "stale_read"})
    emulator.change_subscription(base.id, status="suspended")

    seen = [status_of(partner_center, base) for _ in range(3)]

    assert seen == ["suspended", "active", "suspended"]


def test_faults_can_match_the_body(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    emulator.plan_faults(
        {"match": {"body_regex": '"status": ?"suspended"'}, "do": "drop_request", "times": 9}
    )

    patch(base, "active")
    with pytest.raises(OutcomeUnknown):
        patch(partner_center.subscription(base.customer_id, base.id), "suspended")


def test_faults_can_be_cleared(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "drop_request"})

    emulator.clear_faults()

    assert isinstance(patch(base, "suspended"), wire.Subscription)


@pytest.mark.parametrize(
    ("fault", "after"),
    [("drop_request", "active"), ("drop_response_after_effect", "suspended")],
)
def test_a_dropped_patch_is_done_or_not(
    *,
    emulator: EmulatorHandle,
    partner_center: PartnerCenter,
    base: wire.Subscription,
    patch: Patch,
    fault: str,
    after: str,
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": fault})

    with pytest.raises(OutcomeUnknown):
        patch(base, "suspended")

    assert status_of(partner_center, base) == after


@pytest.mark.parametrize(("ignore_if_match", "after"), [(False, "active"), (True, "suspended")])
def test_a_late_suspension_meets_the_etag_or_ignores_it(
    *,
    emulator: EmulatorHandle,
    partner_center: PartnerCenter,
    base: wire.Subscription,
    patch: Patch,
    ignore_if_match: bool,
    after: str,
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "late_apply", "ignore_if_match": ignore_if_match})
    with pytest.raises(OutcomeUnknown):
        patch(base, "suspended")
    patch(base, "active")

    emulator.release()

    assert status_of(partner_center, base) == after


def test_a_late_suspension_comes_by_itself(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    emulator.plan_faults({**ON_PATCH, "do": "late_apply", "seconds": 0.05})
    with pytest.raises(OutcomeUnknown):
        patch(base, "suspended")

    deadline = time.monotonic() + 10
    while status_of(partner_center, base) == "active" and time.monotonic() < deadline:
        time.sleep(0.05)

    assert status_of(partner_center, base) == "suspended"


def test_reset_starts_again(
    emulator: EmulatorHandle, partner_center: PartnerCenter, base: wire.Subscription, patch: Patch
) -> None:
    patch(base, "suspended")
    emulator.plan_faults({**ON_PATCH, "do": "drop_request"})

    emulator.reset(customers=5)

    assert status_of(partner_center, base) == "active"
    assert len(list(partner_center.customers())) == 5
    assert emulator.state()["faults"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "faults", {}),
        ("POST", "faults", ["drop_request"]),
        ("POST", "faults", [{"do": "explode"}]),
        ("POST", "faults", [{"do": "delay", "unknown": 1}]),
        ("POST", "faults", [{"do": "delay", "match": {"path_regex": "("}}]),
        ("POST", "settings", {"colour": 1}),
        ("POST", "settings", {"latency_ms": "x"}),
        ("POST", "settings", {"stale_status": 200}),
        ("POST", "reset", []),
        ("POST", "reset", {"customers": -1}),
        ("GET", "state?limit=x", None),
    ],
)
def test_bad_orders_are_refused_with_a_sentence(
    emulator: EmulatorHandle, method: str, path: str, body: object
) -> None:
    answer = httpx.request(method, f"{emulator.url}/_emulator/{path}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "nowhere"), ("POST", "nowhere"), ("PUT", "faults")]
)
def test_unknown_control_addresses_are_not_found(
    emulator: EmulatorHandle, method: str, path: str
) -> None:
    assert httpx.request(method, f"{emulator.url}/_emulator/{path}").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Origin": "https://evil.example"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_foreign_pages_can_not_steer(emulator: EmulatorHandle, headers: dict[str, str]) -> None:
    sent = {"Content-Type": "application/json", **headers}

    answer = httpx.post(f"{emulator.url}/_emulator/reset", content=b"{}", headers=sent)

    assert answer.status_code == 403


def test_the_page_shows_state_without_script_or_style(
    emulator: EmulatorHandle, base: wire.Subscription, patch: Patch
) -> None:
    patch(base, "suspended")
    emulator.plan_faults({**ON_PATCH, "do": "delay"})

    answer = httpx.get(f"{emulator.url}/_emulator/")

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert base.id in answer.text
    assert '<span class="status suspended">suspended</span>' in answer.text
    assert "<strong>delay</strong>" in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_the_page_escapes_what_it_shows(emulator: EmulatorHandle, base: wire.Subscription) -> None:
    emulator.change_subscription(base.id, status="<script>alert(1)</script>")

    answer = httpx.get(f"{emulator.url}/_emulator/", params={"q": '"><script>'})
    unfiltered = httpx.get(f"{emulator.url}/_emulator/")

    assert "<script" not in answer.text + unfiltered.text
    assert "&lt;script&gt;" in unfiltered.text


def test_the_page_has_its_style_sheet(emulator: EmulatorHandle) -> None:
    answer = httpx.get(f"{emulator.url}/_emulator/style.css")

    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
