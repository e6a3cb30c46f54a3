"""The seeded companies: the same for a seed, believable, and odd where the service is odd."""

import pytest

from vianet import wire
from vianet.emulator.seed import MAX_SEATS, SeedCustomer, generate

MPN_ID = "4390934"


def statuses(customers: list[SeedCustomer]) -> set[object]:
    return {found["status"] for customer in customers for found in customer.subscriptions}


def read(customer: SeedCustomer) -> list[wire.Subscription]:
    return [wire.subscription(found, customer.id) for found in customer.subscriptions]


def test_generate_is_the_same_for_a_seed() -> None:
    assert generate(MPN_ID, 30, 7) == generate(MPN_ID, 30, 7)


@pytest.mark.parametrize(("mpn_id", "seed"), [("4390935", 7), (MPN_ID, 8)])
def test_generate_differs_by_partner_and_seed(mpn_id: str, seed: int) -> None:
    names = {customer.company_name for customer in generate(MPN_ID, 40, 7)}
    others = {customer.company_name for customer in generate(mpn_id, 40, seed)}

    assert len(names & others) <= 4


def test_the_demo_partners_share_no_customer() -> None:
    first, second = generate(MPN_ID, 100, 7), generate("4390935", 100, 7)

    assert {c.company_name for c in first}.isdisjoint(c.company_name for c in second)


def test_more_customers_never_change_the_earlier_ones() -> None:
    assert generate(MPN_ID, 50, 7)[:20] == generate(MPN_ID, 20, 7)


def test_companies_are_never_the_same_twice() -> None:
    customers = generate(MPN_ID, 3000, 7)

    assert len({customer.company_name for customer in customers}) == 3000
    assert len({customer.domain for customer in customers}) == 3000
    assert len({customer.id for customer in customers}) == 3000


def test_companies_carry_their_short_name() -> None:
    customer = generate(MPN_ID, 1, 7)[0]

    assert customer.company_name.startswith(customer.short_name)
    assert customer.company_name.endswith("有限公司")
    assert customer.domain.endswith(".partner.onmschina.cn")


def test_every_language_is_there() -> None:
    assert {customer.language for customer in generate(MPN_ID, 40, 7)} == {"zh", "en", "it"}


def test_every_documented_oddity_is_there() -> None:
    assert statuses(generate(MPN_ID, 40, 7)) == {
        "active",
        "suspended",
        "pending",
        "deleted",
        "underReview",
    }


def test_seats_and_numbers_of_subscriptions_are_believable() -> None:
    customers = generate(MPN_ID, 300, 7)
    seats = [found.quantity or 0 for customer in customers for found in read(customer)]

    assert {1, 2, 3, 4} == {len(customer.subscriptions) for customer in customers}
    assert (min(seats), max(seats)) == (1, MAX_SEATS)


def test_addons_have_a_base_of_the_same_customer() -> None:
    customers = generate(MPN_ID, 40, 7)
    found = [(c, s) for c in customers for s in read(c) if s.parent_subscription_id]

    assert found
    assert all(s.parent_subscription_id in {base.id for base in read(c)} for c, s in found)
