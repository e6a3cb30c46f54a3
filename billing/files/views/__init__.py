"""Pages about 21Vianet's bill, its reconciliation files, and price rules."""
