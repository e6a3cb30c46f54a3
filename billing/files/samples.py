"""Believable reconciliation files for demonstrations and tests. Pure and repeatable.

Charges follow the documented scenarios ("Common billing scenarios" of Partner Center operated by
21Vianet): seats are billed in advance, a change of seats is reversed and charged by days.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from billing.files import layouts

CENT = Decimal("0.01")
VAT_RATE = Decimal("0.06")


@dataclass(frozen=True)
class SampleSubscription:
    """A subscription as its lines show it. `unit_price` per seat and month, before tax."""

    pc_id: str
    offer_name: str
    seats: int
    unit_price: Decimal
    offer_id: str = ""
    name: str = ""
    started_on: date = date(2026, 1, 1)
    seats_before: int | None = None
    changed_on: date | None = None


@dataclass(frozen=True)
class SampleCustomer:
    """A customer with what it subscribes to."""

    tenant_id: str
    company: str
    domain: str
    subscriptions: Sequence[SampleSubscription]


@dataclass(frozen=True)
class Charge:
    """One line before it is written out."""

    charge_type: str
    first: date
    last: date
    seats: int
    amount: Decimal


def licence_file(
    customers: Iterable[SampleCustomer],
    *,
    first: date,
    last: date,
    mpn_id: str,
    currency: str = "CNY",
    encoding: str = "utf-8-sig",
) -> bytes:
    """A licence-based file for the charges from `first` to `last`, both included."""
    rows = (
        _licence_row(customer, subscription, charge, mpn_id, currency)
        for customer in customers
        for subscription in customer.subscriptions
        for charge in charges(subscription, first, last)
    )
    return _written(layouts.LICENCE, rows, encoding)


def usage_file(
    customers: Iterable[SampleCustomer],
    *,
    invoice_number: str,
    first: date,
    last: date,
    mpn_id: str,
    currency: str = "CNY",
    encoding: str = "utf-8-sig",
) -> bytes:
    """A usage-based file: one line of virtual machine hours per subscription."""
    rows = (
        _usage_row(customer, subscription, first, last)
        | {"InvoiceNumber": invoice_number, "Currency": currency}
        | {"MPNID": mpn_id, "ResellerMPNID": mpn_id, "PartnerID": _guid("partner", mpn_id)}
        for customer in customers
        for subscription in customer.subscriptions
    )
    return _written(layouts.USAGE, rows, encoding)


def total_after_tax(customers: Iterable[SampleCustomer], *, first: date, last: date) -> Decimal:
    """What the invoice for `licence_file` with the same arguments amounts to."""
    return sum(
        (
            charge.amount + _tax(charge.amount)
            for customer in customers
            for subscription in customer.subscriptions
            for charge in charges(subscription, first, last)
        ),
        Decimal(0),
    )


def charges(subscription: SampleSubscription, first: date, last: date) -> Iterator[Charge]:
    """The seats in advance; after a change of seats, its reversal and both parts by days."""
    full = subscription.seats * subscription.unit_price
    if subscription.started_on >= first:
        yield Charge("Purchase fee", first, last, subscription.seats, full)
    else:
        yield Charge("Cycle fee", first, last, subscription.seats, full)
    before, changed = subscription.seats_before, subscription.changed_on
    if before is None or changed is None:
        return
    start = (first - timedelta(days=1)).replace(day=first.day)
    end = first - timedelta(days=1)
    paid = before * subscription.unit_price
    yield Charge("Cancel instance prorate", start, end, before, -paid)
    days = (end - start).days + 1
    for seats, part_first, part_last in (
        (before, start, changed - timedelta(days=1)),
        (subscription.seats, changed, end),
    ):
        part = (part_last - part_first).days + 1
        amount = seats * subscription.unit_price * part / days
        yield Charge("Cycle instance prorate", part_first, part_last, seats, _cent(amount))


def _licence_row(
    customer: SampleCustomer,
    subscription: SampleSubscription,
    charge: Charge,
    mpn_id: str,
    currency: str,
) -> dict[str, str]:
    tax = _tax(charge.amount)
    started = subscription.started_on
    return {
        "PartnerId": _guid("partner", mpn_id),
        "CustomerID": customer.tenant_id,
        "OrderID": str(int(_digest("order", subscription.pc_id)[:14], 16)),
        "SubscriptionID": "us" + _digest("billing", subscription.pc_id)[:14],
        "SyndicationPartnerSubscriptionNumber": subscription.pc_id,
        "OfferID": _guid("offer", subscription.offer_name),
        "DurableOfferID": subscription.offer_id or _guid("durable", subscription.offer_name),
        "OfferName": subscription.offer_name,
        "SubscriptionStartDate": _start(started),
        "SubscriptionEndDate": _start(started.replace(year=started.year + 1)),
        "ChargeStartDate": _start(charge.first),
        "ChargeEndDate": _end(charge.last),
        "ChargeType": charge.charge_type,
        "UnitPrice": str(subscription.unit_price),
        "Quantity": str(charge.seats),
        "Amount": str(_cent(charge.amount)),
        "TotalOtherDiscount": "0",
        "Subtotal": str(_cent(charge.amount)),
        "Tax": str(tax),
        "TotalForCustomer": str(_cent(charge.amount) + tax),
        "Currency": currency,
        "CustomerName": customer.company,
        "MPNID": mpn_id,
        "ResellerMPNID": mpn_id,
        "DomainName": customer.domain,
        "SubscriptionName": subscription.name or subscription.offer_name,
        "SubscriptionDescription": subscription.offer_name,
    }


def _usage_row(
    customer: SampleCustomer, subscription: SampleSubscription, first: date, last: date
) -> dict[str, str]:
    hours = Decimal(subscription.seats * 24)
    pretax = _cent(hours * subscription.unit_price)
    tax = _tax(pretax)
    return {
        "CustomerName": customer.company,
        "ChargeStartDate": _start(first),
        "ChargeEndDate": _end(last),
        "SubscriptionID": "us" + _digest("billing", subscription.pc_id)[:14],
        "SubscriptionName": "Microsoft Azure",
        "SubscriptionDescription": "Microsoft Azure",
        "ServiceName": "VIRTUAL MACHINES",
        "ServiceType": "A1 VM",
        "ResourceGUID": _guid("resource", "A1 VM"),
        "Resource Name": "Compute Hours",
        "Region": "China East",
        "DetailLineItemId": "1",
        "ConsumedQuantity": str(hours),
        "IncludedQuantity": "0",
        "OverageQuantity": str(hours),
        "ListPrice": str(subscription.unit_price),
        "PretaxCharges": str(pretax),
        "TaxAmount": str(tax),
        "PostTaxTotal": str(pretax + tax),
        "ChargeType": "Assess usage fee for current cycle",
        "UsageDate": _start(last),
        "CustomerID": customer.tenant_id,
        "DomainName": customer.domain,
    }


def _written(layout: layouts.Layout, rows: Iterable[dict[str, str]], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, layout.columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def _start(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year} 0:00"


def _end(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year} 23:59"


def _cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _tax(amount: Decimal) -> Decimal:
    return _cent(_cent(amount) * VAT_RATE)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("/".join(parts).encode(), digest_size=16).hexdigest()


def _guid(*parts: str) -> str:
    digest = _digest(*parts)
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
