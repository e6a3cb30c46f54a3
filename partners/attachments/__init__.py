"""Files kept with records: what is accepted, how it is kept, who may have it, and virus checks."""

from partners.attachments.keeping import of, store, withdraw
from partners.attachments.refusal import FileRefused
from partners.attachments.registry import register

__all__ = ["FileRefused", "of", "register", "store", "withdraw"]
