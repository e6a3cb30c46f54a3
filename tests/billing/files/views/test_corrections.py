"""Choosing what becomes of charges imported before, and of what was invoiced by a replaced file."""

from collections.abc import Callable

import pytest
from django.test import Client

from billing.models import CreditNote, FileStatus, Invoice, ReconciliationFile
from billing.tasks import drain_imports
from partners.models import Partner, User
from tests.billing.files import make
from tests.billing.files.test_corrections import HALF, replaced_after_issue
from tests.factories.partners import PartnerFactory, billing_admin

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]


def url(file: ReconciliationFile, action: str = "") -> str:
    return f"/billing/reconciliation/{file.pk}/{action}"


@pytest.fixture
def clerk(partner: Partner, signed_in: SignIn) -> Client:
    return signed_in(billing_admin(partner))


@pytest.fixture
def first(partner: Partner) -> ReconciliationFile:
    return make.imported(make.partner_invoice(partner), make.licence_bytes(2))


@pytest.fixture
def second(partner: Partner, first: ReconciliationFile) -> ReconciliationFile:
    return make.checked(make.partner_invoice(partner, number="NEXT"), make.licence_bytes(3))


def test_page_names_the_other_file_with_counts(clerk: Client, second: ReconciliationFile) -> None:
    page = clerk.get(url(second)).content.decode()

    assert "holds 2 of these 3 lines" in page
    assert "Import only the new lines" in page


def test_choosing_to_replace_checks_the_file_again(
    clerk: Client, first: ReconciliationFile, second: ReconciliationFile
) -> None:
    clerk.post(url(second, "choose/"), {"replaces": first.pk})
    drain_imports()
    second.refresh_from_db()

    assert (second.status, second.replaces) == (FileStatus.CHECKED, first)


def test_choosing_only_new_lines_checks_the_file_again(
    clerk: Client, second: ReconciliationFile
) -> None:
    clerk.post(url(second, "choose/"))
    drain_imports()
    second.refresh_from_db()

    assert (second.status, second.only_new) == (FileStatus.CHECKED, True)


def test_choosing_a_file_of_another_partner_changes_nothing(
    clerk: Client, second: ReconciliationFile
) -> None:
    clerk.post(url(second, "choose/"), {"replaces": "999999"})
    second.refresh_from_db()

    assert (second.status, second.replaces) == (FileStatus.REFUSED, None)


def test_differences_are_shown_and_drafted_once(clerk: Client, partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), HALF))
    page = clerk.get(url(file, "differences/")).content.decode()
    customer = Invoice.objects.order_by("customer__tenant_id").first()
    assert customer is not None
    clerk.post(url(file, "differences/"), {"ids": [customer.customer_id]})
    clerk.post(url(file, "differences/"), {"ids": [customer.customer_id]})

    assert "530.00" in page
    assert CreditNote.objects.drafts().count() == 1


def test_differences_of_another_partner_are_not_found(
    partner: Partner, signed_in: SignIn, first: ReconciliationFile
) -> None:
    stranger = signed_in(billing_admin(PartnerFactory.create()))

    assert stranger.get(url(first, "differences/")).status_code == 404
    assert stranger.post(url(first, "choose/")).status_code == 404


def test_nothing_ticked_makes_nothing(clerk: Client, partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), HALF))
    response = clerk.post(url(file, "differences/"), follow=True)

    assert "Nothing was chosen" in response.content.decode()
    assert not CreditNote.objects.exists()
