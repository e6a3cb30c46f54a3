"""/collections/cases/<id>/not-until/: pause chasing until a date, with a reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from collections_policy.models import Case, Pause
from partners import clock
from tests.factories.collections import case_at
from tests.factories.partners import PartnerFactory

pytestmark = pytest.mark.django_db


def url(case: Case) -> str:
    return f"/collections/cases/{case.pk}/not-until/"


def until(case: Case, days: int) -> dict[str, str]:
    on = clock.business_date(case.partner) + timedelta(days=days)
    return {"until": on.isoformat(), "reason": "pays on Friday"}


def test_not_until_pauses(agent: Client, case: Case) -> None:
    response = agent.post(url(case), until(case, 5))

    assert response.status_code == 302
    assert Pause.objects.get().reason == "pays on Friday"


def test_not_until_clicked_twice_is_once(agent: Client, case: Case) -> None:
    agent.post(url(case), until(case, 5))

    agent.post(url(case), until(case, 5))

    assert Pause.objects.count() == 1


@pytest.mark.parametrize("days", [0, -1])
def test_not_until_refuses_a_date_that_is_not_later(agent: Client, case: Case, days: int) -> None:
    response = agent.post(url(case), until(case, days))

    assert response.status_code == 422
    assert not Pause.objects.exists()


def test_not_until_asks_for_a_reason(agent: Client, case: Case) -> None:
    assert agent.post(url(case), until(case, 5) | {"reason": ""}).status_code == 422


@pytest.mark.parametrize(
    ("role", "status"),
    [("billing_admin", 200), ("sales_agent", 403), ("help_desk", 403)],
)
def test_not_until_opens_to_who_works_cases(
    as_role: Callable[[str], Client], case: Case, role: str, status: int
) -> None:
    assert as_role(role).get(url(case)).status_code == status


def test_not_until_asks_visitors_to_sign_in(client: Client, case: Case) -> None:
    assert client.post(url(case)).status_code == 302


def test_not_until_of_another_partner_is_not_found(agent: Client) -> None:
    assert agent.get(url(case_at(PartnerFactory.create(), 25))).status_code == 404


def test_not_until_only_gets_and_posts(agent: Client, case: Case) -> None:
    assert agent.put(url(case)).status_code == 405
