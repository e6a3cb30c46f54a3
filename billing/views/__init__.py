"""The ledger's pages: invoices and receipts."""
