"""Correcting what was typed of a bill, and questioning it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from billing.bill import services
from billing.bill.services import InvoiceFacts
from billing.models import PartnerInvoice
from partners.models import AuditEntry, Partner
from tests.billing.bill import make
from tests.billing.files import make as files
from tests.factories.partners import PartnerFactory, billing_admin

pytestmark = pytest.mark.django_db


def corrected(bill: PartnerInvoice, **changes: Any) -> PartnerInvoice:
    typed: dict[str, Any] = {
        "number": bill.number,
        "issued_on": bill.issued_on,
        "currency": bill.currency,
        "total": bill.total,
    }
    facts = InvoiceFacts(**(typed | changes))
    shown = services.fingerprint(bill)
    return services.correct(bill, facts, shown=shown, by=None, reason="misread")


def test_correct_changes_number_date_and_total(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    again = corrected(bill, number="E9", issued_on=date(2026, 9, 1), total=Decimal(120))

    assert (again.number, again.due_on, again.balance) == ("E9", date(2026, 10, 1), 120)
    entry = AuditEntry.objects.get(kind="partner_invoice.corrected")
    assert (entry.before["number"], entry.after["total"]) == ("E0001", "120")


def test_correct_nothing_leaves_no_entry(partner: Partner) -> None:
    corrected(PartnerInvoice.objects.get(pk=make.bill(partner, "100").pk))
    assert not AuditEntry.objects.filter(kind="partner_invoice.corrected").exists()


def test_correct_to_a_credit_works(partner: Partner) -> None:
    assert corrected(make.bill(partner, "100"), total=Decimal(-100)).is_credit


def test_correct_to_a_taken_number_is_refused(partner: Partner) -> None:
    make.bill(partner, number="E2")
    with pytest.raises(services.NumberTaken):
        corrected(make.bill(partner), number="E2")


def test_correct_from_an_old_page_is_refused(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    old = PartnerInvoice.objects.get(pk=bill.pk)
    corrected(PartnerInvoice.objects.get(pk=bill.pk), total=Decimal(200))

    with pytest.raises(services.ChangedSince):
        corrected(old, total=Decimal(300))


def test_correct_the_currency_of_a_paid_bill_is_refused(partner: Partner) -> None:
    bill = make.bill(partner, "100")
    make.paid((bill, "1"))
    with pytest.raises(services.InUse):
        corrected(PartnerInvoice.objects.get(pk=bill.pk), currency="USD")


def test_correct_the_number_under_an_imported_file_is_refused(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    partner = PartnerFactory.create(mpn_id=files.MPN_ID)
    file = files.imported(files.partner_invoice(partner), files.licence_bytes(1))
    bill = PartnerInvoice.objects.get(pk=file.invoice_id)

    with pytest.raises(services.InUse):
        corrected(bill, number="OTHER")
    assert corrected(bill, issued_on=date(2026, 9, 2)).due_on == date(2026, 10, 2)


def test_dispute_is_marked_and_settled(partner: Partner) -> None:
    bill, clerk = make.bill(partner), billing_admin(partner)
    assert services.dispute(bill, reference="#7", by=clerk, reason="seats").is_disputed
    assert not services.end_dispute(bill, by=clerk, reason="credited").is_disputed


def test_dispute_twice_is_told(partner: Partner) -> None:
    bill, clerk = make.bill(partner), billing_admin(partner)
    services.dispute(bill, reference="#7", by=clerk, reason="seats")
    with pytest.raises(services.NothingToDo):
        services.dispute(bill, reference="#7", by=clerk, reason="seats")


def test_ending_no_dispute_is_told(partner: Partner) -> None:
    with pytest.raises(services.NothingToDo):
        services.end_dispute(make.bill(partner), by=billing_admin(partner), reason="x")
