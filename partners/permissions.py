"""What each role may do: one table, shown as a page and tested as a truth table.

Source: Partner Center operated by 21Vianet, "Create user accounts and set permissions"; what that
page leaves open is decided in docs/decisions/0003-roles.md.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from partners.models import AdminRole, AgentRole


class Permission(StrEnum):
    """Things a person may or may not do at one partner."""

    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    EDIT_CONTACTS = "edit_contacts"
    EDIT_BILLING_CONTACTS = "edit_billing_contacts"
    SUSPEND = "suspend"
    SEE_RECEIVABLES = "see_receivables"
    SEE_PARTNER_BILL = "see_partner_bill"
    RECORD_MONEY = "record_money"
    WORK_CASES = "work_cases"
    APPROVE_NON_PAYMENT = "approve_non_payment"
    SUSPEND_NOW = "suspend_now"
    RAISE_ALARM = "raise_alarm"
    DRAFT_CUSTOMER_REQUESTS = "draft_customer_requests"
    FILE_PARTNER_CENTER_REQUESTS = "file_partner_center_requests"
    MANAGE_POLICY = "manage_policy"
    MANAGE_PEOPLE = "manage_people"

    @property
    def label(self) -> str:
        """The permission in the reader's language."""
        return str(_LABELS[self])


_LABELS = {
    Permission.SEE_CUSTOMERS: _("See customers and subscriptions"),
    Permission.EDIT_CUSTOMERS: _("Edit customers and credit decisions"),
    Permission.EDIT_CONTACTS: _("Edit contacts"),
    Permission.EDIT_BILLING_CONTACTS: _("Edit billing contacts"),
    Permission.SUSPEND: _("Suspend and unblock"),
    Permission.SEE_RECEIVABLES: _("See what customers owe"),
    Permission.SEE_PARTNER_BILL: _("See 21Vianet's bill, cost and margin"),
    Permission.RECORD_MONEY: _("Record and import money, issue invoices"),
    Permission.WORK_CASES: _("Work cases and propose suspensions"),
    Permission.APPROVE_NON_PAYMENT: _("Approve a suspension for non-payment"),
    Permission.SUSPEND_NOW: _("Suspend now for fraud or misuse"),
    Permission.RAISE_ALARM: _("Raise an alarm about fraud or misuse"),
    Permission.DRAFT_CUSTOMER_REQUESTS: _("Draft customer requests"),
    Permission.FILE_PARTNER_CENTER_REQUESTS: _("File Partner Center requests"),
    Permission.MANAGE_POLICY: _("Change policy, calendar, brakes and connection"),
    Permission.MANAGE_PEOPLE: _("Manage people and roles"),
}

_GLOBAL = frozenset({AdminRole.GLOBAL.value})
_ADMIN = frozenset({AgentRole.ADMIN.value})
_SALES = frozenset({AgentRole.SALES.value})
_HELP_DESK = frozenset({AgentRole.HELP_DESK.value})
_BILLING = frozenset({AdminRole.BILLING.value})
_PEOPLE = frozenset({AdminRole.USER_MANAGEMENT.value})

GRANTS: dict[Permission, tuple[frozenset[str], ...]] = {
    Permission.SEE_CUSTOMERS: (_GLOBAL, _ADMIN, _SALES, _HELP_DESK, _BILLING),
    Permission.EDIT_CUSTOMERS: (_GLOBAL, _ADMIN, _SALES),
    Permission.EDIT_CONTACTS: (_GLOBAL, _ADMIN, _SALES, _HELP_DESK),
    Permission.EDIT_BILLING_CONTACTS: (_GLOBAL, _ADMIN, _SALES, _HELP_DESK, _BILLING),
    Permission.SUSPEND: (_GLOBAL, _ADMIN, _SALES),
    Permission.SEE_RECEIVABLES: (_GLOBAL, _ADMIN, _BILLING),
    Permission.SEE_PARTNER_BILL: (_GLOBAL, _ADMIN, _BILLING),
    Permission.RECORD_MONEY: (_GLOBAL, _ADMIN, _BILLING),
    Permission.WORK_CASES: (_GLOBAL, _ADMIN, _BILLING),
    Permission.APPROVE_NON_PAYMENT: (_GLOBAL, _ADMIN, _SALES | _BILLING),
    Permission.SUSPEND_NOW: (_GLOBAL, _ADMIN),
    Permission.RAISE_ALARM: (_GLOBAL, _ADMIN, _SALES, _HELP_DESK, _BILLING),
    Permission.DRAFT_CUSTOMER_REQUESTS: (_GLOBAL, _ADMIN, _HELP_DESK),
    Permission.FILE_PARTNER_CENTER_REQUESTS: (_GLOBAL,),
    Permission.MANAGE_POLICY: (_GLOBAL,),
    Permission.MANAGE_PEOPLE: (_GLOBAL, _PEOPLE),
}
"""Each permission with the combinations of roles that grant it; any one of them is enough."""


def is_granted(
    permission: Permission, roles: frozenset[str], *, sales_see_receivables: bool = False
) -> bool:
    """Whether these roles grant the permission under the partner's one setting about amounts."""
    if (
        permission is Permission.SEE_RECEIVABLES
        and sales_see_receivables
        and AgentRole.SALES in roles
    ):
        return True
    return any(combination <= roles for combination in GRANTS[permission])
