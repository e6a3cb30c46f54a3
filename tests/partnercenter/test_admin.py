"""Django admin: every model can be looked through; money, holds and the trail are read only."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from partners.models import AuditEntry, User
from subscriptions.models import Hold, HoldReason, StatusChange
from subscriptions.services import Source, place_hold
from tests.factories.partners import admin_agent
from tests.factories.subscriptions import SubscriptionFactory

pytestmark = pytest.mark.django_db
ROOMS = {"partners", "customers", "subscriptions", "notices", "billing"} | {
    "service_requests",
    "collections_policy",
}
MODELS = [model for model in admin.site._registry if model._meta.app_label in ROOMS]
READ_ONLY = {
    "hold",
    "statuschange",
    "auditentry",
    "auditseal",
    "invoice",
    "receipt",
    "allocation",
} | {
    "partnerinvoice",
    "partnerpayment",
    "billalarm",
}


@pytest.fixture
def platform_admin(signed_in: Callable[[User], Client]) -> Client:
    """A browser in which a platform admin has signed in."""
    return signed_in(User.objects.create_superuser("admin@portal.example", name="Admin"))


def _list(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_list_opens_and_searches(platform_admin: Client, model: type[Model]) -> None:
    assert platform_admin.get(_list(model)).status_code == 200
    assert platform_admin.get(_list(model), {"q": "云"}).status_code in {200, 302}


@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if model._meta.model_name in READ_ONLY],
    ids=lambda model: model._meta.label_lower,
)
def test_what_services_write_cannot_be_added(platform_admin: Client, model: type[Model]) -> None:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    assert platform_admin.get(url).status_code == 403


def test_every_room_of_the_register_is_covered() -> None:
    assert {model._meta.app_label for model in MODELS} == ROOMS


def test_hold_and_change_can_be_read_and_not_written(platform_admin: Client) -> None:
    subscription = SubscriptionFactory.create()
    clerk = admin_agent(subscription.partner)
    hold = place_hold(
        subscription,
        reason=HoldReason.FRAUD,
        source=Source.person(clerk),
        note="odd sign-ins",
        by=clerk,
        because="odd sign-ins",
    )
    url = reverse("admin:subscriptions_hold_change", args=[hold.pk])
    assert b"odd sign-ins" in platform_admin.get(url).content
    assert platform_admin.post(url, {"note": "changed"}).status_code == 403
    page = reverse("admin:subscriptions_subscription_change", args=[subscription.pk])
    assert platform_admin.get(page).status_code == 200
    assert Hold.objects.get().note == "odd sign-ins"
    assert StatusChange.objects.count() == 1
    assert AuditEntry.objects.exists()


def test_partner_staff_are_kept_out(signed_in: Callable[[User], Client]) -> None:
    subscription = SubscriptionFactory.create()
    client = signed_in(admin_agent(subscription.partner))
    assert client.get(reverse("admin:index")).status_code == 302
