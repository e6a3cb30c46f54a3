"""Our bill from 21Vianet: its invoices, what we paid, and what to do before it is due."""
