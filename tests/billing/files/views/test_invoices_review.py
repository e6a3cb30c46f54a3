"""The page where drafts are reviewed before they are issued."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from partners.models import Partner, User
from tests.billing.files.months import OCTOBER, customer, file_of, issued_in_september
from tests.factories.billing import draft_of
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin, help_desk_agent, sales_agent

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]
URL = reverse("billing:invoices_review")


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def _two_months(partner: Partner) -> None:
    issued_in_september(partner, customer("a", E3=10), customer("b", E3=10))
    file_of(partner, OCTOBER, customer("a", E3=11), customer("b", E3=5, Visio=1))


@pytest.mark.usefixtures("_two_months")
def test_page_shows_each_draft_beside_the_month_before(clerk: Client) -> None:
    page = clerk.get(URL).content.decode()

    assert page.index("b公司") < page.index("a公司")
    assert "BILL-9" in page
    assert "-40.0 %" in page
    assert "before 10" in page
    assert "New:" in page


@pytest.mark.usefixtures("_two_months")
def test_filter_leaves_what_changed_much(clerk: Client) -> None:
    rows = clerk.get(URL, {"changed": "much"}).context["rows"]

    assert [row.draft.customer.company for row in rows] == ["b公司"]


@pytest.mark.usefixtures("_two_months")
def test_filter_finds_by_customer(clerk: Client) -> None:
    rows = clerk.get(URL, {"q": "a公司"}).context["rows"]

    assert [row.draft.customer.company for row in rows] == ["a公司"]


def test_filter_that_is_not_known_shows_nothing(clerk: Client, partner: Partner) -> None:
    draft_of(CustomerFactory.create(partner=partner))

    assert clerk.get(URL, {"changed": "a bit"}).context["rows"] == []


def test_page_says_when_no_draft_waits(clerk: Client) -> None:
    assert "No draft waits" in clerk.get(URL).content.decode()


@pytest.mark.usefixtures("_two_months")
def test_pages_follow_the_size_of_the_change(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partners.lists.list_page.__defaults__", (1,))

    first = clerk.get(URL).context["page"]
    second = clerk.get(first.next_url).context["page"]

    companies = [row.customer.company for row in [*first.rows, *second.rows]]
    assert companies == ["b公司", "a公司"]


@pytest.mark.usefixtures("_two_months")
def test_export_holds_what_is_filtered(clerk: Client) -> None:
    response = clerk.get(URL, {"changed": "much", "format": "csv"})

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["b公司,CNY,636.00,636.00,BILL-9,1060.00,-424.00,-40.0"]


@pytest.mark.usefixtures("_two_months")
def test_page_takes_a_constant_number_of_queries(
    clerk: Client, partner: Partner, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    draft_of(CustomerFactory.create(partner=partner))
    draft_of(CustomerFactory.create(partner=partner))

    with django_assert_max_num_queries(17):
        clerk.get(URL)


def test_page_shows_no_other_partners_draft(clerk: Client) -> None:
    draft_of(CustomerFactory.create())

    assert clerk.get(URL).context["rows"] == []


def test_page_answers_htmx_with_the_table_only(clerk: Client) -> None:
    fragment = clerk.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert fragment.strip().startswith('<div class="section" id="table">')


@pytest.mark.parametrize("role", [sales_agent, help_desk_agent])
def test_page_is_closed_to_people_without_the_right(
    partner: Partner, signed_in: SignIn, role: Callable[[Partner], User]
) -> None:
    assert signed_in(role(partner)).get(URL).status_code == 403


def test_page_takes_no_post(clerk: Client) -> None:
    assert clerk.post(URL).status_code == 405


def test_page_sends_strangers_to_sign_in(client: Client) -> None:
    assert client.get(URL)["Location"].startswith("/accounts/login/")
