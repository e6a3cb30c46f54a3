"""Reading customers and subscriptions from the emulator, over real HTTP."""

import pytest

from tests.vianet.conftest import MPN_ID
from vianet import wire
from vianet.client import (
    Forbidden,
    NotFound,
    PartnerCenter,
    Timeouts,
    Unreachable,
)
from vianet.connection import IdentifierRefused
from vianet.emulator.process import EmulatorHandle

OTHER_MPN_ID = "4390935"
ON_READ = {"match": {"method": "GET", "path_regex": "/subscriptions/"}}


def read(client: PartnerCenter, subscription: wire.Subscription) -> wire.Subscription:
    return client.subscription(subscription.customer_id, subscription.id)


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
