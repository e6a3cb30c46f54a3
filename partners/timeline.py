"""The audit trail as people read it: what, when, who, why; money only for those who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models
from django.utils.formats import date_format
from django.utils.functional import Promise

from partners.access import can
from partners.audit import subject_kind
from partners.models import AuditEntry, Partner, User
from partners.permissions import Permission

SHOWN = 100
MONEY_ROOMS = ("billing.",)
MONEY_KINDS = ("customer.credit_decided",)
GUARDED_ROOMS = ("collections_policy.",)


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a timeline, ready to show. No `who` means the portal itself."""

    what: str
    when: str
    who: str
    why: str


def of_customer(partner: Partner, customer_id: int, user: User) -> list[TimelineEntry]:
    """What happened to a customer and everything of theirs, newest first."""
    return _shown(AuditEntry.objects.filter(customer_ref=customer_id), partner, user)


def of_subject(
    subject: models.Model, partner: Partner, customer_id: int | None, user: User
) -> list[TimelineEntry]:
    """What happened to one record, and to whatever names it in what changed, newest first."""
    kind = subject_kind(subject)
    named = {subject._meta.model_name: subject.pk}
    about = models.Q(subject_kind=kind, subject_id=str(subject.pk)) | models.Q(
        after__contains=named
    )
    return _shown(AuditEntry.objects.filter(about, customer_ref=customer_id), partner, user)


def visible(
    entries: models.QuerySet[AuditEntry], partner: Partner, user: User
) -> models.QuerySet[AuditEntry]:
    """One partner's entries, without those about money for people who see none."""
    entries = entries.filter(partner_id=partner.pk)
    if can(user, Permission.SEE_RECEIVABLES, partner):
        return entries
    for room in MONEY_ROOMS:
        entries = entries.exclude(subject_kind__startswith=room)
    return entries.exclude(kind__in=MONEY_KINDS)


def line(entry: AuditEntry, partner: Partner, user: User) -> TimelineEntry:
    """One entry in words for this reader."""
    sees_money = can(user, Permission.SEE_RECEIVABLES, partner)
    is_guarded = entry.subject_kind.startswith(GUARDED_ROOMS)
    local = date_format(entry.at.astimezone(partner.zone), "DATETIME_FORMAT")
    return TimelineEntry(
        what=words(entry.kind),
        when=f"{local} ({partner.time_zone})",
        who=entry.by_name,
        why=entry.reason if sees_money or not is_guarded else "",
    )


def words(kind: str) -> str:
    """What an audit kind is called in the reader's language; an unknown one as it is stored."""
    return str(_all_words().get(kind, kind))


@cache
def _all_words() -> dict[str, Promise | str]:
    """Every room names its own kinds in `audit_words.py`."""
    known: dict[str, Promise | str] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.audit_words"
        if find_spec(name) is not None:
            known |= import_module(name).WORDS
    return known


def _shown(
    entries: models.QuerySet[AuditEntry], partner: Partner, user: User
) -> list[TimelineEntry]:
    found: Iterable[AuditEntry] = visible(entries, partner, user).order_by("-id")[:SHOWN]
    return [line(entry, partner, user) for entry in found]
