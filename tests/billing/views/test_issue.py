"""Issuing drafts: how many is said first, a second click issues nothing twice."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing import issuing
from billing.models import Invoice, InvoiceStatus
from partners import jobs
from partners.models import Job, Partner, User
from tests.factories.billing import draft_of
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.partners import billing_admin, sales_agent

SignIn = Callable[[User], Client]
URL = reverse("billing:invoices_issue")


def everything_shown(partner: Partner) -> dict[str, int]:
    """What the page sends for all drafts: up to the newest one it showed."""
    newest = Invoice.objects.of_partner(partner).drafts().latest("pk")
    return {"partner": partner.pk, "up_to": newest.pk}


def test_post_that_names_no_draft_issues_none(partner: Partner, signed_in: SignIn) -> None:
    draft = draft_of(CustomerFactory.create(partner=partner))
    signed_in(billing_admin(partner)).post(URL, {"partner": partner.pk})
    draft.refresh_from_db()
    assert draft.is_draft


def test_page_says_how_many_and_how_much(partner: Partner, signed_in: SignIn) -> None:
    draft_of(CustomerFactory.create(partner=partner))
    draft_of(CustomerFactory.create(partner=partner), currency="USD")

    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    assert "Issue 2 invoices?" in page
    assert "1,060.00" in page


def test_post_issues_and_writes_the_letters(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    ContactFactory.create(customer=customer)
    draft = draft_of(customer)

    response = signed_in(billing_admin(partner)).post(URL, everything_shown(partner))

    draft.refresh_from_db()
    assert response["Location"] == reverse("billing:invoice", args=[draft.pk])
    assert draft.is_issued
    assert customer.notices.get().subject.count(str(draft.number)) == 1


def test_post_issues_only_the_chosen(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    chosen, left = draft_of(customer), draft_of(customer)

    signed_in(billing_admin(partner)).post(URL, {"partner": partner.pk, "ids": [chosen.pk]})

    left.refresh_from_db()
    assert (Invoice.objects.filter(status=InvoiceStatus.ISSUED).get(), left.is_draft) == (
        chosen,
        True,
    )


def test_post_leaves_drafts_that_came_after_the_page(partner: Partner, signed_in: SignIn) -> None:
    shown = draft_of(CustomerFactory.create(partner=partner))
    later = draft_of(CustomerFactory.create(partner=partner))

    signed_in(billing_admin(partner)).post(URL, {"partner": partner.pk, "up_to": shown.pk})

    later.refresh_from_db()
    assert later.is_draft


def test_post_reports_each_failure_and_issues_the_rest(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner, company="负数有限公司")
    draft_of(customer, net="-10.00")
    good = draft_of(customer)

    response = signed_in(billing_admin(partner)).post(URL, everything_shown(partner), follow=True)

    good.refresh_from_db()
    texts = [str(message) for message in response.context["messages"]]
    assert good.is_issued
    assert texts[0] == "1 invoice is issued."
    assert "负数有限公司: Its total is negative" in texts[1]


def test_second_click_issues_nothing(partner: Partner, signed_in: SignIn) -> None:
    draft = draft_of(CustomerFactory.create(partner=partner))
    client = signed_in(billing_admin(partner))
    client.post(URL, {"partner": partner.pk, "ids": [draft.pk]})
    draft.refresh_from_db()
    number = draft.number

    response = client.post(URL, {"partner": partner.pk, "ids": [draft.pk]}, follow=True)

    draft.refresh_from_db()
    assert draft.number == number
    assert "There is no draft to issue." in response.content.decode()


def test_numbers_have_no_gaps_after_a_failure(partner: Partner, signed_in: SignIn) -> None:
    customer = CustomerFactory.create(partner=partner)
    drafts = [draft_of(customer), draft_of(customer, net="-1.00"), draft_of(customer)]

    signed_in(billing_admin(partner)).post(URL, everything_shown(partner))

    numbers = Invoice.objects.filter(pk__in=[row.pk for row in drafts], number__isnull=False)
    endings = [str(row.number)[-5:] for row in numbers.order_by("number")]
    assert endings == ["00001", "00002"]


def test_many_are_issued_by_a_job(
    partner: Partner, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "AT_ONCE", 1)
    drafts = [draft_of(CustomerFactory.create(partner=partner)) for _ in range(3)]

    response = signed_in(billing_admin(partner)).post(URL, everything_shown(partner))
    jobs.drain(issuing.KIND, issuing.issue)

    job = Job.objects.get()
    assert response["Location"] == reverse("job", args=[job.pk])
    assert (job.status, job.result["issued"], job.done) == ("done", 3, len(drafts))


def test_post_for_another_partner_than_chosen_is_a_conflict(
    partner: Partner, signed_in: SignIn
) -> None:
    draft = draft_of(CustomerFactory.create(partner=partner))

    response = signed_in(billing_admin(partner)).post(URL, {"partner": partner.pk + 1})

    draft.refresh_from_db()
    assert (response.status_code, draft.is_draft) == (409, True)


def test_post_never_issues_another_partners_draft(partner: Partner, signed_in: SignIn) -> None:
    theirs = draft_of(CustomerFactory.create())

    signed_in(billing_admin(partner)).post(URL, {"partner": partner.pk, "ids": [theirs.pk]})

    theirs.refresh_from_db()
    assert theirs.is_draft


def test_issuing_is_closed_to_sales_agents(partner: Partner, signed_in: SignIn) -> None:
    draft = draft_of(CustomerFactory.create(partner=partner))

    response = signed_in(sales_agent(partner)).post(URL, {"partner": partner.pk})

    draft.refresh_from_db()
    assert (response.status_code, draft.is_draft) == (403, True)


def test_issuing_sends_strangers_to_sign_in(client: Client, db: None) -> None:
    assert client.post(URL).status_code == 302
