"""What a dialog about money asks of the workers once it has acted."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse

from billing import payers
from billing.models import PayerAlias
from partners.models import Partner, User
from tests.factories.billing import draft_of, overdue_for, receipt_from
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

type Calls = list[Callable[[], object]]
type Capture = Callable[[], AbstractContextManager[Calls]]


def nudges(calls: Calls) -> Calls:
    """What was left for the workers, of all that happens after commit."""
    return [call for call in calls if call.__module__ == "partners.nudges"]


@pytest.fixture
def clerk(partner: Partner, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(billing_admin(partner))


def test_dialog_that_changes_what_is_owed_nudges_the_judge(
    clerk: Client, partner: Partner, django_capture_on_commit_callbacks: Capture
) -> None:
    invoice = overdue_for(CustomerFactory.create(partner=partner), days=1)
    url = reverse("billing:invoice_credit", args=[invoice.pk])

    with django_capture_on_commit_callbacks() as calls:
        clerk.post(url, {"amount": "60", "shown_open": "1060.00", "reason": "too dear"})

    invoice.refresh_from_db()
    assert len(nudges(calls)) == 1
    assert invoice.credited == 60


def test_dropped_draft_leaves_the_judge_alone(
    clerk: Client, partner: Partner, django_capture_on_commit_callbacks: Capture
) -> None:
    draft = draft_of(CustomerFactory.create(partner=partner))

    with django_capture_on_commit_callbacks() as calls:
        clerk.post(reverse("billing:invoice_void", args=[draft.pk]), {"reason": "wrong"})

    draft.refresh_from_db()
    assert (nudges(calls), draft.is_draft) == ([], False)


def test_forgotten_payer_leaves_the_judge_alone(
    clerk: Client, partner: Partner, django_capture_on_commit_callbacks: Capture
) -> None:
    customer = CustomerFactory.create(partner=partner)
    payers.learn(receipt_from(customer, payer="李四"), customer, by=billing_admin(partner))
    alias = PayerAlias.objects.get()

    with django_capture_on_commit_callbacks() as calls:
        clerk.post(reverse("billing:payer_forget", args=[alias.pk]), {"reason": "not theirs"})

    assert nudges(calls) == []
