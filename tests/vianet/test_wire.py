"""Wire types against the documented examples and their oddities."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.vianet.conftest import Example
from vianet import wire

CUSTOMER_ID = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04"


def test_subscription_reads_the_documented_example(example: Example) -> None:
    read = wire.subscription(example("subscription"), CUSTOMER_ID)

    assert (read.id, read.customer_id) == ("A356AC8C-E310-44F4-BF85-C7F29044AF99", CUSTOMER_ID)
    assert (read.offer_id, read.offer_name) == ("MS-AZR-0145P", "Microsoft Azure")
    assert (read.quantity, read.unit_type, read.status) == (1, "Usage-based", "active")
    assert read.created_at == datetime(2016, 5, 10, 7, 30, 5, 427000, tzinfo=UTC)
    assert read.commitment_end_at is None
    assert (read.auto_renew, read.billing_type, read.billing_cycle) == (False, "usage", None)
    assert read.etag
    assert read.etag.startswith("eyJpZCI6")
    assert read.suspension_reasons == ()


def test_subscription_reads_the_base_of_an_addon(example: Example) -> None:
    read = wire.subscription(example("addon_subscription"), CUSTOMER_ID)

    assert read.parent_subscription_id == "1C2B75C1-74A5-472A-A729-7F8CEFC477F9"
    assert read.friendly_name == "Some friendly name"


def test_subscription_reads_dates_with_blanks(example: Example) -> None:
    item = wire.page(example("subscriptions")).items[0]

    read = wire.subscription(item, CUSTOMER_ID)

    assert read.created_at == datetime(2015, 11, 25, 6, 41, 12, tzinfo=UTC)
    assert read.etag == "<etag>"


@pytest.mark.parametrize("name", ["suspend", "suspend_with_links"])
def test_subscription_reads_pascal_case(example: Example, name: str) -> None:
    read = wire.subscription(example(name), CUSTOMER_ID)

    assert (read.status, read.quantity, read.parent_subscription_id) == ("suspended", 2, None)
    assert (read.auto_renew, read.etag) == (False, "<etag>")


def test_customer_reads_the_documented_example(example: Example) -> None:
    read = wire.customer(example("customer"))

    assert read.id == read.tenant_id == "eebd1b55-5360-4438-a11d-5c06918c3014"
    assert (read.domain, read.company_name) == ("abcdefgh1234.ccsctp.net", "1kl as kjk")
    assert (read.email, read.language, read.relationship) == ("a@a.com", "en", "reseller")
    assert read.allow_delegated_access is True


@pytest.mark.parametrize(("name", "count"), [("customers", 2), ("customers_by_name", 3)])
def test_page_reads_the_documented_lists(example: Example, name: str, count: int) -> None:
    page = wire.page(example(name))

    customers = [wire.customer(item) for item in page.items]
    assert (len(customers), page.continuation_token) == (count, None)
    assert {customer.allow_delegated_access for customer in customers} == {None}


def test_customer_never_keeps_a_first_password() -> None:
    read = wire.customer({"id": "c", "UserCredentials": {"password": "first-password"}})

    assert "first-password" not in str(read.raw)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-11-25T06: 41: 12Z", datetime(2015, 11, 25, 6, 41, 12, tzinfo=UTC)),
        ("2015-11-25T06:41:12", datetime(2015, 11, 25, 6, 41, 12, tzinfo=UTC)),
        ("2020-09-02T23:26:19.7753934Z", datetime(2020, 9, 2, 23, 26, 19, 775393, tzinfo=UTC)),
        ("2026-01-01T08:00:00+08:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("9999-12-31T23:59:59.997", None),
        ("9999-12-10T00:00:00Z", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_moment_is_aware_utc_or_none(text: str | None, moment: datetime | None) -> None:
    assert wire.moment(text) == moment


def test_moment_moves_other_zones_to_utc() -> None:
    read = wire.moment("2026-01-01T08:00:00+08:00")

    assert read is not None
    assert read.utcoffset() == timedelta(0) != timezone(timedelta(hours=8)).utcoffset(None)


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (25, 25),
        ("25", 25),
        ("25.0", 25),
        (25.0, 25),
        (" 7 ", 7),
        ("-3", -3),
        ("many", None),
        (None, None),
        (True, None),
        ("1e5", None),
        (2.5, None),
        ([], None),
    ],
)
def test_quantity_is_read_or_none(sent: object, number: int | None) -> None:
    read = wire.subscription({"id": "s", "status": "active", "quantity": sent}, "c")

    assert read.quantity == number


@pytest.mark.parametrize(
    ("sent", "flag"), [(True, True), ("False", False), ("true", True), (None, None), ("?", None)]
)
def test_auto_renew_is_read_or_none(sent: object, flag: bool | None) -> None:
    read = wire.subscription({"id": "s", "status": "active", "autoRenewEnabled": sent}, "c")

    assert read.auto_renew is flag


@pytest.mark.parametrize(
    ("sent", "reasons"),
    [(["a", "b"], ("a", "b")), ("a", ("a",)), (None, ()), ([None, 3, ""], ()), ({}, ())],
)
def test_suspension_reasons_are_texts(sent: object, reasons: tuple[str, ...]) -> None:
    message = {"id": "s", "status": "suspended", "suspensionReasons": sent}

    assert wire.subscription(message, "c").suspension_reasons == reasons


def test_subscription_keeps_unknown_status_and_opaque_ids() -> None:
    read = wire.subscription({"ID": 616122292874576, "STATUS": "UnderReview"}, "key?<key>")

    assert (read.id, read.status, read.customer_id) == (
        "616122292874576",
        "underreview",
        "key?<key>",
    )


@pytest.mark.parametrize(
    "message", [None, [], "text", {}, {"id": "s"}, {"status": "active"}, {"id": " ", "status": "x"}]
)
def test_subscription_refuses_what_is_none(message: object) -> None:
    with pytest.raises(wire.UnreadableMessage):
        wire.subscription(message, "c")


def test_page_reads_the_continuation_token() -> None:
    header = {"key": "ms-continuationtoken", "value": "more"}
    message = {"items": [], "links": {"next": {"uri": "/x", "headers": [header]}}}

    assert wire.page(message).continuation_token == "more"


@pytest.mark.parametrize(
    "message",
    [
        {"totalCount": 2},
        {"items": {}},
        {"items": ["text"]},
        {"items": [], "links": {"next": {"uri": "/customers?offset=2"}}},
        {"items": [], "links": {"next": {"headers": [{"key": "other", "value": "x"}]}}},
        {"links": {"next": {"headers": [{"key": "MS-ContinuationToken", "value": "a\r\nb"}]}}},
    ],
)
def test_page_refuses_to_end_early(message: object) -> None:
    with pytest.raises(wire.UnreadableMessage):
        wire.page(message)


@pytest.mark.parametrize(("name", "key"), [("subscription", "status"), ("suspend", "Status")])
def test_with_status_changes_nothing_but_the_status(example: Example, name: str, key: str) -> None:
    read = wire.subscription(example(name), CUSTOMER_ID)

    body = wire.with_status(read, "blocked")

    assert body == {**example(name), key: "blocked"}
    assert read.raw == example(name)


def test_with_status_shares_nothing_with_what_was_read(example: Example) -> None:
    read = wire.subscription(example("subscription"), CUSTOMER_ID)

    wire.with_status(read, "suspended")["attributes"].clear()  # type: ignore[attr-defined]

    assert read.raw == example("subscription")
