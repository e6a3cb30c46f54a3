"""/policies/: the policy as a customer may be handed it."""

from collections.abc import Callable

import pytest
from django.test import Client

from collections_policy import services
from collections_policy.models import PolicyVersion
from partners.models import Partner
from tests.factories.partners import PartnerFactory, member

pytestmark = pytest.mark.django_db
URL = "/policies/"


def test_policy_shows_steps_and_days(agent: Client, partner: Partner) -> None:
    services.ensure_default_policy(partner, None)

    content = agent.get(URL).content.decode()

    assert "3 days after the due date" in content
    assert "20 days after the due date" in content
    assert "60 days" in content


@pytest.mark.parametrize("language", ["en", "zh-hans", "it"])
def test_policy_speaks_the_language_asked_for(
    agent: Client, partner: Partner, language: str
) -> None:
    services.ensure_default_policy(partner, None)

    content = agent.get(f"{URL}?language={language}").content.decode()

    assert f'<article class="card prose" lang="{language}">' in content


def test_policy_ignores_an_unknown_language(agent: Client, partner: Partner) -> None:
    services.ensure_default_policy(partner, None)

    assert 'lang="en"' in agent.get(f"{URL}?language=xx").content.decode()


@pytest.mark.parametrize(
    "role", ["global_admin", "admin_agent", "billing_admin", "sales_agent", "help_desk"]
)
def test_policy_opens_to_everybody_who_sees_customers(
    as_role: Callable[[str], Client], role: str
) -> None:
    assert as_role(role).get(URL).status_code == 200


def test_policy_is_closed_without_a_role(
    signed_in: Callable[..., Client], partner: Partner
) -> None:
    assert signed_in(member(partner)).get(URL).status_code == 403


def test_policy_asks_visitors_to_sign_in(client: Client) -> None:
    assert client.get(URL).status_code == 302


def test_policy_is_published_by_a_global_admin_once(
    as_role: Callable[[str], Client], partner: Partner
) -> None:
    browser = as_role("global_admin")

    browser.post(URL, {"partner": partner.pk})
    browser.post(URL, {"partner": partner.pk})

    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize("role", ["admin_agent", "sales_agent"])
def test_policy_is_not_published_by_others(
    as_role: Callable[[str], Client], partner: Partner, role: str
) -> None:
    response = as_role(role).post(URL, {"partner": partner.pk})

    assert response.status_code == 403
    assert not PolicyVersion.objects.exists()


def test_policy_refuses_a_page_of_another_partner(as_role: Callable[[str], Client]) -> None:
    response = as_role("global_admin").post(URL, {"partner": PartnerFactory.create().pk})

    assert response.status_code == 409
