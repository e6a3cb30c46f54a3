"""Writes the payments of a checked statement as receipts: all of them, or none."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from billing import freshness, receipts
from billing.imports import statement_staging as staging
from billing.models import BankLayout, ImportedRow, Receipt, TableImport
from billing.receipts import Payment
from customers.models import Customer
from partners import clock
from partners.models import User

BATCH = 1000
_TOKENS = UUID("6a3c6a52-5d27-4b43-9d32-5b7f7f0f2c11")
"""Each row of each import has an entry token of its own: recorded once, whatever happens."""


def write(table: TableImport, *, by: User | None, reason: str) -> dict[str, Any]:
    """Record what is staged: payments that name an invoice under their customers' locks.

    Everything else waits as unidentified, with its suggestions. Returns what was done.
    """
    chosen = {"rows": table.accepted_rows, "accepts_all": table.accepts_all}
    done = {"recorded": 0, "identified": 0, "known": 0}
    with transaction.atomic():
        locked = Customer.objects.lock(staging.customers(**chosen))
        customers = {customer.pk: customer for customer in locked}
        after = 0
        while batch := staging.taken(after=after, limit=BATCH, **chosen):
            after = batch[-1][0]
            recorded = _record(table, batch, customers, by=by, reason=reason)
            done["recorded"] += len(recorded)
            done["identified"] += sum(receipt.customer_id is not None for receipt in recorded)
        done["known"] = staging.link_known(table.pk, table.partner_id)
    return done


def recorded_up_to(table: TableImport) -> date | None:
    """Up to which day this statement lets us say that receipts are recorded; None: nobody knows.

    Only where the statement says its end, and no other account is known whose money may be missing.
    A day that is not over yet is left to the next statement.
    """
    layouts = BankLayout.objects.of_partner(table.partner).exclude(bank_account=table.bank_account)
    if table.period_end is None or layouts.exists():
        return None
    yesterday = date.fromordinal(clock.business_date(table.partner).toordinal() - 1)
    up_to = min(table.period_end, yesterday)
    known = freshness.receipts_recorded_up_to(table.partner)
    return up_to if known is None or up_to > known else None


def _record(
    table: TableImport,
    batch: Sequence[tuple[Any, ...]],
    customers: dict[int, Customer],
    *,
    by: User | None,
    reason: str,
) -> list[Receipt]:
    nameless = [row for row in batch if row[-1] is None]
    payments = [_payment(table, row) for row in nameless]
    made = receipts.record_unidentified(table.partner, payments, by=by, reason=reason)
    rows = [row[0] for row in nameless]
    for row in batch:
        if row[-1] is not None:
            rows.append(row[0])
            payment = _payment(table, row)
            customer = customers[row[-1]]
            made.append(receipts.record(table.partner, customer, payment, by=by, reason=reason))
    ImportedRow.objects.bulk_create(
        ImportedRow(partner=table.partner, table=table, row=number, receipt=receipt)
        for number, receipt in zip(rows, made, strict=True)
    )
    return made


def _payment(table: TableImport, row: tuple[Any, ...]) -> Payment:
    number, received_on, amount, currency, account, serial, payer, payer_account, remark, _ = row
    return Payment(
        amount=amount,
        currency=currency,
        received_on=received_on,
        bank_account=account,
        bank_serial=serial,
        payer=payer,
        payer_account=payer_account,
        remark=remark,
        entry_token=uuid5(_TOKENS, f"{table.pk}/{number}"),
    )
