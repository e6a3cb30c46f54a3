"""The books: what was owed on any day, the journal for the accounting system, Billing's Home."""
