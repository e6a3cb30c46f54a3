"""Two months of files: what was issued in September and what October's file drafts."""

from datetime import date
from decimal import Decimal

from billing import invoicing
from billing.files import samples
from billing.models import Invoice, ReconciliationFile
from partners.models import Partner
from tests.billing.files import make

SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = (make.FIRST, make.LAST)


def customer(tenant: str, **seats: int) -> samples.SampleCustomer:
    """A customer with so many seats of 100 each per subscription."""
    subscriptions = [
        samples.SampleSubscription(f"{tenant}-{name}", name, count, Decimal(100))
        for name, count in seats.items()
    ]
    return samples.SampleCustomer(tenant, f"{tenant}公司", f"{tenant}.cn", subscriptions)


def file_of(
    partner: Partner, month: tuple[date, date], *customers: samples.SampleCustomer
) -> ReconciliationFile:
    """The imported file of a month, with its drafts."""
    first, last = month
    bill = make.partner_invoice(partner, number=f"BILL-{first.month}", issued_on=first)
    content = samples.licence_file(customers, first=first, last=last, mpn_id=make.MPN_ID)
    return make.imported(bill, content, name=f"{first.month}.csv")


def issued_in_september(partner: Partner, *customers: samples.SampleCustomer) -> None:
    """September's invoices, issued."""
    file = file_of(partner, SEPTEMBER, *customers)
    invoicing.issue_invoices(Invoice.objects.filter(source_file=file), by=None, reason="test")
