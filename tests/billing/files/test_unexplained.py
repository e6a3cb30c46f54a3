"""Prorated lines are marked only where the file shows that no convention gives the figure."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.files import samples
from billing.models import Invoice
from billing.unexplained import unexplained_lines
from partners.models import Partner
from tests.billing.files import make
from tests.factories.partners import billing_admin

pytestmark = pytest.mark.django_db
PRORATED_ROW = 4
"""After the cycle fee and the reversal of the month before."""


def draft_with(partner: Partner, **cells: str) -> Invoice:
    """The draft of a customer that changed its seats, with other cells in a prorated line."""
    subscription = samples.SampleSubscription(
        "sub", "E3", 12, Decimal(100), seats_before=10, changed_on=date(2026, 9, 11)
    )
    customer = samples.SampleCustomer("a", "a公司", "a.cn", [subscription])
    content = samples.licence_file([customer], first=make.FIRST, last=make.LAST, mpn_id=make.MPN_ID)
    changed = make.changed(content, cells, row=PRORATED_ROW)
    make.imported(make.partner_invoice(partner), changed)
    return Invoice.objects.get()


def test_figure_by_days_is_not_marked(partner: Partner) -> None:
    assert unexplained_lines(draft_with(partner)) == set()


def test_figure_that_no_convention_gives_is_marked(partner: Partner) -> None:
    own = {"Amount": "350.00", "Subtotal": "350.00", "Tax": "21.00", "TotalForCustomer": "371.00"}
    draft = draft_with(partner, **own)

    [marked] = draft.lines.filter(pk__in=unexplained_lines(draft))

    assert (marked.net, marked.period_from) == (Decimal("350.00"), date(2026, 9, 1))


def test_figure_is_not_marked_where_the_period_is_not_known(partner: Partner) -> None:
    own = {"Amount": "350.00", "Subtotal": "350.00", "Tax": "21.00", "TotalForCustomer": "371.00"}
    elsewhere = {"ChargeStartDate": "8/1/2026 0:00", "ChargeEndDate": "8/10/2026 23:59"}

    assert unexplained_lines(draft_with(partner, **own, **elsewhere)) == set()


def test_page_of_the_draft_says_so(partner: Partner, client: Client) -> None:
    own = {"Amount": "350.00", "Subtotal": "350.00", "Tax": "21.00", "TotalForCustomer": "371.00"}
    draft = draft_with(partner, **own)
    client.force_login(billing_admin(partner))

    page = client.get(reverse("billing:invoice", args=[draft.pk])).content.decode()

    assert page.count("agrees with no known convention") == 1
