"""“We have paid”: records such claims, matches them with receipts, and lets them expire.

An open claim covers what it pays: collections proposes and suspends nothing for that part. It is
counted per customer, so that the next one is judged by what became of those before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.db import transaction

from billing import lifecycle, rules, working_hours
from billing.ledger import WrongInvoice
from billing.models import ClaimStatus, Invoice, Receipt, RemittanceClaim
from customers.models import Customer
from customers.services import facts_changed
from partners import audit, calendar, clock
from partners.models import Partner, User

DRAINED = 500
MATCHED, EXPIRED, GONE = "a receipt covers it", "expired", "its receipt was reversed"


class SameSlip(Exception):
    """This slip or its serial number was claimed before."""

    def __init__(self, claim: RemittanceClaim) -> None:
        self.claim = claim
        super().__init__(str(claim))


class AlreadyReceived(Exception):
    """The money of this serial number is recorded as a receipt."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        super().__init__(str(receipt))


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What the customer's slip shows. Invoices by key; `digest` is of the slip's file, if any."""

    amount: Decimal
    currency: str
    paid_on: date
    bank_serial: str = ""
    note: str = ""
    invoice_ids: Collection[int] = ()
    digest: str = ""
    entry_token: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Record:
    """How a customer's claims of the past ended."""

    made: int
    came_in: int
    expired: int


@dataclass(frozen=True)
class Transit:
    """What open claims of one customer cover of its overdue debt in one currency, until when."""

    amount: Decimal
    until: datetime | None


def open_claim(customer: Customer, slip: Slip, *, by: User | None, reason: str) -> RemittanceClaim:
    """Record that a customer says it has paid. The same form again returns the first claim.

    Raises SameSlip, AlreadyReceived, and WrongInvoice for an invoice that is not owed by it.
    """
    with transaction.atomic():
        [customer] = Customer.objects.lock([customer.pk])
        token = RemittanceClaim.objects.filter(customer=customer, entry_token=slip.entry_token)
        if (written := token.first()) is not None:
            return written
        _refuse_repeated(customer, slip)
        invoices = _named(customer, slip)
        claim = _new(customer, slip, by)
        claim.save(force_insert=True)
        claim.invoices.set(invoices)
        facts_changed([customer])
        audit.record(_opened(claim, invoices, reason), by=by)
    return claim


def withdraw(claim: RemittanceClaim, *, by: User | None, reason: str) -> RemittanceClaim:
    """Take a claim back, for instance one recorded by mistake. Raises InvalidTransition."""
    with transaction.atomic():
        [customer] = Customer.objects.lock([claim.customer_id])
        fresh = RemittanceClaim.objects.get(pk=claim.pk)
        lifecycle.move_claim(fresh, ClaimStatus.WITHDRAWN, by=by, reason=reason)
        facts_changed([customer])
    return fresh


def match(receipt: Receipt, *, by: User | None) -> RemittanceClaim | None:
    """The claim that this receipt makes true, by serial number or amount; None if there is none.

    Runs in the transaction that records or assigns the receipt, under its customer's lock.
    """
    if receipt.customer_id is None:
        return None
    claims = RemittanceClaim.objects.filter(
        customer_id=receipt.customer_id,
        currency=receipt.currency,
        status__in=[ClaimStatus.OPEN, ClaimStatus.EXPIRED],
    )
    found = {claim.pk: claim for claim in claims}
    pk = rules.claim_matched_by(
        receipt.amount,
        receipt.bank_serial,
        receipt.received_on,
        [_claimed(claim) for claim in found.values()],
    )
    if pk is None:
        return None
    lifecycle.move_claim(found[pk], ClaimStatus.MATCHED, receipt=receipt, by=by, reason=MATCHED)
    return found[pk]


def receipt_gone(receipt: Receipt, *, by: User | None) -> None:
    """The claim that this receipt had made true is open again, or expires with the next drain."""
    for claim in RemittanceClaim.objects.filter(receipt=receipt):
        lifecycle.move_claim(claim, ClaimStatus.OPEN, by=by, reason=GONE)


def expire_due() -> int:
    """End the claims whose time has passed; returns how many. Twice equals once."""
    due = RemittanceClaim.objects.are_open().filter(expires_at__lte=clock.now())
    return sum(_expire(claim) for claim in due.order_by("expires_at")[:DRAINED])


def expires_at(partner: Partner, start: datetime) -> datetime:
    """When a claim made at this moment expires, in the partner's zone."""
    hours = partner.settings.claim_working_hours
    return working_hours.add(start.astimezone(partner.zone), hours, calendar.of(partner))


