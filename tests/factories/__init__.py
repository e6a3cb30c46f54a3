"""Makes valid records for tests, one module per room."""
