"""Changes to a draft by hand, until it is issued: lines, their words, and the note.

Everything runs under the customer's lock, like issuing, and is in the draft's timeline.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum

from billing import rules
from billing.invoicing import NotADraft
from billing.models import Invoice, InvoiceLine
from customers.models import Customer
from partners import audit
from partners.models import User

HIGHEST_NET = Decimal("999999999999.99")
"""No line is higher, as in a reconciliation file."""


class LinesChanged(Exception):
    """Somebody has added or removed a line since the page was shown."""


class NoSuchLine(Exception):
    """The draft does not have this line any more."""


class OnlyLateCharges(Exception):
    """A draft of late charges holds nothing else: nobody is chased for what is on it."""


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line by hand: price before VAT in the draft's currency, VAT rate in per cent."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: Decimal

    @property
    def net(self) -> Decimal:
        return rules.cents(self.quantity * self.unit_price)

    @property
    def vat(self) -> Decimal:
        return rules.vat_on(self.net, self.vat_rate)


def newest_line(invoice: Invoice) -> int:
    """What a page says it has shown; changes when a line is added, or the newest is removed."""
    newest: int | None = invoice.lines.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def add_line(
    invoice: Invoice, line: NewLine, *, seen: int, by: User | None, reason: str
) -> InvoiceLine:
    """Add a line at the end of a draft whose newest line was `seen`.

    Raises NotADraft, OnlyLateCharges, and LinesChanged when another line is the newest: so a second
    click adds nothing.
    """
    with _locked(invoice) as draft:
        if draft.is_late_charges:
            raise OnlyLateCharges
        if newest_line(draft) != seen:
            raise LinesChanged
        last = draft.lines.aggregate(last=Max("position"))["last"] or 0
        added = InvoiceLine.objects.create(
            partner_id=draft.partner_id,
            invoice=draft,
            position=last + 1,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=line.net,
            vat_rate=line.vat_rate,
            vat=line.vat,
            gross=line.net + line.vat,
        )
        _total(draft, "invoice.line_added", {}, _facts(added), by=by, reason=reason)
    return added


def remove_line(invoice: Invoice, line_id: int, *, by: User | None, reason: str) -> None:
    """Take a line off a draft. Raises NotADraft or NoSuchLine."""
    with _locked(invoice) as draft:
        line = _line(draft, line_id)
        before = _facts(line)
        line.delete()
        _total(draft, "invoice.line_removed", before, {}, by=by, reason=reason)


def reword_line(
    invoice: Invoice, line_id: int, description: str, *, by: User | None, reason: str
) -> None:
    """Change a line's description. Raises NotADraft or NoSuchLine."""
    with _locked(invoice) as draft:
        line = _line(draft, line_id)
        before = line.description
        if description == before:
            return
        line.description = description
        line.save(update_fields=["description"])
        words = {"description": before}, {"description": description}
        _record(draft, "invoice.line_reworded", *words, by=by, reason=reason)


def set_note(invoice: Invoice, note: str, *, by: User | None, reason: str) -> None:
    """Write what the customer reads below the lines. Raises NotADraft."""
    with _locked(invoice) as draft:
        before = draft.note
        if note == before:
            return
        draft.note = note
        draft.save(update_fields=["note"])
        _record(draft, "invoice.note_set", {"note": before}, {"note": note}, by=by, reason=reason)


@contextmanager
def _locked(invoice: Invoice) -> Iterator[Invoice]:
    """The invoice as it is now, under its customer's lock. Raises NotADraft."""
    with transaction.atomic():
        Customer.objects.lock([invoice.customer_id])
        draft = Invoice.objects.get(pk=invoice.pk)
        if not draft.is_draft:
            raise NotADraft
        yield draft


def _line(draft: Invoice, line_id: int) -> InvoiceLine:
    line = draft.lines.filter(pk=line_id).first()
    if line is None:
        raise NoSuchLine
    return line


def _facts(line: InvoiceLine) -> dict[str, object]:
    names = ("description", "quantity", "unit_price", "net", "vat_rate", "vat")
    return {name: getattr(line, name) for name in names}


def _total(
    draft: Invoice,
    kind: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    by: User | None,
    reason: str,
) -> None:
    """The draft's total follows its lines."""
    total_before = draft.total
    draft.total = draft.lines.aggregate(sum=Sum("gross"))["sum"] or Decimal(0)
    draft.save(update_fields=["total"])
    changed = {**before, "total": total_before}, {**after, "total": draft.total}
    _record(draft, kind, *changed, by=by, reason=reason)


def _record(
    draft: Invoice,
    kind: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    by: User | None,
    reason: str,
) -> None:
    fact = audit.Fact(
        partner_id=draft.partner_id,
        customer_id=draft.customer_id,
        subject=draft,
        kind=kind,
        reason=reason,
        before=before,
        after=after,
    )
    audit.record(fact, by=by)
