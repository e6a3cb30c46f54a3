"""How invoices and receipts are labelled: words, and the colour that goes with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import receivables, rules, suggestions, terms
from billing.fapiao.finding import standing_of
from billing.models import (
    ClaimStatus,
    CreditNote,
    Dispute,
    FapiaoStatus,
    Invoice,
    InvoiceStatus,
    Receipt,
    RemittanceClaim,
)
from partners import clock, formatting


@dataclass(frozen=True)
class Label:
    """A status label: its kind is a colour of the style page."""

    kind: str
    text: str


def credit_note_label(note: CreditNote) -> Label:
    """What a credit note is."""
    if note.is_draft:
        return Label("info", _("Draft"))
    if not note.is_issued:
        return Label("neutral", _("Void"))
    return Label("neutral", _("Open")) if note.left else Label("ok", _("Settled"))


def invoice_label(invoice: Invoice, today: date) -> Label:
    """What an invoice is on this date of the partner's zone."""
    if invoice.status == InvoiceStatus.DRAFT:
        return Label("info", _("Draft"))
    if invoice.status == InvoiceStatus.VOID:
        return Label("neutral", _("Void"))
    if not invoice.open_amount:
        return Label("ok", _("Settled"))
    if invoice.is_unconfirmed or (invoice.is_disputed and not invoice.chaseable_amount):
        waits = _("Disputed") if invoice.is_disputed else _("Opening balance to confirm")
        return Label("warning", waits)
    days = rules.days_overdue(invoice.due_on, today) if invoice.due_on else 0
    if days:
        text = ngettext("%(days)s day overdue", "%(days)s days overdue", days)
        return Label("danger", text % {"days": days})
    return Label("neutral", _("Open"))


def dispute_label(dispute: Dispute, today: date) -> Label:
    """What a dispute is, and whether somebody should look at it today."""
    if not dispute.is_open:
        return Label("neutral", dispute.get_outcome_display())
    if dispute.follow_up_on is not None and dispute.follow_up_on <= today:
        return Label("danger", _("Follow up"))
    return Label("warning", _("Open"))


CLAIM_KINDS = {
    ClaimStatus.OPEN: "info",
    ClaimStatus.MATCHED: "ok",
    ClaimStatus.EXPIRED: "warning",
    ClaimStatus.WITHDRAWN: "neutral",
}


def claim_label(claim: RemittanceClaim) -> Label:
    """What became of a payment on its way."""
    return Label(CLAIM_KINDS[ClaimStatus(claim.status)], claim.get_status_display())


def claim_facts(claim: RemittanceClaim) -> list[dict[str, object]]:
    """What the page of a payment on its way says first."""
    receipt = claim.receipt
    facts: list[dict[str, object]] = [
        {
            "label": _("Customer"),
            "value": claim.customer.company,
            "url": reverse("customer", args=[claim.customer_id]),
        },
        {"label": _("Amount"), "value": amount(claim.amount, claim.currency)},
        {"label": _("Paid on"), "value": _day(claim.paid_on)},
        {"label": _("Bank serial number"), "value": claim.bank_serial or "–"},
        {"label": _("Expires at"), "value": formatting.moment_in(claim.expires_at, claim.partner)},
        {"label": _("Recorded by"), "value": str(claim.opened_by or _("the portal"))},
    ]
    if receipt is not None:
        url = reverse("billing:receipt", args=[receipt.pk])
        facts.append({"label": _("Receipt"), "value": str(receipt), "url": url})
    return facts


def receipt_label(receipt: Receipt) -> Label:
    """What a receipt is."""
    if receipt.is_reversed:
        return Label("neutral", _("Reversed"))
    if receipt.is_split:
        return Label("neutral", _("Divided"))
    if receipt.is_unidentified:
        return Label("warning", _("Unidentified"))
    if receipt.unallocated:
        return Label("info", _("Credit left"))
    if not receipt.allocated:
        return Label("neutral", _("Refunded"))
    return Label("ok", _("Wholly used"))


