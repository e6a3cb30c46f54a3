"""Three months of a partner's past, lived day by day through the portal's own services."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zlib import crc32

from django.core.files.base import ContentFile

from billing import freshness
from billing.bill.services import InvoiceFacts, record_partner_invoice
from billing.files import samples, services
from billing.invoicing import issue_invoices
from billing.models import Invoice, PriceKind, PriceRule
from billing.price_rules import save_rule
from billing.receipts import record_receipt
from collections_policy.judging import judge_pending
from collections_policy.services import ensure_default_policy, request_sweep
from collections_policy.sweep import run_sweep
from customers.models import Contact, ContactRole, Customer
from customers.services import decide_credit, save_contact
from partners import clock, jobs
from partners.models import Partner, User
from subscriptions.models import Subscription

REASON = "demo data"
BILLED_DAYS_AGO = (82, 52, 21)
FIRST_SWEEP_DAYS_AGO = 51
PRICES = {"E1": Decimal("52.00"), "E3": Decimal("118.00"), "E5": Decimal("248.00")}
MARGIN_PERCENT = Decimal(15)
NEVER_PAYS_ONE_IN = 8
LATE_ONE_IN = 5
DEFAULT_PRICE = Decimal("36.50")
SURNAMES = ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周")
GIVEN_NAMES = ("芳", "伟", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇")


def befriend(partner: Partner, by: User) -> None:
    """Give customers a contact outside their tenant, and some of them credit."""
    for number, customer in enumerate(_customers(partner)):
        name = SURNAMES[number % 10] + GIVEN_NAMES[number // 10 % 10]
        contact = Contact(
            partner=partner,
            customer=customer,
            name=name,
            role=ContactRole.BILLING,
            email=f"finance{number}@mail{number % 7}.example",
            mobile=f"+86 138 0000 {number:04d}",
        )
        if number % 13 != 12:  # noqa: PLR2004  (one in thirteen is still without a contact)
            save_contact(contact, by=by, reason=REASON)
        if number % 6 == 0:
            decide_credit(
                customer,
                terms_days=30,
                limit=Decimal(200_000),
                prepayment=False,
                review_on=None,
                by=by,
                reason="Credit report of a bureau, no remarks",
            )


def live(partner: Partner, by: User) -> None:
    """Bill, issue, be paid by most, and sweep every day until today."""
    today = clock.business_date(partner)
    with clock.told(beginning(partner)):
        ensure_default_policy(partner, by)
        _set_margin(partner, by)
    for days_ago in range(BILLED_DAYS_AGO[0], 0, -1):
        day = today - timedelta(days=days_ago)
        with clock.told(_morning(partner, day)):
            _one_day(partner, day, days_ago, by)
    freshness.confirm(partner, today - timedelta(days=1), by=by, reason=REASON)
    judge_pending()


def beginning(partner: Partner) -> datetime:
    """The morning before the first bill."""
    return _morning(partner, clock.business_date(partner) - timedelta(days=BILLED_DAYS_AGO[0] + 1))


def sample_customers(partner: Partner) -> list[samples.SampleCustomer]:
    """The partner's own customers as a reconciliation file would list them."""
    return [
        samples.SampleCustomer(
            tenant_id=customer.tenant_id,
            company=customer.company,
            domain=customer.domain,
            subscriptions=[_sample(each) for each in customer.subscriptions.order_by("pk")],
        )
        for customer in _customers(partner)
    ]


def bill(partner: Partner, day: date, by: User) -> None:
    """21Vianet's invoice of this day with its file, checked, imported and issued to customers."""
    first, last = day.replace(day=1), day
    listed = [each for each in sample_customers(partner) if each.subscriptions]
    facts = InvoiceFacts(
        number=f"D{day:%y%m}{partner.mpn_id[-4:]}",
        issued_on=day,
        currency=partner.currency,
        total=samples.total_after_tax(listed, first=first, last=last),
    )
    invoice = record_partner_invoice(partner, facts, by=by, reason=REASON)
    content = samples.licence_file(listed, first=first, last=last, mpn_id=partner.mpn_id)
    name = f"licence-{day:%Y%m}.csv"
    file = services.upload(
        invoice, ContentFile(content, name=name), name=name, by=by, reason=REASON
    )
    jobs.drain(services.CHECK, services.run_check)
    file.refresh_from_db()
    services.confirm(file, by=by)
    jobs.drain(services.IMPORT, services.run_import)
    issue_invoices(Invoice.objects.of_partner(partner).drafts(), by=by, reason=REASON)


def _set_margin(partner: Partner, by: User) -> None:
    rule = PriceRule(partner=partner, kind=PriceKind.MARGIN_PERCENT, value=MARGIN_PERCENT)
    save_rule(rule, by=by, reason=REASON)


def _one_day(partner: Partner, day: date, days_ago: int, by: User) -> None:
    if days_ago in BILLED_DAYS_AGO:
        bill(partner, day, by)
    for customer, invoice in _paying_today(partner, day):
        _pay(partner, customer, invoice, day, by)
    if days_ago <= FIRST_SWEEP_DAYS_AGO:
        judge_pending()
        run_sweep(partner, request_sweep(partner, None))


def _paying_today(partner: Partner, day: date) -> Iterator[tuple[Customer, Invoice]]:
    """Most pay a few days before the due date, some late, one in eight not at all."""
    for invoice in Invoice.objects.of_partner(partner).owed().select_related("customer"):
        habit = _habit(invoice.customer)
        if habit is not None and invoice.due_on and invoice.due_on + habit == day:
            yield invoice.customer, invoice


def _habit(customer: Customer) -> timedelta | None:
    """How long after the due date a customer pays: by its name, so that it is always the same."""
    number = crc32(customer.tenant_id.encode())
    if number % NEVER_PAYS_ONE_IN == 0:
        return None
    late_days = number % 9 + 6 if number % LATE_ONE_IN == 0 else -3
    return timedelta(days=late_days)


def _pay(partner: Partner, customer: Customer, invoice: Invoice, day: date, by: User) -> None:
    amount = invoice.open_amount
    if customer.pk % 11 == 0:
        amount = (amount / 2).quantize(Decimal("0.01"))
    record_receipt(
        partner,
        customer=customer,
        bank_account="6222 0210 0112 3456",
        bank_serial=f"{day:%Y%m%d}{invoice.pk:06d}",
        amount=amount,
        currency=invoice.currency,
        received_on=day,
        payer=customer.company,
        remark=invoice.number or "",
        by=by,
        reason=REASON,
    )


def _sample(subscription: Subscription) -> samples.SampleSubscription:
    words = subscription.offer_name.split()
    price = next((PRICES[word] for word in words if word in PRICES), DEFAULT_PRICE)
    return samples.SampleSubscription(
        pc_id=subscription.pc_id,
        offer_name=subscription.offer_name,
        offer_id=subscription.offer_id,
        seats=max(subscription.quantity, 1),
        unit_price=price,
        name=subscription.friendly_name,
    )


def _customers(partner: Partner) -> Sequence[Customer]:
    return list(Customer.objects.of_partner(partner).order_by("tenant_id"))


def _morning(partner: Partner, day: date) -> datetime:
    """10:30 in the partner's zone, when the sweep runs."""
    return datetime.combine(day, time(10, 30), tzinfo=partner.zone)
