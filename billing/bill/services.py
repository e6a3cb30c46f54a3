"""What people record of 21Vianet's invoices to us: typed from paper or from Partner Center."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.models import PartnerInvoice
from partners import audit, clock
from partners.models import Partner, User


class InUse(Exception):
    """The invoice has an imported file, so that its number, date and currency stay."""


@dataclass(frozen=True, kw_only=True)
class InvoiceFacts:
    """What stands on 21Vianet's invoice. Amounts in `currency`, the total after tax.

    A total or sections of None were not said: what was typed before stays.
    """

    number: str
    issued_on: date
    currency: str
    total: Decimal | None
    section_totals: Mapping[str, Decimal] | None = None


def record_partner_invoice(
    partner: Partner, facts: InvoiceFacts, *, by: User | None, reason: str
) -> PartnerInvoice:
    """Store 21Vianet's invoice, or correct what was typed. Its due date follows from its date.

    Net 30 days is the documented default; the partner may have agreed otherwise (settings).
    Raises InUse when date or currency would change under an imported file.
    """
    with transaction.atomic():
        invoice, created = PartnerInvoice.objects.get_or_create(
            partner=partner, number=facts.number, defaults=_columns(partner, facts, by)
        )
        invoice = PartnerInvoice.objects.select_for_update().get(pk=invoice.pk)
        before = _figures(invoice)
        if not created:
            _correct(invoice, facts)
        after = _figures(invoice)
        if created or before != after:
            kind = "partner_invoice.recorded" if created else "partner_invoice.corrected"
            before = {} if created else before
            audit.record(_fact(invoice, kind, reason, before, after), by=by)
    return invoice


def due_on(partner: Partner, issued_on: date) -> date:
    """When the partner has to pay 21Vianet: invoice date plus the agreed terms."""
    return issued_on + timedelta(days=partner.settings.upstream_terms_days)


def _columns(partner: Partner, facts: InvoiceFacts, by: User | None) -> dict[str, Any]:
    return {
        "issued_on": facts.issued_on,
        "due_on": due_on(partner, facts.issued_on),
        "currency": facts.currency,
        "total": facts.total,
        "section_totals": _plain(facts.section_totals or {}),
        "recorded_by": by,
        "recorded_at": clock.now(),
    }


def _correct(invoice: PartnerInvoice, facts: InvoiceFacts) -> None:
    is_fixed = (invoice.issued_on, invoice.currency) == (facts.issued_on, facts.currency)
    if not is_fixed and invoice.files.live().exists():
        raise InUse
    invoice.issued_on, invoice.currency = facts.issued_on, facts.currency
    invoice.due_on = due_on(invoice.partner, facts.issued_on)
    if facts.total is not None:
        invoice.total = facts.total
    if facts.section_totals is not None:
        invoice.section_totals = _plain(facts.section_totals)
    invoice.save()


def _plain(section_totals: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(amount) for name, amount in section_totals.items()}


def _figures(invoice: PartnerInvoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "currency": invoice.currency,
        "total": invoice.total,
        "section_totals": str(invoice.section_totals),
    }


def _fact(
    invoice: PartnerInvoice,
    kind: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> audit.Fact:
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=None,
        subject=invoice,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
