"""Who may do what: the whole table written out, role by role."""

import pytest

from partners.permissions import Permission, is_granted

ROLES = (
    "global_admin",
    "admin_agent",
    "sales_agent",
    "help_desk_agent",
    "billing_admin",
    "user_management_admin",
)
TABLE = {
    #                                    global admin  sales  help   billing users
    Permission.SEE_CUSTOMERS:                (True,  True,  True,  True,  True,  False),
    Permission.EDIT_CUSTOMERS:               (True,  True,  True,  False, False, False),
    Permission.EDIT_CONTACTS:                (True,  True,  True,  True,  False, False),
    Permission.EDIT_BILLING_CONTACTS:        (True,  True,  True,  True,  True,  False),
    Permission.SUSPEND:                      (True,  True,  True,  False, False, False),
    Permission.SEE_RECEIVABLES:              (True,  True,  False, False, True,  False),
    Permission.SEE_PARTNER_BILL:             (True,  True,  False, False, True,  False),
    Permission.RECORD_MONEY:                 (True,  True,  False, False, True,  False),
    Permission.WORK_CASES:                   (True,  True,  False, False, True,  False),
    Permission.APPROVE_NON_PAYMENT:          (True,  True,  False, False, False, False),
    Permission.SUSPEND_NOW:                  (True,  True,  False, False, False, False),
    Permission.RAISE_ALARM:                  (True,  True,  True,  True,  True,  False),
    Permission.DRAFT_CUSTOMER_REQUESTS:      (True,  True,  False, True,  False, False),
    Permission.FILE_PARTNER_CENTER_REQUESTS: (True,  False, False, False, False, False),
    Permission.MANAGE_POLICY:                (True,  False, False, False, False, False),
    Permission.MANAGE_PEOPLE:                (True,  False, False, False, False, True),
}  # fmt: skip
CELLS = [
    (permission, role, expected)
    for permission, row in TABLE.items()
    for role, expected in zip(ROLES, row, strict=True)
]


@pytest.mark.parametrize(("permission", "role", "expected"), CELLS)
def test_one_role_grants_what_the_table_says(
    permission: Permission, role: str, expected: bool
) -> None:
    assert is_granted(permission, frozenset({role})) is expected


def test_table_names_every_permission() -> None:
    assert set(TABLE) == set(Permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_no_role_grants_nothing(permission: Permission) -> None:
    assert not is_granted(permission, frozenset())


COLLECTIONS_CLERK = frozenset({"sales_agent", "billing_admin"})


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        (Permission.APPROVE_NON_PAYMENT, True),
        (Permission.SUSPEND, True),
        (Permission.SEE_RECEIVABLES, True),
        (Permission.WORK_CASES, True),
        (Permission.SUSPEND_NOW, False),
        (Permission.DRAFT_CUSTOMER_REQUESTS, False),
        (Permission.MANAGE_POLICY, False),
    ],
)
def test_sales_agent_and_billing_admin_make_a_collections_clerk(
    permission: Permission, expected: bool
) -> None:
    assert is_granted(permission, COLLECTIONS_CLERK) is expected


@pytest.mark.parametrize(
    ("roles", "permission", "expected"),
    [
        ({"sales_agent"}, Permission.SEE_RECEIVABLES, True),
        ({"sales_agent"}, Permission.SEE_PARTNER_BILL, False),
        ({"sales_agent"}, Permission.RECORD_MONEY, False),
        ({"help_desk_agent"}, Permission.SEE_RECEIVABLES, False),
        ({"user_management_admin"}, Permission.SEE_RECEIVABLES, False),
    ],
)
def test_setting_opens_receivables_to_sales_agents_alone(
    roles: set[str], permission: Permission, expected: bool
) -> None:
    assert is_granted(permission, frozenset(roles), sales_see_receivables=True) is expected