def record_of(customer: Customer) -> Record:
    """How many claims the customer made, and how many came true: one query."""
    statuses = RemittanceClaim.objects.counted().filter(customer=customer)
    ends = list(statuses.order_by().values_list("status", flat=True))
    return Record(len(ends), ends.count(ClaimStatus.MATCHED), ends.count(ClaimStatus.EXPIRED))


def in_transit(
    customer_ids: Collection[int], business_date: date
) -> dict[tuple[int, str], Transit]:
    """What open claims cover of what is overdue on this date of the partner's zone.

    One query while there are none, two otherwise. A claim that names invoices covers only these.
    """
    claims = RemittanceClaim.objects.are_open().filter(customer__in=customer_ids)
    found: dict[tuple[int, str], Transit] = {}
    for claim in claims.prefetch_related("invoices").order_by("pk"):
        key = (claim.customer_id, claim.currency)
        before = found.get(key, Transit(Decimal(0), None))
        amount = before.amount + _covered(claim, business_date)
        found[key] = Transit(amount, max(claim.expires_at, before.until or claim.expires_at))
    return found


def same_slip(customer: Customer, slip: Slip) -> RemittanceClaim | None:
    """A claim, not withdrawn, of this serial number at the customer or of this very file."""
    counted = RemittanceClaim.objects.counted().filter(partner_id=customer.partner_id)
    if slip.digest and (found := counted.filter(slip_digest=slip.digest).first()):
        return found
    serial = _serial(slip)
    return counted.filter(customer=customer, bank_serial=serial).first() if serial else None


def _covered(claim: RemittanceClaim, on: date) -> Decimal:
    named = list(claim.invoices.all())
    overdue = (row.chaseable_amount for row in named if row.due_on is not None and row.due_on < on)
    return min(claim.amount, sum(overdue, Decimal(0))) if named else claim.amount


def _refuse_repeated(customer: Customer, slip: Slip) -> None:
    if (same := same_slip(customer, slip)) is not None:
        raise SameSlip(same)
    serial = _serial(slip)
    received = Receipt.objects.standing().filter(customer=customer, currency=slip.currency)
    if serial and (receipt := received.filter(bank_serial__in={serial, slip.bank_serial}).first()):
        raise AlreadyReceived(receipt)


def _named(customer: Customer, slip: Slip) -> list[Invoice]:
    owed = Invoice.objects.owed().filter(customer=customer, currency=slip.currency)
    invoices = list(owed.filter(pk__in=slip.invoice_ids).order_by("pk"))
    if len(invoices) != len(set(slip.invoice_ids)):
        raise WrongInvoice
    return invoices


def _new(customer: Customer, slip: Slip, by: User | None) -> RemittanceClaim:
    now = clock.now()
    return RemittanceClaim(
        partner_id=customer.partner_id,
        customer=customer,
        amount=slip.amount,
        currency=slip.currency,
        paid_on=slip.paid_on,
        bank_serial=_serial(slip),
        slip_digest=slip.digest,
        note=slip.note,
        opened_by=by,
        opened_at=now,
        expires_at=expires_at(customer.partner, now),
        entry_token=slip.entry_token,
    )


def _serial(slip: Slip) -> str:
    """As it is compared: full-width and lower-case characters are the same."""
    return rules.folded(slip.bank_serial).strip()


def _expire(claim: RemittanceClaim) -> int:
    with transaction.atomic():
        [customer] = Customer.objects.lock([claim.customer_id])
        fresh = RemittanceClaim.objects.get(pk=claim.pk)
        if not fresh.is_open:
            return 0
        lifecycle.move_claim(fresh, ClaimStatus.EXPIRED, by=None, reason=EXPIRED)
        facts_changed([customer])
    return 1


def _claimed(claim: RemittanceClaim) -> rules.Claimed:
    return rules.Claimed(
        claim.pk, claim.amount, claim.bank_serial, claim.paid_on, is_open=claim.is_open
    )


def _opened(claim: RemittanceClaim, invoices: Sequence[Invoice], reason: str) -> audit.Fact:
    return audit.Fact(
        partner_id=claim.partner_id,
        customer_id=claim.customer_id,
        subject=claim,
        kind="claim.opened",
        reason=reason,
        after={
            "amount": claim.amount,
            "currency": claim.currency,
            "paid_on": claim.paid_on,
            "bank_serial": claim.bank_serial,
            "invoices": ", ".join(str(invoice) for invoice in invoices),
            "expires_at": claim.expires_at,
        },
    )
