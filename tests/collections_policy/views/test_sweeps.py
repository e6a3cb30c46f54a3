"""/collections/sweeps/: which sweeps ran, and the button that asks for one."""

from collections.abc import Callable

import pytest
from django.test import Client

from collections_policy.models import RunStatus, SweepRun
from partners.models import Partner
from tests.factories.collections import case_at, swept
from tests.factories.partners import PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/collections/sweeps/"
RUN = "/collections/sweeps/run/"


def test_sweeps_lists_runs(agent: Client, partner: Partner) -> None:
    run = swept(partner)

    content = agent.get(URL).content.decode()

    assert f"/collections/sweeps/{run.pk}/" in content
    assert "Receipts recorded up to" in content


def test_run_now_asks_for_one_sweep_however_often_clicked(agent: Client, partner: Partner) -> None:
    first = agent.post(RUN, {"partner": partner.pk})

    second = agent.post(RUN, {"partner": partner.pk})

    assert first["Location"] == second["Location"]
    assert SweepRun.objects.get().status == RunStatus.WAITING


def test_run_now_refuses_a_page_of_another_partner(agent: Client) -> None:
    response = agent.post(RUN, {"partner": PartnerFactory.create().pk})

    assert response.status_code == 409
    assert not SweepRun.objects.exists()


def test_run_now_only_posts(agent: Client) -> None:
    assert agent.get(RUN).status_code == 405


@pytest.mark.parametrize("role", ["sales_agent", "help_desk"])
def test_run_now_is_refused_to_who_may_not(
    as_role: Callable[[str], Client], partner: Partner, role: str
) -> None:
    assert as_role(role).post(RUN, {"partner": partner.pk}).status_code == 403


@pytest.mark.parametrize("address", [URL, RUN])
def test_sweeps_ask_visitors_to_sign_in(client: Client, address: str) -> None:
    assert client.post(address).status_code in {302, 405}
    assert not SweepRun.objects.exists()


def test_sweep_shows_its_counts(agent: Client, partner: Partner) -> None:
    case_at(partner, 5)
    run = SweepRun.objects.get()

    content = agent.get(f"{URL}{run.pk}/").content.decode()

    assert "Cases opened" in content
    assert "hx-trigger" not in content


def test_sweep_asks_again_until_it_is_finished(agent: Client, partner: Partner) -> None:
    agent.post(RUN, {"partner": partner.pk})
    run = SweepRun.objects.get()

    response = agent.get(f"{URL}{run.pk}/", headers={"HX-Request": "true"})

    content = response.content.decode()
    assert 'hx-trigger="every 2s"' in content
    assert "<html" not in content


def test_sweep_of_another_partner_is_not_found(agent: Client) -> None:
    run = swept(PartnerFactory.create())

    assert agent.get(f"{URL}{run.pk}/").status_code == 404


def test_sweep_only_reads(agent: Client, partner: Partner) -> None:
    assert agent.post(f"{URL}{swept(partner).pk}/").status_code == 405
