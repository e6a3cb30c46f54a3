"""Django admin: everything of collections can be read, nothing edited, sweeps started."""

import pytest
from django.test import Client

from collections_policy.models import CollectionsPolicy, RunStatus, SweepRun
from partners.models import Partner, User
from tests.factories.collections import case_at

pytestmark = pytest.mark.django_db
MODELS = ("case", "collectionspolicy", "pause", "policyversion", "sweeprun")


@pytest.fixture
def admin(client: Client) -> Client:
    """A platform admin's browser."""
    user = User.objects.create_superuser("admin@portal.example", name="Admin")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("model", MODELS)
def test_admin_lists(admin: Client, partner: Partner, model: str) -> None:
    case_at(partner, 5)

    assert admin.get(f"/admin/collections_policy/{model}/?q=test").status_code == 200


def test_admin_shows_a_case_without_a_save_button(admin: Client, partner: Partner) -> None:
    case = case_at(partner, 5)

    content = admin.get(f"/admin/collections_policy/case/{case.pk}/change/").content.decode()

    assert 'name="_save"' not in content
    assert f"/collections/cases/{case.pk}/" in content or "view on site" in content.lower()


def test_admin_asks_for_a_sweep_once(admin: Client, partner: Partner) -> None:
    case_at(partner, 5)
    policy = CollectionsPolicy.objects.get(partner=partner)
    chosen = {"action": "run_sweep", "_selected_action": [policy.pk]}

    admin.post("/admin/collections_policy/collectionspolicy/", chosen)
    admin.post("/admin/collections_policy/collectionspolicy/", chosen)

    assert SweepRun.objects.filter(status=RunStatus.WAITING).count() == 1
