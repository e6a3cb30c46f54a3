"""A file that replaces another after invoices were issued: what is invoiced or credited, once."""

from decimal import Decimal

import pytest

from billing import invoicing
from billing.files import corrections
from billing.files.corrections import Made
from billing.models import CreditNote, FileStatus, Invoice, ReconciliationFile
from partners.models import Partner
from tests.billing.files import make

pytestmark = pytest.mark.django_db
HALF = {"Amount": "500", "Subtotal": "500", "Tax": "30", "TotalForCustomer": "530", "Quantity": "5"}
MORE = {
    "Amount": "1500", "Subtotal": "1500", "Tax": "90", "TotalForCustomer": "1590",
    "Quantity": "15",
}  # fmt: skip


def replaced_after_issue(partner: Partner, content: bytes) -> ReconciliationFile:
    invoice = make.partner_invoice(partner)
    first = make.imported(invoice, make.licence_bytes(2))
    invoicing.issue_invoices(Invoice.objects.drafts(), by=None, reason="test")
    return make.imported(invoice, content, replaces=first)


def draft_all(file: ReconciliationFile) -> Made:
    ids = [one.customer.pk for one in corrections.differences(file)]
    return corrections.draft(file, ids, by=None, reason="test")


def test_unchanged_file_makes_no_draft_and_no_difference(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.licence_bytes(2, encoding="utf-16"))

    assert file.status == FileStatus.IMPORTED
    assert not Invoice.objects.drafts().exists()
    assert corrections.differences(file) == []


def test_difference_says_what_was_and_what_would_be_invoiced(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), HALF))

    [one] = corrections.differences(file)
    assert (one.invoiced, one.would_be, one.amount) == (
        Decimal("1060.00"),
        Decimal("530.00"),
        Decimal("-530.00"),
    )


def test_less_becomes_a_draft_credit_note(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), HALF))

    assert draft_all(file) == Made(0, 1)
    assert CreditNote.objects.get(source_file=file).amount == Decimal("530.00")


def test_more_becomes_a_supplementary_draft(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), MORE))

    assert draft_all(file) == Made(1, 0)
    assert Invoice.objects.drafts().get().total == Decimal("530.00")


def test_drafting_twice_drafts_once(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.changed(make.licence_bytes(2), HALF))
    ids = [one.customer.pk for one in corrections.differences(file)]
    corrections.draft(file, ids, by=None, reason="test")

    assert corrections.draft(file, ids, by=None, reason="test") == Made(0, 0)
    assert corrections.differences(file) == []


def test_new_customer_of_the_new_file_is_drafted_at_once(partner: Partner) -> None:
    file = replaced_after_issue(partner, make.licence_bytes(3))

    assert Invoice.objects.drafts().get().source_file == file
    assert corrections.differences(file) == []
