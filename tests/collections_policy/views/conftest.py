"""People of each kind, signed in, at a partner with one overdue customer."""

from collections.abc import Callable

import pytest
from django.test import Client

from collections_policy.models import Case
from partners.models import Partner, User
from tests.factories.collections import case_at
from tests.factories.partners import (
    admin_agent,
    billing_admin,
    global_admin,
    help_desk_agent,
    sales_agent,
)


@pytest.fixture
def case(partner: Partner) -> Case:
    """An open case, 25 days overdue, reminded."""
    return case_at(partner, 25)


@pytest.fixture
def agent(partner: Partner, signed_in: Callable[[User], Client]) -> Client:
    """An admin agent's browser."""
    return signed_in(admin_agent(partner))


@pytest.fixture
def as_role(partner: Partner, signed_in: Callable[[User], Client]) -> Callable[[str], Client]:
    """A browser of somebody in the named role."""
    roles = {
        "global_admin": global_admin,
        "admin_agent": admin_agent,
        "billing_admin": billing_admin,
        "sales_agent": sales_agent,
        "help_desk": help_desk_agent,
    }

    def sign_in(role: str) -> Client:
        return signed_in(roles[role](partner))

    return sign_in
