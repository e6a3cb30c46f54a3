"""Which kinds of records keep files, and who may read and change those: told by the rooms above."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from partners.access import can
from partners.models import Partner, User
from partners.permissions import Permission


class KeepsNoFiles(LookupError):
    """Records of this kind keep no files."""


@dataclass(frozen=True)
class Rights:
    """What the files of one kind of record need, and how their entries in the trail begin."""

    model: type[models.Model]
    to_read: Callable[[Any], Permission]
    to_change: Permission
    audit_name: str

    def may_read(self, user: User, partner: Partner, subject: models.Model) -> bool:
        """Whether the person may have the files of this record."""
        return can(user, self.to_read(subject), partner)

    def may_change(self, user: User, partner: Partner, subject: models.Model) -> bool:
        """Whether the person may keep files with this record and withdraw them."""
        may_read = self.may_read(user, partner, subject)
        return may_read and can(user, self.to_change, partner)


_RIGHTS: dict[str, Rights] = {}


def register[M: models.Model](
    model: type[M], *, to_read: Callable[[M], Permission], to_change: Permission, audit_name: str
) -> None:
    """Let records of this kind keep files; called in `ready()` of the room that owns them.

    The model has `partner` and `get_absolute_url`, and `customer_id` if it is about a customer.
    Entries in the trail are called `<audit_name>.file_kept` and so on, so that the rules on who
    reads entries about money hold for files too.
    """
    _RIGHTS[model._meta.label_lower] = Rights(model, to_read, to_change, audit_name)


def rights_of(kind: str) -> Rights:
    """The rights for a kind of record, as the trail names it. Raises KeepsNoFiles."""
    try:
        return _RIGHTS[kind]
    except KeyError:
        raise KeepsNoFiles(kind) from None
