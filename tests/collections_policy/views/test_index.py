"""/collections/: who is overdue, since when, and what is proposed."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_policy.models import Case
from partners.models import Partner
from tests.factories.collections import case_at
from tests.factories.partners import PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/collections/"


def test_index_lists_who_is_overdue(agent: Client, case: Case) -> None:
    response = agent.get(URL)

    assert response.status_code == 200
    assert case.customer.company in response.content.decode()
    assert "1,060.00" in response.content.decode()


def test_index_answers_htmx_with_the_table(agent: Client, case: Case) -> None:
    response = agent.get(URL, headers={"HX-Request": "true"})

    content = response.content.decode()
    assert case.customer.company in content
    assert "<html" not in content


def test_index_asks_visitors_to_sign_in(client: Client) -> None:
    response = client.get(URL)

    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("global_admin", 200),
        ("admin_agent", 200),
        ("billing_admin", 200),
        ("sales_agent", 403),
        ("help_desk", 403),
    ],
)
def test_index_opens_to_who_works_cases(
    as_role: Callable[[str], Client], role: str, status: int
) -> None:
    assert as_role(role).get(URL).status_code == status


def test_index_hides_other_partners(agent: Client) -> None:
    theirs = case_at(PartnerFactory.create(), 25)

    assert theirs.customer.company not in agent.get(URL).content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_index_only_reads(agent: Client, method: str) -> None:
    assert getattr(agent, method)(URL).status_code == 405


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("?days=25", True),
        ("?days=26", False),
        ("?at_least=1060", True),
        ("?at_least=1060.01", False),
        ("?currency=cny", True),
        ("?currency=USD", False),
        ("?show=proposed", False),
        ("?show=paused", False),
        ("?show=suspended", False),
        ("?q=nobody-of-this-name", False),
        ("?days=many", False),
        ("?order=age", True),
    ],
)
def test_index_filters_by_the_address(
    agent: Client, case: Case, query: str, is_found: bool
) -> None:
    content = agent.get(f"{URL}{query}").content.decode()

    assert (case.customer.company in content) is is_found


def test_index_exports_what_is_filtered(agent: Client, case: Case) -> None:
    response = agent.get(f"{URL}?format=csv")

    text = b"".join(response).decode()
    assert case.customer.company in text
    assert "1060.00" in text


def test_index_costs_the_same_for_many(agent: Client, partner: Partner) -> None:
    counts = []
    for size in (1, 5):
        for _ in range(size):
            case_at(partner, 25)
        with CaptureQueriesContext(connection) as queries:
            agent.get(URL)
        counts.append(len(queries))

    assert counts[0] == counts[1]
