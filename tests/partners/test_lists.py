"""Pages of a list by keyset."""

from collections.abc import Sequence

import pytest
from django.core import signing
from django.test import RequestFactory

from customers.models import Customer
from partners.lists import ListPage, list_page
from partners.models import Partner
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
ORDERS = [
    ["id"],
    ["-id"],
    ["pinyin_key", "id"],
    ["-pinyin_key", "id"],
    ["pinyin_key", "-id"],
    ["-created_at", "pinyin_key", "-id"],
]


@pytest.fixture
def customers(partner: Partner) -> list[Customer]:
    """Seven customers, some of the same name."""
    return [CustomerFactory.create(partner=partner, company=name) for name in "甲乙甲丙乙甲丁"]


def at(url: str, order: Sequence[str] = ("pinyin_key", "id")) -> ListPage[Customer]:
    """The page that an address names, two rows long."""
    return list_page(RequestFactory().get(url), Customer.objects.all(), order, size=2)


def walk(order: Sequence[str], url: str, direction: str) -> list[list[int]]:
    """The keys of every page from this address on, in the given direction."""
    pages = []
    while url:
        page = at(url, order)
        pages.append([row.pk for row in page.rows])
        url = getattr(page, direction)
    return pages


@pytest.mark.parametrize("order", ORDERS)
def test_pages_forward_hold_every_row_once_in_order(
    customers: list[Customer], order: list[str]
) -> None:
    pages = walk(order, "/list/", "next_url")

    expected = list(Customer.objects.order_by(*order).values_list("pk", flat=True))
    assert [pk for page in pages for pk in page] == expected
    assert [len(page) for page in pages] == [2, 2, 2, 1]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_backward_are_those_that_were_left(
    customers: list[Customer], order: list[str]
) -> None:
    third = at(at(at("/list/", order).next_url, order).next_url, order)
    forward = walk(order, "/list/", "next_url")

    backward = walk(order, third.previous_url, "previous_url")

    assert backward == [forward[1], forward[0]]


def test_first_page_has_no_way_back(customers: list[Customer]) -> None:
    first = at("/list/")

    assert (first.first_url, first.previous_url) == ("", "")


def test_way_back_to_the_first_page_ends_there(customers: list[Customer]) -> None:
    again = at(at(at("/list/").next_url).previous_url)

    assert again.rows == at("/list/").rows
    assert again.previous_url == ""
    assert again.next_url != ""


def test_links_keep_the_filters(customers: list[Customer]) -> None:
    page = at("/list/?q=%E4%BA%91&state=suspended")

    assert page.next_url.startswith("/list/?q=%E4%BA%91&state=suspended&after=")
    assert at(page.next_url).first_url == "/list/?q=%E4%BA%91&state=suspended"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a:b:c",
        "\x00",
        pytest.param(signing.dumps({"order": ["id"], "at": [1]}), id="signed for something else"),
    ],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_that_is_not_ours_shows_the_first_page(
    customers: list[Customer], name: str, token: str
) -> None:
    request = RequestFactory().get("/list/", {name: token})

    page = list_page(request, Customer.objects.all(), ["pinyin_key", "id"], size=2)

    assert page.rows == at("/list/").rows
    assert page.previous_url == ""


def test_a_cursor_of_another_order_shows_the_first_page(customers: list[Customer]) -> None:
    url = at("/list/", ["-id"]).next_url

    assert at(url).rows == at("/list/").rows


def test_the_row_of_a_cursor_may_be_gone(customers: list[Customer]) -> None:
    first = at("/list/", ["id"])
    first.rows[-1].delete()

    assert at(first.next_url, ["id"]).rows == customers[2:4]


def test_a_page_whose_rows_are_gone_leads_back_to_the_first(customers: list[Customer]) -> None:
    url = at("/list/", ["id"]).next_url
    Customer.objects.exclude(pk=customers[0].pk).delete()

    page = at(url, ["id"])

    assert (page.rows, page.next_url) == ([], "")
    assert page.first_url == "/list/"


@pytest.mark.parametrize(("count", "text"), [(0, "0 entries"), (1, "1 entry"), (3, "3 entries")])
def test_count_is_exact(partner: Partner, count: int, text: str) -> None:
    CustomerFactory.create_batch(count, partner=partner)

    assert at("/list/").count_text == text


@pytest.mark.parametrize(("count", "text"), [(1000, "1,000 entries"), (1001, "more than 1,000")])
def test_count_stops_at_a_thousand(partner: Partner, count: int, text: str) -> None:
    Customer.objects.bulk_create(
        CustomerFactory.build(partner=partner, tenant_id=str(n)) for n in range(count)
    )

    assert at("/list/").count_text == text
