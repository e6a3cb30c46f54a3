"""/collections/cases/<id>/: the story of one case."""

from collections.abc import Callable

import pytest
from django.test import Client

from collections_policy.models import Case
from tests.factories.collections import case_at
from tests.factories.partners import PartnerFactory
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db


def url(case: Case) -> str:
    return f"/collections/cases/{case.pk}/"


def test_case_tells_the_story(agent: Client, case: Case) -> None:
    SubscriptionFactory.create(customer=case.customer, friendly_name="Exchange for all")

    content = agent.get(url(case)).content.decode()

    assert "1,060.00" in content
    assert "Exchange for all" in content
    assert "Not checked yet" in content


def test_case_asks_visitors_to_sign_in(client: Client, case: Case) -> None:
    assert client.get(url(case)).status_code == 302


@pytest.mark.parametrize(
    ("role", "status"),
    [("billing_admin", 200), ("sales_agent", 403), ("help_desk", 403)],
)
def test_case_opens_to_who_works_cases(
    as_role: Callable[[str], Client], case: Case, role: str, status: int
) -> None:
    assert as_role(role).get(url(case)).status_code == status


def test_case_of_another_partner_is_not_found(agent: Client) -> None:
    assert agent.get(url(case_at(PartnerFactory.create(), 25))).status_code == 404


def test_case_only_reads(agent: Client, case: Case) -> None:
    assert agent.post(url(case)).status_code == 405
