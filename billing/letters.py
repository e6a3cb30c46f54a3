"""What billing writes to customers: the letter that goes with an invoice."""

from collections.abc import Sequence

from django.utils import translation

from billing import terms
from billing.models import Invoice, InvoiceLine
from notices import letters, recipients
from notices.models import Notice, NoticeKind
from notices.services import LetterTo, queue_many
from partners.models import User

ABOUT = "billing.invoice"


def announce(invoices: Sequence[Invoice], *, by: User | None, reason: str) -> list[Notice]:
    """Queue the letter of each invoice, in the customer's language: constant statements."""
    contacts = recipients.of_customers({invoice.customer for invoice in invoices})
    lines = _lines(invoices)
    return queue_many(
        [
            LetterTo(
                kind=NoticeKind.INVOICE_ISSUED,
                about_kind=ABOUT,
                about_id=str(invoice.pk),
                customer=invoice.customer,
                contact=contacts[invoice.customer_id],
                context=_context(invoice, lines.get(invoice.pk, [])),
            )
            for invoice in invoices
        ],
        by=by,
        reason=reason,
    )


def _lines(invoices: Sequence[Invoice]) -> dict[int, list[InvoiceLine]]:
    found: dict[int, list[InvoiceLine]] = {}
    for line in InvoiceLine.objects.filter(invoice__in=invoices):
        found.setdefault(line.invoice_id, []).append(line)
    return found


def _terms(invoice: Invoice, language: str) -> str:
    with translation.override(language):
        return terms.words(invoice.terms)


def _context(invoice: Invoice, lines: Sequence[InvoiceLine]) -> dict[str, object]:
    language = letters.known_language(invoice.customer.language)
    return {
        "company": invoice.customer.company,
        "partner": invoice.partner.name,
        "number": invoice.number,
        "total": letters.money(invoice.total, invoice.currency, language),
        "issued_on": letters.day(invoice.issued_on, language),
        "due_on": letters.day(invoice.due_on, language),
        "terms": _terms(invoice, language),
        "lines": [
            {
                "description": line.description,
                "amount": letters.money(line.gross, invoice.currency, language),
            }
            for line in lines
        ],
    }