@dataclass(frozen=True)
class SettledInvoice:
    """One line of a preview: what a receipt would do to an invoice."""

    invoice: Invoice
    amount: Decimal
    rule: str
    left_open: Decimal


@dataclass(frozen=True)
class Preview:
    """What a receipt would settle, and what would be left as credit."""

    lines: list[SettledInvoice]
    credit: Decimal
    currency: str

    @property
    def digest(self) -> str:
        """Changes when what the person was shown is no longer what would happen."""
        lines = [f"{line.invoice.pk}:{line.amount}" for line in self.lines]
        return "|".join([*lines, f"{self.credit}{self.currency}"])


def preview(shares: Iterable[rules.Share], amount: Decimal, currency: str) -> Preview:
    """The shares with their invoices: one query."""
    shares = list(shares)
    invoices = Invoice.objects.in_bulk([share.invoice_id for share in shares])
    lines = [
        SettledInvoice(
            invoice=invoices[share.invoice_id],
            amount=share.amount,
            rule=str(share.rule.label),
            left_open=invoices[share.invoice_id].open_amount - share.amount,
        )
        for share in shares
    ]
    settled = sum((line.amount for line in lines), Decimal(0))
    return Preview(lines, amount - settled, currency)


def freshness_warning(recorded_up_to: date | None, today: date) -> Label | None:
    """A warning when the bank's statements have not been recorded up to yesterday."""
    if recorded_up_to is None:
        return Label(
            "warning", _("Nobody has confirmed yet up to which day receipts are recorded.")
        )
    if (today - recorded_up_to).days > 1:
        return Label("warning", _("Payment data is old: nothing is suspended on it."))
    return None


def amount(value: Decimal, currency: str) -> str:
    """An amount with its currency in the reader's language."""
    return formatting.money(value, currency)


def invoice_facts(invoice: Invoice) -> list[dict[str, object]]:
    """What the page of an invoice says first."""
    company = invoice.customer.company
    facts: list[dict[str, object]] = [
        {
            "label": _("Customer"),
            "value": company,
            "url": reverse("customer", args=[invoice.customer_id]),
        },
        {"label": _("Issued on"), "value": _day(invoice.issued_on)},
        due_fact(invoice),
    ]
    amounts = [
        *_taken_over(invoice),
        (_("Total including VAT"), invoice.total),
        (_("Paid"), invoice.allocated),
        (_("Credited"), invoice.credited),
        (_("Written off"), invoice.written_off),
        (_("Open"), invoice.open_amount),
    ]
    if invoice.is_disputed:
        amounts.append((_("Of it disputed"), invoice.open_disputed))
    if invoice.is_late_charges:
        facts.append({"label": _("Kind"), "value": invoice.get_kind_display()})
    shown = amounts if invoice.is_issued else amounts[:1]
    facts += [{"label": name, "value": amount(value, invoice.currency)} for name, value in shown]
    return [*facts, *_fapiao_facts(invoice)]


