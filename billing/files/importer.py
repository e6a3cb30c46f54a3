"""Writes a staged file: customers and subscriptions as seen, lines, and draft invoices.

Everything happens in one transaction. The staging table is the input, so that a file is parsed
once however it is imported.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import IntegrityError, connection, transaction

from billing.files import lifecycle, staging
from billing.files.checker import Findings
from billing.files.drafting import draft_invoices
from billing.files.layouts import Kind
from billing.invoicing import void_draft
from billing.models import FileStatus, Invoice, ReconciliationFile
from customers import names
from customers.models import Customer
from customers.services import index_names
from partners import audit, clock
from partners.models import Partner, User
from subscriptions.models import Subscription

BATCH = 2000

_INSERT_LINES = """
INSERT INTO billing_reconciliationline (
    partner_id, file_id, row, customer_id, subscription_id, subscription_ref, subscription_name,
    offer_id, offer_name, charge_type, section, charge_from, charge_to, unit_price, quantity,
    amount, discount, net, tax, total, currency, content_key, occurrence, raw
)
SELECT c.partner_id, %s, s.row, c.id, u.id, s.subscription_ref, s.subscription_name,
       s.offer_id, s.offer_name, s.charge_type, s.section, s.charge_from, s.charge_to,
       s.unit_price, s.quantity, s.amount, s.discount, s.net, s.tax, s.total, s.currency,
       s.content_key, row_number() OVER (PARTITION BY s.content_key ORDER BY s.row), s.raw
FROM staged_line s
JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
LEFT JOIN (
    SELECT DISTINCT ON (customer_id, lower(pc_id)) id, customer_id, lower(pc_id) AS ref
    FROM subscriptions_subscription WHERE partner_id = %s
    ORDER BY customer_id, lower(pc_id), id
) AS u ON u.customer_id = c.id AND u.ref = lower(s.subscription_ref) AND %s
"""

_NEW_SUBSCRIPTIONS = """
SELECT DISTINCT ON (c.id, lower(s.subscription_ref))
       c.id, s.subscription_ref, s.offer_id, s.offer_name, s.subscription_name,
       greatest(trunc(s.quantity), 0)::integer, s.term_end
FROM staged_line s
JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
LEFT JOIN subscriptions_subscription u
    ON u.customer_id = c.id AND lower(u.pc_id) = lower(s.subscription_ref)
WHERE u.id IS NULL
ORDER BY c.id, lower(s.subscription_ref), s.charge_to DESC, s.row DESC
"""


class LiveFileExists(Exception):
    """Another file of this invoice and kind was imported in the meantime."""


def write(file: ReconciliationFile, findings: Findings, *, by: User | None, reason: str) -> None:
    """Import the staged lines as this file's. Raises AlreadyMoved, LiveFileExists."""
    try:
        with transaction.atomic():
            _claim(file, findings, by)
            created = _create_customers(file.partner), _create_subscriptions(file, findings.kind)
            _insert_lines(file, findings.kind)
            voided, standing = _drop_drafts_of(file.replaces, by, reason)
            outcome = draft_invoices(file, by=by, reason=reason).stored()
            outcome |= {"new_customers": created[0], "new_subscriptions": created[1]}
            outcome |= {"voided_drafts": voided, "standing_invoices": standing}
            ReconciliationFile.objects.filter(pk=file.pk).update(outcome=outcome)
            _record(file, findings, outcome, by, reason)
    except IntegrityError as error:
        if "one_live_file_per_invoice_and_kind" in str(error):
            raise LiveFileExists from error
        raise
    file.refresh_from_db()


def _claim(file: ReconciliationFile, findings: Findings, by: User | None) -> None:
    """Turn the file into the live one of its kind; first, so that a second import waits here."""
    if file.replaces is not None:
        lifecycle.move(file.replaces, FileStatus.REPLACED)
    lifecycle.move(
        file,
        FileStatus.IMPORTED,
        kind=findings.kind,
        columns=findings.columns,
        line_count=findings.line_count,
        total=findings.total,
        findings=findings.stored(),
        imported_by=by,
        imported_at=clock.now(),
    )


