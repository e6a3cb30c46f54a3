"""The room's writes, gathered for the rooms above."""

from billing.disputes import AlreadyDisputed, dispute, resolve_dispute
from billing.invoicing import (
    Charge,
    DraftInvoice,
    IssueReport,
    NotADraft,
    create_drafts,
    issue_invoices,
    void_draft,
)
from billing.ledger import (
    AlreadyReversed,
    NothingLeft,
    Unidentified,
    WrongInvoice,
    allocate,
    allocate_automatically,
    apply_credit,
    credit,
    reverse_allocation,
)
from billing.receipts import (
    AlreadyAssigned,
    SameBankSerial,
    assign_customer,
    record_receipt,
    reverse_receipt,
)
from billing.write_offs import write_off

__all__ = [
    "AlreadyAssigned",
    "AlreadyDisputed",
    "AlreadyReversed",
    "Charge",
    "DraftInvoice",
    "IssueReport",
    "NotADraft",
    "NothingLeft",
    "SameBankSerial",
    "Unidentified",
    "WrongInvoice",
    "allocate",
    "allocate_automatically",
    "apply_credit",
    "assign_customer",
    "create_drafts",
    "credit",
    "dispute",
    "issue_invoices",
    "record_receipt",
    "resolve_dispute",
    "reverse_allocation",
    "reverse_receipt",
    "void_draft",
    "write_off",
]
