"""A partner with one of everything that has an address, marked with the partner's word."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from billing import claims, disputes, ledger, receipts, refunds, write_offs
from billing.books import exporting
from billing.books.journal import Period
from billing.fapiao import services as fapiao
from billing.models import (
    Allocation,
    CreditNote,
    Dispute,
    DisputeCode,
    PayerAlias,
    PriceKind,
    PriceRule,
)
from collections_policy.models import Case, SweepRun
from customers import services as customer_services
from customers.models import Contact, Customer
from partners import attachments, clock, jobs
from partners.models import (
    AdminRole,
    AgentRole,
    CalendarDay,
    ConfirmedYear,
    Membership,
    Partner,
    PartnerBankAccount,
    User,
)
from service_requests.models import ServiceRequest, Status
from subscriptions.models import HoldReason, Subscription
from tests.billing.bill import make as our_bill
from tests.billing.files import make
from tests.billing.imports import make as tables
from tests.factories.billing import draft_credit_of, draft_of, issued_to, payment, receipt_from
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.holds import held, held_for_debt, suspended_by_21vianet
from tests.factories.notices import queued_to
from tests.factories.partners import PartnerFactory, member
from tests.factories.service_requests import request_at
from tests.factories.subscriptions import SubscriptionFactory

ROLES: dict[str, tuple[AgentRole, AdminRole]] = {
    "nobody": (AgentRole.NONE, AdminRole.NONE),
    "people": (AgentRole.NONE, AdminRole.USER_MANAGEMENT),
    "phone": (AgentRole.HELP_DESK, AdminRole.NONE),
    "billing": (AgentRole.NONE, AdminRole.BILLING),
    "sales": (AgentRole.SALES, AdminRole.NONE),
    "sales+billing": (AgentRole.SALES, AdminRole.BILLING),
    "agent": (AgentRole.ADMIN, AdminRole.NONE),
    "global": (AgentRole.NONE, AdminRole.GLOBAL),
}
MONEY = ("8113.24", "8,113.24", "7654.00", "7,654", "INV-20", "4321.09", "4,321.09", "BANK-")
"""What stands for money in every partner: amounts, invoice numbers and bank serials."""


@dataclass(frozen=True)
class World:
    """A partner, its word, its people by role, and the keys of its records by kind."""

    partner: Partner
    word: str
    people: dict[str, User]
    keys: dict[str, dict[str, Any]]


def world(word: str) -> World:
    """A partner in which something of every kind has happened."""
    partner = PartnerFactory.create(name=f"{word} Partner", mpn_id=str(4390000 + len(word)))
    people = {role: member(partner, *roles, name=f"{word} {role}") for role, roles in ROLES.items()}
    boss = people["global"]
    customer = CustomerFactory.create(
        partner=partner,
        company=f"{word} 有限公司",
        domain=f"{word}.partner.onmschina.cn",
        tenant_id=f"tenant-{word}",
    )
    contact = ContactFactory.create(customer=customer, name=f"{word} Wang")
    keys = {
        **_withheld(customer, boss),
        **_money(customer, boss),
        **_bill(partner, customer, word),
        **_paper(customer, contact, boss, word),
    }
    day = CalendarDay.objects.create(
        partner=partner, date="2026-03-06", is_working=False, name=word
    )
    year = ConfirmedYear.objects.create(
        partner=partner, year=2027, confirmed_by=boss, confirmed_at=timezone.now()
    )
    keys["calendar_day"], keys["confirmed_year"] = {"pk": day.pk}, {"pk": year.pk}
    keys["membership"] = {"pk": Membership.objects.get(user=people["nobody"]).pk}
    keys["export"] = {"pk": _exported(partner, boss)}
    account = PartnerBankAccount.objects.create(
        partner=partner, holder=f"{word} Ltd", bank=word, number=f"BANK-{word}"
    )
    keys["bank_account"] = {"pk": account.pk}
    keys["job"] = {"pk": jobs.ask_for("subscriptions.read", partner, by=boss).pk}
    return World(partner, word, people, keys)


def _exported(partner: Partner, boss: User) -> int:
    today = clock.business_date(partner)
    job = exporting.ask_for(Period(partner, today, today), exporting.CSV, "en", by=boss)
    jobs.drain(exporting.KIND, exporting.run)
    return job.pk


def _withheld(customer: Customer, boss: User) -> dict[str, dict[str, Any]]:
    owing: Subscription = SubscriptionFactory.create(
        customer=customer, friendly_name=f"{customer.domain} E3", pc_id=f"one-{customer.domain}"
    )
    held_for_debt(owing, by=boss, note="owes 8113.24")
    held(owing, HoldReason.FRAUD, by=boss)
    other = SubscriptionFactory.create(customer=customer, pc_id=f"two-{customer.domain}")
    found = suspended_by_21vianet(other)
    customer_services.decide_credit(
        customer,
        terms_days=30,
        limit=Decimal("4321.09"),
        prepayment=False,
        review_on=None,
        by=boss,
        reason="new",
    )
    return {
        "customer": {"pk": customer.pk},
        "subscription": {"pk": owing.pk},
        "hold": {"pk": found.pk},
        "case": {"pk": Case.objects.get(customer=customer).pk},
        "sweep": {"pk": SweepRun.objects.filter(partner=customer.partner).latest("pk").pk},
    }


def _money(customer: Customer, boss: User) -> dict[str, dict[str, Any]]:
    draft = draft_of(customer, net="7654.00")
    invoice = issued_to(customer, net="7654.00")
    disputes.dispute(invoice, DisputeCode.PRICE, "8113.24 is too dear", by=boss, reason="phone")
    facts = fapiao.Facts(number="25312000000000765400", type="special", issued_on=None)
    paper = fapiao.record_issued([invoice], facts, by=boss, reason="7654.00")
    slip = claims.Slip(
        amount=Decimal("7654.00"),
        currency="CNY",
        paid_on=invoice.issued_on or clock.business_date(customer.partner),
        bank_serial="BANK-9",
    )
    small = issued_to(customer, net="7654.00")
    loss = write_offs.write_off(small, amount=Decimal("1.00"), by=boss, reason="small")
    ledger.credit(invoice, amount=Decimal("1.00"), by=boss, reason="7654.00 was too much")
    receipt = receipt_from(customer, "4321.09", bank_account="BANK-1", bank_serial="BANK-2")
    receipts.record(
        customer.partner, None, payment("4321.09", bank_serial="BANK-3"), by=boss, reason="bank"
    )
    return {
        "invoice": {"pk": invoice.pk},
        "draft": {"pk": draft.pk},
        "draft_line": {"pk": draft.pk, "line_pk": draft.lines.get().pk},
        "fapiao": {"pk": paper.pk},
        "issued_credit_note": {"pk": CreditNote.objects.get(invoice=invoice).pk},
        "credit_note": {"pk": draft_credit_of(customer, net="7654.00").pk},
        "dispute": {"pk": Dispute.objects.get(invoice=invoice).pk},
        "claim": {"pk": claims.open_claim(customer, slip, by=boss, reason="phone").pk},
        "write_off": {"pk": loss.pk},
        "receipt": {"pk": receipt.pk},
        "allocation": {"pk": Allocation.objects.filter(receipt=receipt).latest("pk").pk},
        **_paid_back(customer, boss),
    }


def _paid_back(customer: Customer, boss: User) -> dict[str, dict[str, int]]:
    abroad = payment("4321.09", currency="USD", bank_serial="BANK-4", payer="BANK-5")
    receipt = receipts.record(customer.partner, customer, abroad, by=boss, reason="bank")
    paid = refunds.PayOut(
        amount=Decimal("4321.09"), refunded_on=receipt.received_on, payee="BANK-5"
    )
    return {
        "refund": {"pk": refunds.refund(receipt, paid, by=boss, reason="paid twice").pk},
        "alias": {"pk": PayerAlias.objects.get(customer=customer).pk},
    }


def _bill(partner: Partner, customer: Customer, word: str) -> dict[str, dict[str, Any]]:
    bill = make.partner_invoice(partner, Decimal("7654.00"), number=f"BANK-{word}")
    file = make.uploaded(bill, make.licence_bytes() + word.encode(), name=f"{word}.csv")
    rule = PriceRule.objects.create(
        partner=partner, customer=customer, kind=PriceKind.MARGIN_PERCENT, value=Decimal(12)
    )
    paid = our_bill.paid((bill, "4321.09"), bank_account="BANK-1", bank_serial=f"BANK-4-{word}")
    table = tables.uploaded(partner, tables.statement([word]), name=f"{word}.csv")
    return {
        "bill": {"pk": bill.pk},
        "alarm": {"pk": bill.pk, "working_days": 2},
        "our_payment": {"pk": paid.pk},
        "file": {"pk": file.pk},
        "rule": {"pk": rule.pk},
        "import": {"pk": table.pk},
    }


def _paper(
    customer: Customer, contact: Contact, boss: User, word: str
) -> dict[str, dict[str, Any]]:
    notice = queued_to(customer, contact)
    request: ServiceRequest = request_at(
        Status.DRAFT, by=boss, customer=customer, title=f"{word} asks"
    )
    return {
        "contact": {"pk": contact.pk},
        "notice": {"customer_id": customer.pk, "pk": notice.pk},
        "request": {"pk": request.pk},
        **_file(request, boss, word),
    }


def _file(request: ServiceRequest, boss: User, word: str) -> dict[str, dict[str, Any]]:
    upload = SimpleUploadedFile(f"{word}.csv", word.encode())
    kept = attachments.store(
        request, request.partner, request.customer_id, upload, by=boss, reason=f"from {word}"
    )
    return {
        "attachment": {"pk": kept.pk},
        "files": {"kind": kept.subject_kind, "subject": request.pk},
    }
