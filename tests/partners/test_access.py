"""Scoping: nobody sees another partner's rows."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from partners.access import can, partner_ids_where
from partners.models import AgentRole, Membership, Partner
from partners.permissions import Permission
from tests.factories.customers import CustomerFactory
from tests.factories.partners import (
    PartnerFactory,
    admin_agent,
    billing_admin,
    member,
    sales_agent,
)

pytestmark = pytest.mark.django_db


def test_rows_of_other_partners_are_left_out(partner: Partner) -> None:
    ours = CustomerFactory.create(partner=partner)
    CustomerFactory.create()

    assert list(Customer.objects.for_user(admin_agent(partner))) == [ours]


def test_rows_of_all_ones_partners_are_found(partner: Partner) -> None:
    other = PartnerFactory.create()
    person = admin_agent(partner)
    Membership.objects.create(user=person, partner=other, agent_role=AgentRole.SALES)
    here, there = CustomerFactory.create(partner=partner), CustomerFactory.create(partner=other)

    assert set(Customer.objects.for_user(person)) == {here, there}
    assert partner_ids_where(person, Permission.SEE_RECEIVABLES) == [partner.pk]


def test_roles_at_one_partner_count_nothing_at_another(partner: Partner) -> None:
    assert not can(admin_agent(partner), Permission.SUSPEND, PartnerFactory.create())


def test_person_without_role_sees_no_rows(partner: Partner) -> None:
    CustomerFactory.create(partner=partner)

    assert not Customer.objects.for_user(member(partner)).exists()


def test_anonymous_sees_no_rows(partner: Partner) -> None:
    CustomerFactory.create(partner=partner)

    assert not Customer.objects.for_user(AnonymousUser()).exists()


def test_person_who_may_not_sign_in_sees_no_rows(partner: Partner) -> None:
    person = admin_agent(partner)
    person.is_active = False

    assert not can(person, Permission.SEE_CUSTOMERS, partner)


def test_setting_lets_sales_agents_see_receivables(partner: Partner) -> None:
    partner.settings.sales_see_receivables = True
    partner.settings.save()

    assert can(sales_agent(partner), Permission.SEE_RECEIVABLES, partner)


def test_memberships_are_read_once(partner: Partner) -> None:
    person = billing_admin(partner)

    with CaptureQueriesContext(connection) as queries:
        can(person, Permission.SUSPEND, partner)
        can(person, Permission.SEE_RECEIVABLES, partner)

    assert len(queries) == 1
