"""What the policy writes to customers: reminders and warnings, about all that is overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.models import Invoice
from collections_policy import rules
from collections_policy.facts import Situation
from collections_policy.models import Action, CaseStep
from notices import letters, services
from notices.models import NoticeKind
from notices.services import LetterTo
from partners.models import Partner

ABOUT = "collections_policy.casestep"
_KINDS = {Action.REMIND: NoticeKind.PAYMENT_REMINDER, Action.WARN: NoticeKind.SUSPENSION_WARNING}


class _Owed(NamedTuple):
    """One invoice as a letter names it."""

    number: str | None
    due_on: date | None
    amount: Decimal


@dataclass(frozen=True)
class Letter:
    """A step that writes to the customer, with the row that remembers it."""

    situation: Situation
    decision: rules.Decision
    row: CaseStep

    @property
    def step(self) -> rules.Step:
        assert self.decision.step is not None  # noqa: S101  (only contact steps write)
        return self.decision.step


def queue(
    partner: Partner, to_write: Sequence[Letter], business_date: date, *, reason: str
) -> None:
    """Queue each letter in the customer's language: four statements, however many letters."""
    if not to_write:
        return
    invoices = _invoices(to_write)
    services.queue_many(
        [_letter(partner, letter, invoices, business_date) for letter in to_write],
        by=None,
        reason=reason,
    )


def _letter(
    partner: Partner, letter: Letter, invoices: Mapping[int, _Owed], business_date: date
) -> LetterTo:
    return LetterTo(
        kind=_KINDS[letter.step.action],
        about_kind=ABOUT,
        about_id=str(letter.row.pk),
        customer=letter.situation.customer,
        contact=letter.situation.contact,
        context=_context(partner, letter, invoices, business_date),
    )


def _context(
    partner: Partner, letter: Letter, invoices: Mapping[int, _Owed], business_date: date
) -> dict[str, object]:
    """What is disputed is left out: nobody is chased over it."""
    situation = letter.situation
    language = letters.known_language(situation.customer.language)
    ids = situation.overdue.invoice_ids if situation.overdue else ()
    return {
        "company": situation.customer.company,
        "partner": partner.name,
        "total": letters.money(situation.facts.debt.undisputed, situation.currency, language),
        "invoices": [
            {
                "number": invoices[pk].number,
                "due_on": letters.day(invoices[pk].due_on, language),
                "amount": letters.money(invoices[pk].amount, situation.currency, language),
            }
            for pk in ids
            if pk in invoices
        ],
        "suspend_from": letters.day(suspension_from(letter, business_date), language),
        "data_kept_days": partner.settings.data_deletion_days,
    }


def suspension_from(letter: Letter, business_date: date) -> date | None:
    """The first date on which a suspension may be proposed once this letter is written."""
    version, anchor = letter.situation.version, letter.decision.anchor_due_on
    proposal = rules.proposal(version)
    if proposal is None or anchor is None:
        return None
    return rules.due_on(proposal, version, anchor, business_date)


def _invoices(to_write: Sequence[Letter]) -> dict[int, _Owed]:
    ids = [
        pk
        for letter in to_write
        if letter.situation.overdue
        for pk in letter.situation.overdue.invoice_ids
    ]
    chased = Invoice.objects.chaseable().filter(pk__in=ids).order_by()
    rows = chased.values_list("pk", "number", "due_on", "chaseable_amount")
    return {pk: _Owed(number, due_on, amount) for pk, number, due_on, amount in rows}
