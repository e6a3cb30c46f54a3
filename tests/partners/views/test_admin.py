"""Django admin for platform admins: everything opens, what the portal writes is read-only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from partners import sealing
from partners.models import AuditEntry, Cloud, Connection, Partner, User
from service_requests.models import ServiceRequest, Status
from tests.factories.customers import CustomerFactory
from tests.factories.partners import UserFactory, global_admin
from tests.factories.service_requests import request_at

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
OURS = ["partners", "service_requests"]
PAGES = sorted(
    f"{model._meta.app_label}/{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in OURS
)
READ_ONLY = ["auditentry", "auditseal", "heartbeat", "job", "membership"]


@pytest.fixture
def platform_admin(signed_in: SignIn) -> Client:
    return signed_in(UserFactory.create(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("page", PAGES)
def test_list_opens_and_is_searched(platform_admin: Client, partner: Partner, page: str) -> None:
    request_at(Status.SUBMITTED, customer=CustomerFactory.create(partner=partner))

    assert platform_admin.get(f"/admin/{page}/").status_code == 200
    assert platform_admin.get(f"/admin/{page}/?q=1").status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_the_portal_writes_is_not_added_here(platform_admin: Client, model: str) -> None:
    assert platform_admin.get(f"/admin/partners/{model}/add/").status_code == 403


def _connection(**changes: object) -> dict[str, Any]:
    return {
        "cloud": Cloud.EMULATOR.value,
        "tenant_id": "t",
        "client_id": "c",
        "client_secret": "hush-hush",
        **changes,
    }


def test_secret_is_stored_sealed_and_never_shown(platform_admin: Client, partner: Partner) -> None:
    platform_admin.post("/admin/partners/connection/add/", _connection(partner=partner.pk))

    connection = Connection.objects.get()
    page = platform_admin.get(f"/admin/partners/connection/{connection.pk}/change/")
    assert sealing.unseal(bytes(connection.sealed_secret)) == "hush-hush"
    assert b"hush-hush" not in page.content
    assert "hush-hush" not in str(AuditEntry.objects.get().after)


def test_empty_secret_keeps_the_stored_one(platform_admin: Client, partner: Partner) -> None:
    platform_admin.post("/admin/partners/connection/add/", _connection(partner=partner.pk))
    connection = Connection.objects.get()
    answers = _connection(partner=partner.pk, client_secret="", tenant_id="t2")

    platform_admin.post(f"/admin/partners/connection/{connection.pk}/change/", answers)

    connection.refresh_from_db()
    assert connection.tenant_id == "t2"
    assert sealing.unseal(bytes(connection.sealed_secret)) == "hush-hush"


def test_person_is_added_by_email_and_in_the_trail(platform_admin: Client) -> None:
    answers = {
        "email": "New@Partner.example",
        "name": "New",
        "language": "en",
        "usable_password": "true",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    platform_admin.post("/admin/partners/user/add/", answers)

    assert User.objects.get(email="new@partner.example").check_password("correct horse battery")
    assert AuditEntry.objects.get().kind == "person.added_in_admin"


def test_request_is_corrected_but_not_moved(platform_admin: Client, partner: Partner) -> None:
    customer = CustomerFactory.create(partner=partner)
    found = request_at(Status.SUBMITTED, customer=customer, by=global_admin(partner))
    answers = {
        "severity": "minimal",
        "title": "Corrected",
        "text": found.text,
        "text_zh": "",
        "reference": "9200",
        "next_check_on": str(found.next_check_on),
        "status": "closed",
        "notes-TOTAL_FORMS": "0",
        "notes-INITIAL_FORMS": "0",
    }

    platform_admin.post(f"/admin/service_requests/servicerequest/{found.pk}/change/", answers)

    found = ServiceRequest.objects.get()
    assert (found.title, found.reference, found.status) == ("Corrected", "9200", Status.SUBMITTED)
    assert AuditEntry.objects.latest("id").kind == "service_request.changed_in_admin"
