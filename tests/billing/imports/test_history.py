"""What an import brings is replayed for any past day, like what people record."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from time_machine import travel

from billing import history, receivables
from billing.books import verifying
from billing.models import ImportKind
from customers.models import Customer
from partners.models import Partner, User
from tests.billing.imports import make
from tests.factories.billing import issued_to
from tests.factories.customers import CustomerFactory
from tests.factories.partners import billing_admin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
BEFORE, TODAY = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture
def november() -> Iterator[None]:
    with travel("2026-11-20T02:00:00Z", tick=False):
        yield


@pytest.fixture
def clerk(partner: Partner) -> User:
    CustomerFactory.create(partner=partner, company="上海测试有限公司")
    return billing_admin(partner)


def owed(partner: Partner, day: date) -> Decimal:
    """All that customers owed at the end of the day."""
    return history.open_by_currency(partner, day).get("CNY", Decimal(0))


def test_imported_balance_is_owed_from_the_day_of_its_import(partner: Partner, clerk: User) -> None:
    content = make.balances(make.balance())
    make.imported(partner, content, ImportKind.OPENING_BALANCES, by=clerk)

    assert (owed(partner, BEFORE), owed(partner, TODAY)) == (Decimal(0), Decimal("1060.00"))
    [then], [now] = history.ageing_as_of(partner, TODAY), receivables.ageing(partner, TODAY)
    assert then.amounts == now.amounts
    assert list(verifying.differences(partner)) == []


def test_imported_payments_count_from_their_import_on(partner: Partner, clerk: User) -> None:
    invoice = issued_to(Customer.objects.get())

    rows = [
        make.paid(remark=str(invoice.number), credit="60.00"),
        make.paid(serial="S2", credit="7.00"),
    ]
    make.imported(partner, make.statement(*rows), by=clerk)

    assert owed(partner, TODAY) == Decimal("1000.00")
    money = history.money_as_of(partner, TODAY)["CNY"]
    assert (money.received, money.allocated, money.unidentified) == tuple(map(Decimal, (67, 60, 7)))
    assert history.money_as_of(partner, BEFORE) == {}
    assert list(verifying.differences(partner)) == []
