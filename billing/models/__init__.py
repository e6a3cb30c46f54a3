"""What customers owe and what they paid."""

from billing.models.claim import ClaimStatus, RemittanceClaim
from billing.models.credit import (
    CreditNote,
    CreditNoteLine,
    CreditUse,
    WriteOff,
    WriteOffCode,
    WriteOffReversal,
)
from billing.models.dispute import Dispute, DisputeCode, DisputedLine, DisputeOutcome
from billing.models.fapiao import Fapiao, FapiaoCover, FapiaoStatus, FapiaoType
from billing.models.freshness import ReceiptsFreshness
from billing.models.invoice import (
    Invoice,
    InvoiceKind,
    InvoiceStatus,
)
from billing.models.invoice_line import InvoiceLine, LineKind
from billing.models.partner_invoice import PartnerInvoice
from billing.models.partner_payment import BillAlarm, PartnerPayment, PartnerPaymentPart
from billing.models.past import InvoiceDueDate, ReceiptOwner
from billing.models.payer_alias import PayerAlias
from billing.models.price_rule import PriceKind, PriceRule
from billing.models.receipt import Allocation, AllocationRule, Receipt
from billing.models.reconciliation import (
    FileKind,
    FileStatus,
    ReconciliationFile,
    ReconciliationLine,
)
from billing.models.refund import Refund
from billing.models.series import InvoiceSeries
from billing.models.table_import import (
    BankLayout,
    ImportedRow,
    ImportFinding,
    ImportKind,
    ImportStatus,
    TableImport,
)
from billing.models.terms import Terms

__all__ = [
    "Allocation",
    "AllocationRule",
    "BankLayout",
    "BillAlarm",
    "ClaimStatus",
    "CreditNote",
    "CreditNoteLine",
    "CreditUse",
    "Dispute",
    "DisputeCode",
    "DisputeOutcome",
    "DisputedLine",
    "Fapiao",
    "FapiaoCover",
    "FapiaoStatus",
    "FapiaoType",
    "FileKind",
    "FileStatus",
    "ImportFinding",
    "ImportKind",
    "ImportStatus",
    "ImportedRow",
    "Invoice",
    "InvoiceDueDate",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceStatus",
    "LineKind",
    "PartnerInvoice",
    "PartnerPayment",
    "PartnerPaymentPart",
    "PayerAlias",
    "PriceKind",
    "PriceRule",
    "Receipt",
    "ReceiptOwner",
    "ReceiptsFreshness",
    "ReconciliationFile",
    "ReconciliationLine",
    "Refund",
    "RemittanceClaim",
    "TableImport",
    "Terms",
    "WriteOff",
    "WriteOffCode",
    "WriteOffReversal",
]
