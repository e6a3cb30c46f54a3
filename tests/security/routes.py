"""Every address of the portal: how it is asked, which record it needs, and who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.security.world import ROLES

EVERYBODY = frozenset(ROLES)
SEE = EVERYBODY - {"nobody", "people"}
"""People who see customers and subscriptions."""
SELL = frozenset({"sales", "sales+billing", "agent", "global"})
"""People who suspend, unblock and edit customers."""
MONEY = frozenset({"billing", "sales+billing", "agent", "global"})
"""People who see what customers owe and what 21Vianet bills, and who record money."""
CREDIT = SELL & MONEY
DRAFT = frozenset({"phone", "agent", "global"})
"""People who draft requests."""
PEOPLE = frozenset({"people", "global"})
BOSS = frozenset({"global"})


@dataclass(frozen=True)
class Route:
    """One address: which record it is about, and who gets past the right by GET and by POST."""

    name: str
    may: frozenset[str]
    record: str = ""
    get: bool = True
    post: bool = False
    may_post: frozenset[str] | None = None

    def url(self, keys: Mapping[str, dict[str, Any]]) -> str:
        """The address for a partner's own records."""
        return reverse(self.name, kwargs=keys[self.record] if self.record else {})

    def expected(self, method: str, role: str) -> str:
        """What a person in this role meets."""
        by_method = {"get": self.may, "post": self.may if self.may_post is None else self.may_post}
        if not getattr(self, method):
            return "no such method"
        return "open" if role in by_method[method] else "forbidden"


def page(name: str, may: frozenset[str], record: str = "") -> Route:
    """Only looked at."""
    return Route(name, may, record)


def form(
    name: str, may: frozenset[str], record: str = "", may_post: frozenset[str] | None = None
) -> Route:
    """Looked at and answered."""
    return Route(name, may, record, post=True, may_post=may_post)


def action(name: str, may: frozenset[str], record: str = "") -> Route:
    """Only posted."""
    return Route(name, may, record, get=False, post=True)


