"""What customers owe and what they paid."""

from billing.models.credit import CreditNote, WriteOff
from billing.models.dispute import Dispute, DisputeCode, DisputeOutcome
from billing.models.freshness import ReceiptsFreshness
from billing.models.invoice import (
    FapiaoStatus,
    FapiaoType,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    TermsFrom,
)
from billing.models.receipt import Allocation, AllocationRule, Receipt
from billing.models.series import InvoiceSeries

__all__ = [
    "Allocation",
    "AllocationRule",
    "CreditNote",
    "Dispute",
    "DisputeCode",
    "DisputeOutcome",
    "FapiaoStatus",
    "FapiaoType",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceStatus",
    "Receipt",
    "ReceiptsFreshness",
    "TermsFrom",
    "WriteOff",
]
