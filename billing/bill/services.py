"""What people record of 21Vianet's invoices to us: typed from paper or from Partner Center."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction

from billing.models import PartnerInvoice
from partners import audit, clock
from partners.models import Partner, User


class InUse(Exception):
    """The invoice has an imported file or a payment, so that what they rest on stays."""


class NumberTaken(Exception):
    """Another invoice of 21Vianet to this partner has this number."""


class ChangedSince(Exception):
    """Somebody has changed the invoice since the page was made."""


class NothingToDo(Exception):
    """It is so already: nothing was changed."""


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
        before = figures(invoice)
        if not created:
            _correct(invoice, facts)
        after = figures(invoice)
        if created or before != after:
            kind = "partner_invoice.recorded" if created else "partner_invoice.corrected"
            before = {} if created else before
            audit.record(fact(invoice, kind, reason, before, after), by=by)
    return invoice


def correct(
    invoice: PartnerInvoice, facts: InvoiceFacts, *, shown: str, by: User | None, reason: str
) -> PartnerInvoice:
    """Correct what was typed: number, date, currency, totals. The due date follows from the date.

    `shown` is the fingerprint of what the person corrects. Raises ChangedSince, NumberTaken, and
    InUse when number or currency would change under an imported file or a payment.
    """
    with transaction.atomic():
        invoice = PartnerInvoice.objects.select_for_update().get(pk=invoice.pk)
        if fingerprint(invoice) != shown:
            raise ChangedSince
        before = figures(invoice)
        _ensure_free(invoice, facts)
        invoice.number, invoice.issued_on = facts.number, facts.issued_on
        invoice.currency, invoice.total = facts.currency, facts.total
        invoice.due_on = due_on(invoice.partner, facts.issued_on)
        invoice.section_totals = _plain(facts.section_totals or {})
        invoice.save()
        after = figures(invoice)
        if before != after:
            audit.record(fact(invoice, "partner_invoice.corrected", reason, before, after), by=by)
    return invoice


def dispute(invoice: PartnerInvoice, *, reference: str, by: User, reason: str) -> PartnerInvoice:
    """Note that 21Vianet was told that the bill is wrong: the alarms go on, net 30 counts anyway.

    `reference` is the number of the request. Raises NothingToDo when this is noted already.
    """
    with transaction.atomic():
        invoice = PartnerInvoice.objects.select_for_update().get(pk=invoice.pk)
        if invoice.dispute_reference == reference:
            raise NothingToDo
        before = {"reference": invoice.dispute_reference}
        invoice.dispute_reference, invoice.disputed_by = reference, by
        invoice.disputed_since = invoice.disputed_since or clock.now()
        invoice.save(update_fields=["dispute_reference", "disputed_by", "disputed_since"])
        after = {"reference": reference}
        audit.record(fact(invoice, "partner_invoice.disputed", reason, before, after), by=by)
    return invoice


def end_dispute(invoice: PartnerInvoice, *, by: User, reason: str) -> PartnerInvoice:
    """Note that the question with 21Vianet is settled. Raises NothingToDo when there is none."""
    with transaction.atomic():
        invoice = PartnerInvoice.objects.select_for_update().get(pk=invoice.pk)
        if not invoice.is_disputed:
            raise NothingToDo
        before = {"reference": invoice.dispute_reference}
        invoice.dispute_reference, invoice.disputed_by, invoice.disputed_since = "", None, None
        invoice.save(update_fields=["dispute_reference", "disputed_by", "disputed_since"])
        audit.record(fact(invoice, "partner_invoice.dispute_ended", reason, before, {}), by=by)
    return invoice


def fingerprint(invoice: PartnerInvoice) -> str:
    """Changes when what was typed of the invoice is no longer what the page showed."""
    typed = "|".join(str(value) for value in figures(invoice).values())
    return sha256(typed.encode()).hexdigest()[:32]


def due_on(partner: Partner, issued_on: date) -> date:
    """When the partner has to pay 21Vianet: invoice date plus the agreed terms."""
    return issued_on + timedelta(days=partner.settings.upstream_terms_days)


def _ensure_free(invoice: PartnerInvoice, facts: InvoiceFacts) -> None:
    is_renamed, is_exchanged = facts.number != invoice.number, facts.currency != invoice.currency
    if (is_renamed or is_exchanged) and invoice.files.live().exists():
        raise InUse
    if is_exchanged and invoice.payment_parts.exists():
        raise InUse
    same = PartnerInvoice.objects.of_partner(invoice.partner).filter(number=facts.number)
    if same.exclude(pk=invoice.pk).exists():
        raise NumberTaken


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


def figures(invoice: PartnerInvoice) -> dict[str, Any]:
    """What was typed of the invoice, as the trail keeps it."""
    return {
        "number": invoice.number,
        "issued_on": invoice.issued_on,
        "currency": invoice.currency,
        "total": invoice.total,
        "section_totals": str(invoice.section_totals),
    }


def fact(
    invoice: PartnerInvoice,
    kind: str,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> audit.Fact:
    """One thing that was done to an invoice of 21Vianet."""
    return audit.Fact(
        partner_id=invoice.partner_id,
        customer_id=None,
        subject=invoice,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
