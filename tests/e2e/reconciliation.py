"""21Vianet's reconciliation files for customers that the emulator really has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.files import samples
from tests.e2e.people import Person

PERIOD = timedelta(days=27)
PRICE = Decimal("52.00")


@dataclass(frozen=True)
class Bill:
    """An invoice of 21Vianet as printed, and the file beside it."""

    number: str
    issued_on: date
    total: Decimal
    content: bytes

    @property
    def name(self) -> str:
        return f"licence-{self.number}.csv"


def bill_for(
    customers: Sequence[Mapping[str, Any]], *, number: str, issued_on: date, mpn_id: str
) -> Bill:
    """A bill for these customers, in a period that no earlier file covers."""
    listed = [_sample(customer) for customer in customers]
    last = issued_on + PERIOD
    return Bill(
        number=number,
        issued_on=issued_on,
        total=samples.total_after_tax(listed, first=issued_on, last=last),
        content=samples.licence_file(listed, first=issued_on, last=last, mpn_id=mpn_id),
    )


def upload(person: Person, bill: Bill, content: bytes | None = None, name: str = "") -> None:
    """Hand the file in with what is printed on the invoice."""
    person.open("/billing/reconciliation/")
    form = person.main.get_by_role("region", name="Upload a reconciliation file")
    form.get_by_label("Reconciliation file").set_input_files(
        {
            "name": name or bill.name,
            "mimeType": "text/csv",
            "buffer": bill.content if content is None else content,
        }
    )
    form.get_by_label("21Vianet's invoice number").fill(bill.number)
    form.get_by_label("Invoice date").fill(bill.issued_on.isoformat())
    form.get_by_label("Total after tax", exact=False).first.fill(str(bill.total))
    person.press("Check the file")


def _sample(customer: Mapping[str, Any]) -> samples.SampleCustomer:
    return samples.SampleCustomer(
        tenant_id=customer["id"],
        company=customer["company_name"],
        domain=customer["domain"],
        subscriptions=[
            samples.SampleSubscription(
                pc_id=subscription["id"],
                offer_name=subscription["offerName"],
                seats=max(int(subscription["quantity"]), 1),
                unit_price=PRICE,
            )
            for subscription in customer["subscriptions"]
        ],
    )
