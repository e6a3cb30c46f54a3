"""Reconciliation files from 21Vianet: read, checked, imported and shown."""
