"""Tables that people bring along: bank statements become receipts, opening balances invoices."""
