"""/billing/reconciliation/: the list and the upload."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import FileStatus, PartnerInvoice, ReconciliationFile
from billing.tasks import drain_imports
from partners.models import Partner, User
from tests.billing.files import make
from tests.factories.partners import (
    PartnerFactory,
    billing_admin,
    help_desk_agent,
    sales_agent,
)

pytestmark = pytest.mark.django_db
URL = "/billing/reconciliation/"
type SignIn = Callable[[User], Client]


def typed(partner: Partner, **changes: object) -> dict[str, object]:
    return {
        "partner": partner.pk,
        "file": SimpleUploadedFile("October.csv", make.licence_bytes(3)),
        "number": make.INVOICE,
        "issued_on": "2026-10-01",
        "currency": "CNY",
        "total": "3180.00",
    } | changes


def test_upload_is_checked_and_shown(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(partner))
    response = client.post(URL, typed(partner))
    file = ReconciliationFile.objects.get()
    assert response.headers["Location"] == f"{URL}{file.pk}/"
    drain_imports()

    page = client.get(f"{URL}{file.pk}/").content.decode()
    assert "3 lines are ready" in page
    assert "Import 3 lines" in page
    assert PartnerInvoice.objects.get().due_on.isoformat() == "2026-10-31"


def test_list_shows_files(partner: Partner, signed_in: SignIn) -> None:
    make.imported(make.partner_invoice(partner), make.licence_bytes(1))
    page = signed_in(billing_admin(partner)).get(URL)

    assert b"October.csv" in page.content
    assert b"<html" in page.content


def test_list_answers_htmx_with_the_table(partner: Partner, signed_in: SignIn) -> None:
    make.uploaded(make.partner_invoice(partner), make.licence_bytes(1))
    client = signed_in(billing_admin(partner))
    page = client.get(URL, {"q": "october"}, headers={"HX-Request": "true"})

    assert b"October.csv" in page.content
    assert b"<html" not in page.content


@pytest.mark.parametrize(
    ("query", "is_found"),
    [({"q": make.INVOICE}, True), ({"q": "x"}, False), ({"status": "imported"}, False)],
)
def test_list_filters(
    partner: Partner, signed_in: SignIn, query: dict[str, str], is_found: bool
) -> None:
    make.uploaded(make.partner_invoice(partner), make.licence_bytes(1))
    page = signed_in(billing_admin(partner)).get(URL, query)

    assert (b"October.csv" in page.content) is is_found


def test_list_needs_a_constant_number_of_queries(
    partner: Partner,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    invoice = make.partner_invoice(partner)
    for count in range(1, 6):
        make.uploaded(invoice, make.licence_bytes(count))
    client = signed_in(billing_admin(partner))

    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]  # a context manager
        client.get(URL)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": ""}, "This field is required"),
        ({"issued_on": "yesterday"}, "Enter a valid date"),
        ({"issued_on": "0026-10-01"}, "The year seems to be wrong"),
        ({"currency": "rmb"}, "Enter a valid value"),
        ({"total": "NaN"}, "Enter a number"),
        ({"file": ""}, "required"),
        ({"replaces": "999"}, "Select a valid choice"),
    ],
)
def test_upload_refuses_bad_fields(
    partner: Partner, signed_in: SignIn, changes: dict[str, object], words: str
) -> None:
    response = signed_in(billing_admin(partner)).post(URL, typed(partner, **changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ReconciliationFile.objects.exists()


def test_second_upload_of_the_same_bytes_leads_to_the_first(
    partner: Partner, signed_in: SignIn
) -> None:
    first = billing_admin(partner)
    signed_in(first).post(URL, typed(partner))
    response = signed_in(billing_admin(partner)).post(URL, typed(partner), follow=True)

    assert ReconciliationFile.objects.count() == 1
    assert f"{first} has uploaded exactly this file before" in response.content.decode()


def test_empty_file_gets_a_sentence(partner: Partner, signed_in: SignIn) -> None:
    client = signed_in(billing_admin(partner))
    client.post(URL, typed(partner, file=SimpleUploadedFile("empty.csv", b"")))
    drain_imports()
    file = ReconciliationFile.objects.get()

    assert file.status == FileStatus.REFUSED
    page = client.get(f"{URL}{file.pk}/").content.decode()
    assert "The file is empty (0 bytes)" in page


def test_upload_for_another_chosen_partner_is_409(partner: Partner, signed_in: SignIn) -> None:
    other = PartnerFactory.create()
    response = signed_in(billing_admin(partner)).post(URL, typed(other))

    assert response.status_code == 409
    assert not ReconciliationFile.objects.exists()


def test_anonymous_signs_in_first(client: Client) -> None:
    assert client.get(URL).headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("person", [sales_agent, help_desk_agent])
def test_cost_is_not_for_everybody(
    partner: Partner, signed_in: SignIn, person: Callable[[Partner], User]
) -> None:
    client = signed_in(person(partner))

    assert client.get(URL).status_code == 403
    assert client.post(URL, typed(partner)).status_code == 403
    assert client.get("/billing/statement/").status_code == 403
    assert client.get("/billing/price-rules/").status_code == 403


def test_other_methods_are_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).delete(URL).status_code == 405
