"""The page of long work: how far it is, and what came of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners import jobs
from partners.models import AdminRole, Job, Partner, User
from partners.permissions import Permission
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    billing_admin,
    help_desk_agent,
    member,
    sales_agent,
)

SignIn = Callable[[User], Client]
READ = "subscriptions.read"


@pytest.fixture
def job(partner: Partner) -> Job:
    return jobs.ask_for(READ, partner, by=None)


def page_of(job: Job) -> str:
    return reverse("job", args=[job.pk])


def test_page_of_waiting_work_asks_again(partner: Partner, job: Job, signed_in: SignIn) -> None:
    page = signed_in(sales_agent(partner)).get(page_of(job)).content.decode()

    assert "Waiting for a worker" in page
    assert f'hx-get="{page_of(job)}"' in page


def test_page_of_running_work_shows_how_far(partner: Partner, job: Job, signed_in: SignIn) -> None:
    jobs.progress(job, 3, 9)
    Job.objects.update(status=Job.Status.RUNNING)

    page = signed_in(sales_agent(partner)).get(page_of(job)).content.decode()

    assert 'max="9" value="3"' in page


def test_page_of_finished_work_asks_no_more(partner: Partner, job: Job, signed_in: SignIn) -> None:
    jobs.drain(READ, lambda _job: {"customers": 4, "differing": 1})

    page = signed_in(sales_agent(partner)).get(page_of(job)).content.decode()

    assert "Customers read</dt><dd>4" in page
    assert "hx-trigger" not in page


def test_page_of_refused_work_says_why(partner: Partner, job: Job, signed_in: SignIn) -> None:
    def refuse(_job: Job) -> dict[str, object]:
        raise jobs.JobFailed("not connected to Partner Center")

    jobs.drain(READ, refuse)

    page = signed_in(sales_agent(partner)).get(page_of(job)).content.decode()

    assert "not connected to Partner Center" in page


def test_htmx_gets_the_progress_alone(partner: Partner, job: Job, signed_in: SignIn) -> None:
    response = signed_in(sales_agent(partner)).get(page_of(job), headers={"HX-Request": "true"})

    assert response.content.decode().lstrip().startswith('<div class="section" id="job"')
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("make", "status"), [(billing_admin, 200), (sales_agent, 404), (help_desk_agent, 404)]
)
def test_work_about_money_is_open_to_those_who_see_it(
    partner: Partner, signed_in: SignIn, make: Callable[[Partner], User], status: int
) -> None:
    job = jobs.ask_for("billing.issue", partner, by=None)

    assert signed_in(make(partner)).get(page_of(job)).status_code == status


def test_page_of_issued_invoices_names_each_failure(partner: Partner, signed_in: SignIn) -> None:
    job = jobs.ask_for("billing.issue", partner, by=None)
    jobs.drain(
        "billing.issue", lambda _job: {"issued": 2, "failures": ["云启: no line", "天和: void"]}
    )

    page = signed_in(billing_admin(partner)).get(page_of(job)).content.decode()

    assert "云启: no line; 天和: void" in page
    assert reverse("billing:invoices") in page


def test_page_asks_anonymous_to_sign_in(client: Client, job: Job) -> None:
    assert client.get(page_of(job)).headers["Location"] == f"/accounts/login/?next={page_of(job)}"


def test_page_names_the_missing_right(partner: Partner, job: Job, signed_in: SignIn) -> None:
    manager = member(partner, admin_role=AdminRole.USER_MANAGEMENT)

    response = signed_in(manager).get(page_of(job))

    assert response.status_code == 403
    assert Permission.SEE_CUSTOMERS.label in response.content.decode()


def test_another_partners_work_is_not_found(job: Job, signed_in: SignIn) -> None:
    stranger = admin_agent(PartnerFactory.create())

    assert signed_in(stranger).get(page_of(job)).status_code == 404


def test_page_refuses_to_be_posted(partner: Partner, job: Job, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).post(page_of(job)).status_code == 405
