"""/billing/statement/outlook/: our bill against what customers owe."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import Partner, User
from tests.billing.bill import make
from tests.factories.billing import issued_to
from tests.factories.customers import CustomerFactory
from tests.factories.partners import PartnerFactory, billing_admin, sales_agent

pytestmark = pytest.mark.django_db
URL = "/billing/statement/outlook/"
type SignIn = Callable[[User], Client]


def test_page_names_the_invoices_that_fill_the_gap(partner: Partner, signed_in: SignIn) -> None:
    make.bill(partner, "1500", due_on=make.TODAY)
    invoice = issued_to(CustomerFactory.create(partner=partner), due_on=make.TODAY)
    page = signed_in(billing_admin(partner)).get(URL).content.decode()

    assert f'href="/billing/invoices/{invoice.pk}/"' in page
    assert "¥1,060.00" in page
    assert "¥440.00" in page


def test_page_shows_nothing_of_another_partner(partner: Partner, signed_in: SignIn) -> None:
    make.bill(PartnerFactory.create(), "1500", number="THEIRS")
    page = signed_in(billing_admin(partner)).get(URL).content.decode()
    assert "Nothing is to be paid to 21Vianet" in page
    assert "THEIRS" not in page


def test_page_needs_few_queries(
    partner: Partner,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    make.bill(partner, "15000", due_on=make.TODAY)
    issued_to(CustomerFactory.create(partner=partner), due_on=make.TODAY)
    issued_to(CustomerFactory.create(partner=partner), due_on=make.TODAY)
    client = signed_in(billing_admin(partner))

    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]  # a context manager
        client.get(URL)


def test_margin_is_not_for_sales(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(sales_agent(partner)).get(URL).status_code == 403


def test_anonymous_signs_in_first(client: Client) -> None:
    assert client.get(URL).headers["Location"].startswith(reverse("account_login"))


def test_other_methods_are_refused(partner: Partner, signed_in: SignIn) -> None:
    assert signed_in(billing_admin(partner)).post(URL).status_code == 405
