"""Papers for customers: the invoice (账单), the credit note and the statement of account."""
