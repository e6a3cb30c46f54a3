"""Changing a draft by hand: totals follow, everything is in the timeline, issued ones stay."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from billing import drafts, invoicing
from billing.models import Invoice
from customers.models import Customer
from partners.models import AuditEntry
from tests.factories.billing import draft_of, issued_to
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
D = Decimal
LINE = drafts.NewLine(
    description="Migration", quantity=D("2.5"), unit_price=D("100.01"), vat_rate=D(6)
)
type Change = Callable[[Invoice], None]


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


def add(invoice: Invoice) -> None:
    seen = drafts.newest_line(invoice)
    drafts.add_line(invoice, LINE, seen=seen, by=None, reason="agreed")


def remove(invoice: Invoice) -> None:
    line = invoice.lines.earliest("pk")
    drafts.remove_line(invoice, line.pk, by=None, reason="free this month")


def reword(invoice: Invoice) -> None:
    line = invoice.lines.earliest("pk")
    drafts.reword_line(invoice, line.pk, "Office", by=None, reason="reviewed")


def note(invoice: Invoice) -> None:
    drafts.set_note(invoice, "Thank you", by=None, reason="reviewed")


def test_add_line_rounds_to_the_cent_and_the_total_follows(customer: Customer) -> None:
    draft = draft_of(customer)

    add(draft)

    draft.refresh_from_db()
    line = draft.lines.latest("position")
    assert (line.position, line.net, line.vat, line.gross) == (
        2,
        D("250.03"),
        D("15.00"),
        D("265.03"),
    )
    assert draft.total == D("1325.03")


def test_add_line_goes_behind_the_last_after_one_was_removed(customer: Customer) -> None:
    draft = draft_of(customer)
    add(draft)
    remove(draft)

    add(draft)

    assert [line.position for line in draft.lines.all()] == [2, 3]


def test_add_line_twice_for_one_look_adds_one(customer: Customer) -> None:
    draft = draft_of(customer)
    seen = drafts.newest_line(draft)
    drafts.add_line(draft, LINE, seen=seen, by=None, reason="agreed")

    with pytest.raises(drafts.LinesChanged):
        drafts.add_line(draft, LINE, seen=seen, by=None, reason="agreed")

    assert draft.lines.count() == 2


def test_add_line_to_late_charges_is_refused(customer: Customer) -> None:
    draft = draft_of(customer)
    Invoice.objects.filter(pk=draft.pk).update(kind="late_charges")

    with pytest.raises(drafts.OnlyLateCharges):
        add(draft)


def test_remove_the_last_line_leaves_nothing_to_issue(customer: Customer) -> None:
    draft = draft_of(customer)

    remove(draft)

    draft.refresh_from_db()
    assert draft.total == 0
    assert invoicing.why_not_issue(draft) == "There is nothing to pay on it."


def test_remove_a_line_of_another_draft_is_refused(customer: Customer) -> None:
    draft, other = draft_of(customer), draft_of(customer)

    with pytest.raises(drafts.NoSuchLine):
        drafts.remove_line(draft, other.lines.get().pk, by=None, reason="free")


@pytest.mark.parametrize(
    ("change", "kind", "before", "after"),
    [
        (add, "line_added", {"total": "1060.00"}, {"description": "Migration", "total": "1325.03"}),
        (remove, "line_removed", {"net": "1000.00", "total": "1060.00"}, {"total": "0"}),
        (reword, "line_reworded", {"description": "Office 365 E3"}, {"description": "Office"}),
        (note, "note_set", {"note": ""}, {"note": "Thank you"}),
    ],
)
def test_change_is_in_the_timeline_with_before_and_after(
    customer: Customer, change: Change, kind: str, before: dict[str, str], after: dict[str, str]
) -> None:
    change(draft_of(customer))

    entry = AuditEntry.objects.get(kind=f"invoice.{kind}")
    assert entry.before.items() >= before.items()
    assert entry.after.items() >= after.items()


@pytest.mark.parametrize("change", [add, remove, reword, note])
def test_change_of_an_issued_invoice_is_refused(customer: Customer, change: Change) -> None:
    invoice = issued_to(customer)

    with pytest.raises(invoicing.NotADraft):
        change(invoice)

    invoice.refresh_from_db()
    assert (invoice.total, invoice.lines.get().description) == (D("1060.00"), "Office 365 E3")


@pytest.mark.parametrize("change", [reword, note])
def test_change_to_the_same_words_leaves_no_entry(customer: Customer, change: Change) -> None:
    draft = draft_of(customer)
    change(draft)

    change(draft)

    assert (
        AuditEntry.objects.filter(kind__in=["invoice.line_reworded", "invoice.note_set"]).count()
        == 1
    )
