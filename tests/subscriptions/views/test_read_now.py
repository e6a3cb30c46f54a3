"""Asking for a complete reading of Partner Center."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import AdminRole, Job, Partner, User
from partners.permissions import Permission
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    help_desk_agent,
    member,
    sales_agent,
)

SignIn = Callable[[User], Client]
URL = reverse("subscriptions:read")


@pytest.mark.parametrize("make", [admin_agent, sales_agent, help_desk_agent])
def test_reading_is_put_in_the_queue(
    partner: Partner, signed_in: SignIn, make: Callable[[Partner], User]
) -> None:
    person = make(partner)

    response = signed_in(person).post(URL)

    job = Job.objects.get()
    assert (job.kind, job.partner, job.owner) == ("subscriptions.read", partner, person)
    assert response.headers["Location"] == reverse("job", args=[job.pk])


def test_second_click_goes_to_the_reading_that_waits(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(admin_agent(partner))

    first = client.post(URL)
    second = client.post(URL)

    assert first.headers["Location"] == second.headers["Location"]
    assert Job.objects.count() == 1


def test_reading_waits_for_each_partner_by_itself(partner: Partner, signed_in: SignIn) -> None:
    signed_in(admin_agent(partner)).post(URL)
    signed_in(admin_agent(PartnerFactory.create())).post(URL)

    assert Job.objects.count() == 2


def test_reading_asks_anonymous_to_sign_in(client: Client, db: None) -> None:
    assert client.post(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_reading_names_the_missing_right(partner: Partner, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).post(URL)

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_reading_takes_no_other_method(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(admin_agent(partner)).get(URL).status_code == 405
    assert not Job.objects.exists()