def _taken_over(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """What an opening balance was originally, and what had been settled of it elsewhere."""
    if invoice.original_total is None:
        return []
    return [
        (_("Original total"), invoice.original_total),
        (_("Settled before it was taken over"), invoice.settled_before),
    ]


def receipt_facts(receipt: Receipt) -> list[dict[str, object]]:
    """What the page of a receipt says first."""
    customer = receipt.customer
    whose: dict[str, object] = {"label": _("Customer"), "value": _("Not known yet")}
    if customer is not None:
        whose = {
            "label": _("Customer"),
            "value": customer.company,
            "url": reverse("customer", args=[customer.pk]),
        }
    return [
        whose,
        {"label": _("Amount"), "value": amount(receipt.amount, receipt.currency)},
        *_used(receipt),
        {"label": _("Received on"), "value": _day(receipt.received_on)},
        {"label": _("Payer"), "value": receipt.payer or "–", "note": receipt.payer_account},
        {"label": _("Remark"), "value": receipt.remark or "–"},
        {"label": _("Our bank account"), "value": receipt.bank_account or "–"},
        {"label": _("Bank serial number"), "value": receipt.bank_serial or "–"},
        {"label": _("Recorded by"), "value": str(receipt.recorded_by or _("the portal"))},
    ]


def _used(receipt: Receipt) -> list[dict[str, object]]:
    """What became of the amount, and of which payment it is a part."""
    amounts = [(_("Used for invoices"), receipt.allocated), (_("Paid back"), receipt.refunded)]
    facts: list[dict[str, object]] = [
        {"label": name, "value": amount(value, receipt.currency)}
        for name, value in amounts
        if value
    ]
    left: dict[str, object] = {
        "label": _("Credit left"),
        "value": amount(receipt.unallocated, receipt.currency),
    }
    if receipt.split_from_id is None:
        return [*facts, left]
    whole = reverse("billing:receipt", args=[receipt.split_from_id])
    return [*facts, left, {"label": _("Part of"), "value": receipt.split_from, "url": whole}]


def suggestion(found: suggestions.Suggestion) -> str:
    """The ground for a guess, in words."""
    texts = {
        suggestions.Ground.NUMBER: _("the remark names %(number)s"),
        suggestions.Ground.ALIAS: _("this payer was assigned to it before, on %(day)s"),
        suggestions.Ground.PAYER: _("the payer has the same name"),
        suggestions.Ground.ONLY_AMOUNT: _(
            "the only open invoice of exactly this amount: %(number)s"
        ),
        suggestions.Ground.AMOUNT: _("exactly the open amount of %(number)s, as others have too"),
        suggestions.Ground.TEXT: _("the bank's text contains its name"),
    }
    learned_on = found.alias.learned_from.received_on if found.alias else None
    return texts[found.ground] % {"number": found.invoice, "day": _day(learned_on)}


def _fapiao_facts(invoice: Invoice) -> list[dict[str, object]]:
    if not invoice.is_issued:
        return []
    fapiao = standing_of(invoice)
    if fapiao is None:
        return [{"label": _("Fapiao"), "value": FapiaoStatus.NONE.label}]
    day = _day(fapiao.delivered_on or fapiao.issued_on, "")
    fact: dict[str, object] = {
        "label": _("Fapiao"),
        "value": fapiao.get_status_display(),
        "note": " · ".join(part for part in (fapiao.number, day) if part),
    }
    return [fact]


def due_fact(invoice: Invoice) -> dict[str, object]:
    """When an invoice is due, by which terms, and what is not sure about it.

    A draft shows the date it would have if it were issued today.
    """
    dates = terms.DueDates(invoice.partner)
    due_on, agreed = invoice.due_on, terms.words(invoice.terms)
    label = _("Due on")
    if invoice.is_draft and not invoice.terms.waits_for_fapiao:
        label = _("Due on, if issued today")
        due_on = dates.of(invoice.terms, clock.business_date(invoice.partner))
    notes = [agreed, dates.doubt(due_on)] if due_on else [dates.doubt(due_on)]
    note = " · ".join(part for part in notes if part)
    waiting = _("due %(terms)s") % {"terms": agreed}
    return {"label": label, "value": _day(due_on, waiting), "note": note}


def _day(on: date | None, otherwise: str = "–") -> str:
    return date_format(on, "DATE_FORMAT") if on else otherwise


def buckets() -> dict[str, str]:
    """The ageing buckets in words: calendar days past the due date."""
    return {
        receivables.NOT_DUE: _("Not due"),
        receivables.DAYS_30: _("1–30 days"),
        receivables.DAYS_60: _("31–60 days"),
        receivables.DAYS_90: _("61–90 days"),
        receivables.OLDER: _("over 90 days"),
    }