ROUTES = [
    page("home", EVERYBODY),
    page("search", SEE),
    page("helpdesk", SEE),
    page("job", SEE, "job"),
    page("customers", SEE),
    page("customer", SEE, "customer"),
    form("customers:edit", SELL, "customer"),
    form("customers:add_contact", SEE, "customer"),
    form("customers:edit_contact", SEE, "contact"),
    form("customers:remove_contact", SEE, "contact"),
    form("customers:decide_credit", CREDIT, "customer"),
    page("subscription", SEE, "subscription"),
    form("suspend", SELL, "subscription"),
    form("unblock", SELL, "subscription"),
    form("bulk_suspend", SELL),
    form("bulk_unblock", SELL),
    page("subscriptions:list", SEE),
    action("subscriptions:read", SEE),
    page("subscriptions:status", SEE, "subscription"),
    form("subscriptions:reapply", SELL, "subscription"),
    form("subscriptions:release", SELL, "hold"),
    page("billing:home", MONEY),
    page("billing:ageing", MONEY),
    page("billing:ageing_invoices", MONEY),
    page("billing:journal", MONEY),
    action("billing:journal_export", MONEY),
    page("billing:journal_file", MONEY, "export"),
    page("billing:invoices", MONEY),
    page("billing:invoices_review", MONEY),
    form("billing:invoices_issue", MONEY),
    page("billing:invoice", MONEY, "invoice"),
    form("billing:invoice_void", MONEY, "invoice"),
    form("billing:draft_note", MONEY, "draft"),
    form("billing:draft_line_add", MONEY, "draft"),
    form("billing:draft_line_reword", MONEY, "draft_line"),
    form("billing:draft_line_remove", MONEY, "draft_line"),
    form("billing:invoice_dispute", MONEY, "invoice"),
    form("billing:invoice_credit", MONEY, "invoice"),
    form("billing:invoice_write_off", MONEY, "invoice"),
    form("billing:invoice_fapiao", MONEY, "invoice"),
    form("billing:invoice_fapiao_request", MONEY, "invoice"),
    page("billing:invoice_print", MONEY, "invoice"),
    page("billing:credit_note_print", MONEY, "issued_credit_note"),
    page("customer_statement", MONEY, "customer"),
    page("billing:fapiao_list", MONEY),
    form("billing:fapiao_issue", MONEY),
    page("billing:fapiao", MONEY, "fapiao"),
    form("billing:fapiao_deliver", MONEY, "fapiao"),
    form("billing:fapiao_red_letter", MONEY, "fapiao"),
    form("billing:fapiao_correct", MONEY, "fapiao"),
    page("billing:disputes", MONEY),
    form("billing:dispute_edit", MONEY, "dispute"),
    page("billing:credit_notes", MONEY),
    page("billing:credit_note", MONEY, "credit_note"),
    form("billing:credit_note_issue", MONEY, "credit_note"),
    form("billing:credit_note_void", MONEY, "credit_note"),
    form("billing:dispute_resolve", MONEY, "dispute"),
    page("billing:claims", MONEY),
    page("billing:claim", MONEY, "claim"),
    form("billing:claim_new", MONEY, "customer"),
    form("billing:late_charges", MONEY, "customer"),
    form("billing:claim_withdraw", MONEY, "claim"),
    form("billing:write_off_reverse", MONEY, "write_off"),
    form("billing:receipt_recover", MONEY, "receipt"),
    page("billing:receipts", MONEY),
    form("billing:receipt_new", MONEY),
    action("billing:receipts_confirm", MONEY),
    page("billing:receipt", MONEY, "receipt"),
    form("billing:receipt_assign", MONEY, "receipt"),
    form("billing:receipt_allocate", MONEY, "receipt"),
    form("billing:receipt_reverse", MONEY, "receipt"),
    form("billing:receipt_split", MONEY, "receipt"),
    form("billing:receipt_undo_split", MONEY, "receipt"),
    form("billing:receipt_refund", MONEY, "receipt"),
    form("billing:refund_reverse", MONEY, "refund"),
    page("billing:payers", MONEY),
    form("billing:payer_forget", MONEY, "alias"),
    form("billing:allocation_reverse", MONEY, "allocation"),
    form("billing:imports", MONEY),
    page("billing:statement_template", MONEY),
    page("billing:balances_template", MONEY),
    page("billing:import", MONEY, "import"),
    page("billing:import_progress", MONEY, "import"),
    page("billing:import_findings", MONEY, "import"),
    page("billing:import_original", MONEY, "import"),
    form("billing:import_columns", MONEY, "import"),
    action("billing:import_confirm", MONEY, "import"),
    form("billing:import_discard", MONEY, "import"),
    form("billing:import_balances", MONEY, "import"),
    form("billing:import_up_to", MONEY, "import"),
    form("billing:invoice_confirm_balance", MONEY, "invoice"),
    page("billing:statement", MONEY),
    page("billing:partner_invoice", MONEY, "bill"),
    form("billing:bill_new", MONEY),
    page("billing:bill_outlook", MONEY),
    form("billing:bill_correct", MONEY, "bill"),
    form("billing:bill_dispute", MONEY, "bill"),
    form("billing:bill_dispute_end", MONEY, "bill"),
    form("billing:bill_alarm", MONEY, "alarm"),
    form("billing:partner_payment_new", MONEY),
    page("billing:partner_payment", MONEY, "our_payment"),
    form("billing:partner_payment_reverse", MONEY, "our_payment"),
    form("billing:partner_payment_seen", MONEY, "our_payment"),
    form("billing:partner_payment_not_seen", MONEY, "our_payment"),
    form("billing:reconciliation", MONEY),
    page("billing:reconciliation_file", MONEY, "file"),
    page("billing:reconciliation_progress", MONEY, "file"),
    action("billing:reconciliation_check", MONEY, "file"),
    action("billing:reconciliation_import", MONEY, "file"),
    form("billing:reconciliation_discard", MONEY, "file"),
    action("billing:reconciliation_choose", MONEY, "file"),
    form("billing:reconciliation_differences", MONEY, "file"),
    page("billing:reconciliation_problems", MONEY, "file"),
    page("billing:reconciliation_original", MONEY, "file"),
    form("billing:price_rules", MONEY),
    form("billing:price_rule", MONEY, "rule"),
    form("billing:price_rule_remove", MONEY, "rule"),
    page("demo_bill", MONEY),
    page("demo_bill_file", MONEY),
    page("notices:notice", SEE, "notice"),
    form("notices:delivered", MONEY, "notice"),
    form("notices:again", MONEY, "notice"),
    page("service_requests:list", SEE),
    form("service_requests:new", DRAFT),
    page("service_requests:detail", SEE, "request"),
    form("service_requests:edit", DRAFT, "request"),
    action("service_requests:note", DRAFT, "request"),
    action("service_requests:follow_up", DRAFT, "request"),
    form("service_requests:file", DRAFT, "request"),
    form("service_requests:resolve", DRAFT, "request"),
    form("service_requests:close", DRAFT, "request"),
    form("service_requests:reopen", DRAFT, "request"),
    page("collections_policy:index", MONEY),
    page("collections_policy:case", MONEY, "case"),
    form("collections_policy:suspend_case", CREDIT, "case"),
    form("collections_policy:not_until", MONEY, "case"),
    page("collections_policy:sweeps", MONEY),
    action("collections_policy:run_sweep", MONEY),
    page("collections_policy:sweep", MONEY, "sweep"),
    form("collections_policy:policy", SEE, may_post=BOSS),
    form("partners:profile", EVERYBODY),
    action("partners:switch", EVERYBODY),
    action("partners:clock", EVERYBODY),
    form("partners:settings", SEE, may_post=BOSS),
    page("partners:permissions", SEE),
    form("partners:calendar", SEE, may_post=BOSS),
    form("partners:calendar_confirm", BOSS),
    form("partners:calendar_reopen", BOSS, "confirmed_year"),
    form("partners:calendar_remove", BOSS, "calendar_day"),
    page("partners:bank_accounts", BOSS),
    form("partners:bank_account_add", BOSS),
    form("partners:bank_account", BOSS, "bank_account"),
    page("partners:people", PEOPLE),
    form("partners:invite", PEOPLE),
    form("partners:roles", PEOPLE, "membership"),
    action("partners:send_link", PEOPLE, "membership"),
    page("partners:activity", SEE),
    page("partners:attachment", SEE, "attachment"),
    form("partners:attach", DRAFT, "files"),
    form("partners:withdraw_attachment", DRAFT, "attachment"),
]

OPEN = ["style", "partners:language", "healthz", "readyz"]
"""Open to everybody, signed in or not: they show and change nothing of a partner."""
ELSEWHERE = ("admin/", "accounts/")
"""Django admin and allauth, which bring their own rules."""
