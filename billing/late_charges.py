"""Interest and fees for late payment: computed when a person asks, and drafted for review.

Nothing here runs by itself, and nobody is suspended for what it charges. Simple interest on what is
open and undisputed, by calendar days over 365; a day is never charged twice. Whether the agreed
rate is within the law (courts measure it by the loan prime rate) is for a person to judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from billing import invoicing, rules
from billing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceStatus, LineKind
from customers.models import Customer
from partners.models import User

ONE, HUNDRED = Decimal(1), Decimal(100)


class NothingToCharge(Exception):
    """No interest has accrued, and no fee was given."""


@dataclass(frozen=True)
class Interest:
    """Simple interest on one overdue invoice; a day counts from the one after `since`."""

    invoice: Invoice
    base: Decimal
    rate: Decimal
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def amount(self) -> Decimal:
        return rules.simple_interest(self.base, self.rate, self.days)

    @property
    def formula(self) -> str:
        """How the amount comes about, in the language that is set."""
        return _("Interest on %(number)s: %(base)s × %(rate)s %% × %(days)s days ÷ 365") % {
            "number": self.invoice,
            "base": self.base,
            "rate": self.rate.normalize(),
            "days": self.days,
        }


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a person asks for: % a year, up to which day, VAT % within, and a fee of its own."""

    currency: str
    rate: Decimal
    until: date
    vat_rate: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)


def accrued(customer: Customer, terms: Terms) -> list[Interest]:
    """What has accrued on each overdue invoice since it was due, or was last charged: two queries.

    Drafts that are being reviewed count as charged.
    """
    overdue = Invoice.objects.overdue(terms.until).of_services().chaseable()
    invoices = list(overdue.filter(customer=customer, currency=terms.currency).oldest_first())
    charged = dict(
        InvoiceLine.objects.filter(kind=LineKind.INTEREST, interest_on__in=invoices)
        .exclude(invoice__status=InvoiceStatus.VOID)
        .order_by()
        .values_list("interest_on")
        .annotate(Max("period_to"))
    )
    found = (
        Interest(
            invoice=invoice,
            base=invoice.chaseable_amount,
            rate=terms.rate,
            since=max(invoice.due_on, charged.get(invoice.pk) or invoice.due_on),
            until=terms.until,
        )
        for invoice in invoices
        if invoice.due_on is not None
    )
    return [interest for interest in found if interest.days > 0 and interest.amount > 0]


def draft(customer: Customer, terms: Terms, *, by: User | None, reason: str) -> Invoice:
    """A draft of what has accrued and the fee, to be reviewed and issued like any other.

    Raises NothingToCharge: twice from one page drafts once.
    """
    with transaction.atomic():
        [customer] = Customer.objects.lock([customer.pk])
        with translation.override(customer.language):
            charges = _charges(accrued(customer, terms), terms)
        if not charges:
            raise NothingToCharge
        [invoice] = invoicing.create_drafts(
            [
                invoicing.DraftInvoice(
                    customer=customer,
                    currency=terms.currency,
                    charges=charges,
                    extra={"kind": InvoiceKind.LATE_CHARGES},
                )
            ],
            by=by,
            reason=reason,
        )
    return invoice


def _charges(interests: Sequence[Interest], terms: Terms) -> list[invoicing.Charge]:
    lines = [
        _charge(
            LineKind.INTEREST,
            interest.formula,
            interest.amount,
            terms.vat_rate,
            interest=interest,
        )
        for interest in interests
    ]
    if terms.fee:
        lines.append(_charge(LineKind.FEE, str(LineKind.FEE.label), terms.fee, terms.vat_rate))
    return lines


def _charge(
    kind: LineKind,
    description: str,
    gross: Decimal,
    vat_rate: Decimal,
    interest: Interest | None = None,
) -> invoicing.Charge:
    """The amount is what the customer owes: VAT is within it."""
    net = rules.cents(gross * HUNDRED / (HUNDRED + vat_rate))
    return invoicing.Charge(
        description=description,
        quantity=ONE,
        unit_price=net,
        net=net,
        vat_rate=vat_rate,
        vat=gross - net,
        kind=kind,
        interest_on_id=interest.invoice.pk if interest else None,
        period_from=interest.since if interest else None,
        period_to=interest.until if interest else None,
    )
