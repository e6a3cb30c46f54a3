"""Bills of 21Vianet and what we paid, made through the room's real verbs."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from billing.bill import payments, services
from billing.bill.payments import OurPayment, Part
from billing.models import PartnerInvoice, PartnerPayment
from partners import clock
from partners.models import Partner, User

TODAY = date(2026, 10, 20)
"""The day on which the tests of our bill play: its alarms count a year that is confirmed."""


def bill(
    partner: Partner,
    total: str | None = "10000.00",
    *,
    due_on: date | None = None,
    number: str = "E0001",
    currency: str = "CNY",
) -> PartnerInvoice:
    """An invoice of 21Vianet; without a due date of its own it is due in 30 days."""
    today = clock.business_date(partner)
    facts = services.InvoiceFacts(
        number=number,
        issued_on=due_on - timedelta(days=30) if due_on else today,
        currency=currency,
        total=None if total is None else Decimal(total),
    )
    return services.record_partner_invoice(partner, facts, by=None, reason="typed")


def payment(*parts: tuple[PartnerInvoice, str], **facts: object) -> OurPayment:
    """A payment made today that adds up."""
    amounts = [Decimal(amount) for _invoice, amount in parts]
    typed = {
        "paid_on": clock.business_date(parts[0][0].partner),
        "currency": parts[0][0].currency,
        "amount": sum(amounts, Decimal(0)),
        "parts": tuple(
            Part(invoice_id=invoice.pk, amount=Decimal(amount), shown_balance=invoice.balance)
            for invoice, amount in parts
        ),
        "entry_token": uuid4(),
    }
    return OurPayment(**(typed | facts))  # type: ignore[arg-type]  # from keyword facts


def paid(
    *parts: tuple[PartnerInvoice, str], by: User | None = None, **facts: object
) -> PartnerPayment:
    """The same, recorded; the invoices are read again."""
    partner = parts[0][0].partner
    row = payments.record(partner, payment(*parts, **facts), by=by, reason="bank statement")
    for invoice, _amount in parts:
        invoice.refresh_from_db()
    return row
