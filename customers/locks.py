"""Remembers which customers the running transaction has locked.

The memory is kept in the connection's own list of after-commit hooks: it vanishes exactly when the
transaction, or the savepoint that took the lock, ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction


class CustomerNotLocked(Exception):
    """A service wrote what only the holder of the customer's lock may write."""


@dataclass(frozen=True)
class _Locked:
    """An after-commit hook that does nothing: its presence is the memory."""

    ids: frozenset[int]

    def __call__(self) -> None:
        return


def remember(ids: Iterable[int]) -> None:
    """Note that the running transaction holds these customers' locks."""
    transaction.on_commit(_Locked(frozenset(ids)))


def ensure_locked(customer_id: int) -> None:
    """Raise CustomerNotLocked unless the running transaction holds this customer's lock."""
    hooks = [entry[1] for entry in connection.run_on_commit]
    if not any(isinstance(hook, _Locked) and customer_id in hook.ids for hook in hooks):
        raise CustomerNotLocked(f"customer {customer_id} is not locked")