def _create_customers(partner: Partner) -> int:
    """Customers that only the file knows, as it shows them. Returns how many."""
    now = clock.now()
    rows = staging.new_customers(partner.pk)
    for batch in batched(rows, BATCH):
        Customer.objects.bulk_create(
            (_customer(partner, row, now) for row in batch), ignore_conflicts=True
        )
        tenants = [tenant for tenant, _, _ in batch]
        created = Customer.objects.filter(partner=partner, tenant_id__in=tenants, created_at=now)
        audit.record_many(_first_seen(created, "customer.created"), by=None)
    return len(rows)


def _customer(partner: Partner, row: tuple[str, str, str], now: datetime) -> Customer:
    tenant_id, company, domain = row
    customer = Customer(
        partner=partner,
        tenant_id=tenant_id,
        company=company,
        short_name=names.short(company)[:100],
        domain=domain,
        created_at=now,
    )
    index_names(customer)
    return customer


def _create_subscriptions(file: ReconciliationFile, kind: str) -> int:
    """Subscriptions that only a licence-based file knows; a usage-based one has no usable id."""
    if kind != Kind.LICENCE:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_NEW_SUBSCRIPTIONS, [file.partner_id])
        rows = cursor.fetchall()
    now = clock.now()
    for batch in batched(rows, BATCH):
        created = Subscription.objects.bulk_create(_subscription(file, row, now) for row in batch)
        audit.record_many(_first_seen(created, "subscription.created"), by=None)
    return len(rows)


def _subscription(file: ReconciliationFile, row: tuple[Any, ...], now: datetime) -> Subscription:
    """Not read from Partner Center yet: its status there stays unknown."""
    customer_id, pc_id, offer_id, offer_name, name, seats, term_end = row
    return Subscription(
        partner_id=file.partner_id,
        customer_id=customer_id,
        pc_id=pc_id,
        offer_id=offer_id,
        offer_name=offer_name,
        friendly_name=name,
        quantity=seats,
        commitment_end_on=term_end,
        created_at=now,
    )


def _insert_lines(file: ReconciliationFile, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_LINES, [file.pk, file.partner_id, file.partner_id, kind == Kind.LICENCE]
        )


def _drop_drafts_of(
    replaced: ReconciliationFile | None, by: User | None, reason: str
) -> tuple[int, int]:
    """Drop the drafts of the file that is replaced. Returns how many, and how many are issued."""
    if replaced is None:
        return 0, 0
    invoices = Invoice.objects.filter(source_file=replaced)
    drafts = list(invoices.drafts().order_by("customer_id"))
    Customer.objects.lock(draft.customer_id for draft in drafts)
    for draft in drafts:
        void_draft(draft, by=by, reason=reason)
    return len(drafts), invoices.filter(number__isnull=False).count()


def _first_seen(
    records: Iterable[Customer] | Iterable[Subscription], kind: str
) -> Iterable[audit.Fact]:
    for record in records:
        customer_id = record.pk if isinstance(record, Customer) else record.customer_id
        yield audit.Fact(
            partner_id=record.partner_id,
            customer_id=customer_id,
            subject=record,
            kind=kind,
            reason="first seen in a reconciliation file",
        )


def _record(
    file: ReconciliationFile,
    findings: Findings,
    outcome: dict[str, object],
    by: User | None,
    reason: str,
) -> None:
    after = {
        "name": file.name,
        "invoice": file.invoice.number,
        "lines": findings.line_count,
        "total": findings.total,
        "drafts": outcome["drafts"],
        "replaces": file.replaces_id,
    }
    audit.record(
        audit.Fact(
            partner_id=file.partner_id,
            customer_id=None,
            subject=file,
            kind="reconciliation.imported",
            reason=reason,
            after=after,
        ),
        by=by,
    )
