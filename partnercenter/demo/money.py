"""What waits for whoever keeps the ledger of the demo."""

from decimal import Decimal

from billing import disputes, receipts
from billing.models import DisputeCode, Invoice
from customers.models import Customer
from partners import clock
from partners.models import Partner, User

REASON = "demo data"
ACCOUNT = "6222 0210 0112 3456"


def leave_work(partner: Partner, by: User) -> None:
    """Two receipts whose sender nobody has named yet, and an objection. No case hangs on them."""
    today = clock.business_date(partner)
    owing = Invoice.objects.of_partner(partner).owed()
    good = Customer.objects.filter(pk__in=_without_debts(partner)).order_by("tenant_id")
    payers = [*good.values_list("company", flat=True)[:1], "王建国"]
    for number, payer in enumerate(payers, start=1):
        payment = receipts.Payment(
            amount=Decimal("3688.00") * number,
            currency=partner.currency,
            received_on=today,
            bank_account=ACCOUNT,
            bank_serial=f"{today:%Y%m%d}9{number:05d}",
            payer=payer,
            remark="货款",
        )
        receipts.record(partner, None, payment, by=by, reason=REASON)
    not_due = owing.filter(due_on__gte=today, customer__in=_without_debts(partner))
    if (invoice := not_due.order_by("-id").first()) is not None:
        disputes.dispute(invoice, DisputeCode.QUANTITY, "上月已减少 3 个席位", by=by, reason=REASON)


def _without_debts(partner: Partner) -> list[int]:
    """Customers who owe nothing overdue."""
    late = Invoice.objects.of_partner(partner).overdue(clock.business_date(partner))
    good = Customer.objects.of_partner(partner).exclude(pk__in=late.values("customer"))
    return list(good.values_list("pk", flat=True))
