"""What stands on an invoice or a credit note: who, to whom, the lines, the VAT, the words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billing.models import CreditNote, Invoice
from billing.models.invoice_line import ChargeLine
from billing.paper.capitals import in_words
from customers.models import Customer
from partners.models import Partner, PartnerBankAccount

ZERO = Decimal(0)
YUAN = "CNY"


@dataclass(frozen=True)
class Party:
    """One of the two sides of a paper."""

    name: str
    tax_number: str
    address: str
    phone: str = ""


@dataclass(frozen=True)
class VatRow:
    """The lines at one rate of VAT (per cent), added up."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Paper:
    """What every paper to a customer shows. Cost and margin are no part of it."""

    seller: Party
    buyer: Party
    currency: str
    accounts: list[PartnerBankAccount]


@dataclass(frozen=True)
class Document(Paper):
    """A paper with lines; `words` is the total in capital numerals, for yuan only."""

    lines: list[ChargeLine]
    vat_rows: list[VatRow]
    total: Decimal
    words: str


def of_invoice(invoice: Invoice) -> Document:
    """The paper of an issued invoice."""
    lines: list[ChargeLine] = list(invoice.lines.all())
    return _document(invoice.customer, invoice.currency, lines, invoice.total)


def of_credit_note(note: CreditNote) -> Document:
    """The paper of an issued credit note; its amounts are positive."""
    lines: list[ChargeLine] = list(note.lines.all())
    return _document(note.customer, note.currency, lines, note.amount)


def seller(partner: Partner) -> Party:
    """The partner, by its registered name if the settings have it."""
    known = partner.settings
    return Party(known.legal_name or partner.name, known.tax_number, known.address, known.phone)


def buyer(customer: Customer) -> Party:
    """The customer."""
    return Party(customer.company, customer.tax_number, customer.address)


def _document(
    customer: Customer, currency: str, lines: list[ChargeLine], total: Decimal
) -> Document:
    partner = customer.partner
    return Document(
        seller=seller(partner),
        buyer=buyer(customer),
        currency=currency,
        accounts=list(PartnerBankAccount.objects.in_use(partner, currency)),
        lines=lines,
        vat_rows=vat_rows(lines),
        total=total,
        words=in_words(total) if currency == YUAN else "",
    )


def vat_rows(lines: Iterable[ChargeLine]) -> list[VatRow]:
    """The lines added up by rate of VAT, lowest first."""
    sums: dict[Decimal, list[Decimal]] = {}
    for line in lines:
        row = sums.setdefault(line.vat_rate, [ZERO, ZERO, ZERO])
        for position, amount in enumerate((line.net, line.vat, line.gross)):
            row[position] += amount
    return [VatRow(rate, *sums[rate]) for rate in sorted(sums)]
