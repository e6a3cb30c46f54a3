"""Writes a staged file: customers and subscriptions as seen, lines, and draft invoices.

Everything happens in one transaction. The staging table is the input, so that a file is parsed
once however it is imported.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import batched

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from billing import lifecycle as lifecycle_of_documents
from billing.files import lifecycle, staging
from billing.files.checker import Findings
from billing.files.drafting import draft_invoices
from billing.files.layouts import Kind
from billing.models import CreditNote, FileStatus, Invoice, ReconciliationFile
from customers import names
from customers.models import Customer
from customers.services import index_names
from partners import audit, clock, rows
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
CREATE TEMPORARY TABLE new_subscription AS
SELECT DISTINCT ON (c.id, lower(s.subscription_ref))
       c.id AS customer_id, s.subscription_ref AS pc_id, s.offer_id, s.offer_name,
       s.subscription_name AS friendly_name,
       greatest(trunc(s.quantity), 0)::integer AS quantity, s.term_end AS commitment_end_on
FROM staged_line s
JOIN customers_customer c ON c.partner_id = %s AND c.tenant_id = s.tenant_id
LEFT JOIN subscriptions_subscription u
    ON u.customer_id = c.id AND lower(u.pc_id) = lower(s.subscription_ref)
WHERE u.id IS NULL
ORDER BY c.id, lower(s.subscription_ref), s.charge_to DESC, s.row DESC
"""
_SUBSCRIPTION_COLUMNS = (
    "customer_id", "pc_id", "offer_id", "offer_name", "friendly_name", "quantity",
    "commitment_end_on",
)  # fmt: skip
_CUSTOMER_COLUMNS = (
    "tenant_id", "company", "short_name", "domain", "pinyin_key", "search_text",
)  # fmt: skip


class LiveFileExists(Exception):
    """Another file of this invoice and kind was imported in the meantime."""


def write(file: ReconciliationFile, findings: Findings, *, by: User | None, reason: str) -> None:
    """Import the staged lines as this file's. Raises AlreadyMoved, LiveFileExists."""
    try:
        with transaction.atomic():
            staging.expect_many()
            if file.only_new:
                _leave_out_imported(file, findings)
            _claim(file, findings, by)
            created = _create_customers(file.partner), _create_subscriptions(file, findings.kind)
            _insert_lines(file, findings)
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


def _leave_out_imported(file: ReconciliationFile, findings: Findings) -> None:
    staging.leave_out_imported(file.partner_id, file.replaces_id)
    left = staging.summary()
    findings.line_count, findings.total = left.line_count, left.total


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
    return sum(_create_some(partner, found) for found in staging.new_customers(partner.pk))


def _create_some(partner: Partner, found: Sequence[staging.NewCustomer]) -> int:
    """A batch of customers; their names are indexed here, since no database knows pinyin."""
    at = clock.now()
    customers = [_customer(partner, row, at) for row in found]
    values = [
        tuple(customer.__dict__[column] for column in _CUSTOMER_COLUMNS) for customer in customers
    ]
    prototype = Customer(partner=partner, created_at=at)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_customer")
        columns = ", ".join(f"{column} text" for column in _CUSTOMER_COLUMNS)
        cursor.execute(f"CREATE TEMPORARY TABLE new_customer ({columns})")
        with cursor.copy("COPY new_customer FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    varying = {column: column for column in _CUSTOMER_COLUMNS}
    count = rows.fill(prototype, varying, "new_customer WHERE true ON CONFLICT DO NOTHING")
    source = (
        f"(SELECT c.id, c.id AS customer_id FROM customers_customer c JOIN new_customer n "  # noqa: S608  (our own values)
        f"ON n.tenant_id = c.tenant_id AND c.partner_id = {partner.pk} "
        f"AND c.created_at = '{at.isoformat()}') AS made"
    )
    _first_seen(prototype, "customer.created", source)
    return count


def _customer(partner: Partner, row: staging.NewCustomer, at: datetime) -> Customer:
    customer = Customer(
        partner=partner,
        tenant_id=row.tenant_id,
        company=row.company,
        short_name=names.short(row.company)[:100],
        domain=row.domain,
        created_at=at,
    )
    index_names(customer)
    return customer


def _create_subscriptions(file: ReconciliationFile, kind: str) -> int:
    """Subscriptions that only a licence-based file knows; a usage-based one has no usable id.

    They were not read from Partner Center yet: their status there stays unknown.
    """
    if kind != Kind.LICENCE:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_subscription")
        cursor.execute(_NEW_SUBSCRIPTIONS, [file.partner_id])
    prototype = Subscription(partner=file.partner, created_at=clock.now())
    varying = {column: column for column in _SUBSCRIPTION_COLUMNS}
    count = rows.fill(prototype, varying, "new_subscription")
    source = (
        f"(SELECT u.id, u.customer_id FROM subscriptions_subscription u JOIN new_subscription n "  # noqa: S608  (our own key)
        f"USING (customer_id, pc_id) WHERE u.partner_id = {file.partner_id}) AS made"
    )
    _first_seen(prototype, "subscription.created", source)
    return count


def _first_seen(prototype: Customer | Subscription, kind: str, source: str) -> None:
    reason = "first seen in a reconciliation file"
    audit.record_set(kind, prototype, source, by=None, reason=reason)


def _insert_lines(file: ReconciliationFile, findings: Findings) -> None:
    is_licence = findings.kind == Kind.LICENCE
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_LINES, [file.pk, file.partner_id, file.partner_id, is_licence])


def _drop_drafts_of(
    replaced: ReconciliationFile | None, by: User | None, reason: str
) -> tuple[int, int]:
    """Drop the drafts of the file that is replaced. Returns how many, and how many are issued."""
    if replaced is None:
        return 0, 0
    invoices = Invoice.objects.filter(source_file=replaced)
    count = 0
    for some in _batches(invoices.drafts()):
        lifecycle_of_documents.void_many(some, by=by, reason=reason)
        count += len(some)
    for notes in _batches(CreditNote.objects.filter(source_file=replaced).drafts()):
        lifecycle_of_documents.void_credit_notes(notes, by=by, reason=reason)
        count += len(notes)
    return count, invoices.filter(number__isnull=False).count()


def _batches[D: (Invoice, CreditNote)](drafts: QuerySet[D]) -> Iterator[list[D]]:
    """Drafts by customer, their customers locked."""
    found = drafts.order_by("customer_id").iterator(chunk_size=BATCH)
    for batch in batched(found, BATCH):
        Customer.objects.lock(draft.customer_id for draft in batch)
        yield list(batch)


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
