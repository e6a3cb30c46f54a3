"""Invoices and receipts, made through the room's real verbs."""

from datetime import date, timedelta
from decimal import Decimal

from billing import credit_notes, invoicing, receipts, remembering
from billing.models import CreditNote, Invoice, Receipt
from customers.models import Customer
from partners import clock
from partners.models import Partner


def charge_of(net: str = "1000.00") -> invoicing.Charge:
    """Ten seats with 6 % VAT on top of the net amount."""
    return invoicing.Charge(
        description="Office 365 E3",
        quantity=Decimal(10),
        unit_price=Decimal(net) / 10,
        net=Decimal(net),
        vat_rate=Decimal(6),
    )


def draft_credit_of(customer: Customer, net: str = "100.00", currency: str = "CNY") -> CreditNote:
    """A draft of a credit note with one line and 6 % VAT on top of the net amount."""
    draft = credit_notes.DraftCredit(customer=customer, currency=currency, charges=[charge_of(net)])
    [note] = credit_notes.create_credit_drafts([draft], by=None, reason="test")
    return note


def draft_of(customer: Customer, net: str = "1000.00", currency: str = "CNY") -> Invoice:
    """A draft with one line and 6 % VAT on top of the net amount."""
    draft = invoicing.DraftInvoice(customer=customer, currency=currency, charges=[charge_of(net)])
    [invoice] = invoicing.create_drafts([draft], by=None, reason="test")
    return invoice


def issued_to(
    customer: Customer, net: str = "1000.00", currency: str = "CNY", due_on: date | None = None
) -> Invoice:
    """An issued invoice over net + 6 %; a due date of its own makes it older or younger."""
    invoice = draft_of(customer, net, currency)
    [issued] = invoicing.issue_invoices([invoice], by=None, reason="test").issued
    if due_on is not None:
        Invoice.objects.filter(pk=issued.pk).update(due_on=due_on)
        issued.due_on = due_on
        remembering.due_date_moved(issued, by=None)
    return Invoice.objects.select_related("customer", "partner").get(pk=issued.pk)


def overdue_for(customer: Customer, days: int, net: str = "1000.00") -> Invoice:
    """An issued invoice that has been overdue for so many days."""
    today = clock.business_date(customer.partner)
    return issued_to(customer, net, due_on=today - timedelta(days=days))


def payment(amount: str = "1060.00", **fields: object) -> receipts.Payment:
    """What a bank statement shows, received today in the zone that partners have by default."""
    facts: dict[str, object] = {
        "amount": Decimal(amount),
        "currency": "CNY",
        "received_on": clock.business_date(Partner()),
        "payer": "上海测试有限公司",
        **fields,
    }
    return receipts.Payment(**facts)  # type: ignore[arg-type]  # the facts are Payment's own


def receipt_from(customer: Customer, amount: str = "1060.00", **fields: object) -> Receipt:
    """A recorded payment of a customer, settled by the rule; received today in its zone."""
    facts = {"received_on": clock.business_date(customer.partner), **fields}
    return receipts.record(
        customer.partner, customer, payment(amount, **facts), by=None, reason="test"
    )
