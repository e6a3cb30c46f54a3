"""The words for where a subscription stands: what is believed, and since when."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.formatting import moment_in
from subscriptions.models import (
    SEEN_ACTIVE,
    SEEN_DELETED,
    SEEN_SUSPENDED,
    ChangeStatus,
    DesiredStatus,
    StatusChange,
    Subscription,
    Target,
)


@dataclass(frozen=True)
class StatusLabel:
    """A status in words on a tint, how we know, and whether it may change by itself soon."""

    kind: str
    text: str
    note: str
    is_settled: bool = True


def status_label(subscription: Subscription) -> StatusLabel:
    """What to show. Reads `open_changes` where a list has prefetched them."""
    if subscription.seen_at is None:
        return StatusLabel("neutral", _("Not read yet"), "")
    change = _open_change(subscription)
    if change is not None:
        return _label_of_change(change, subscription)
    if subscription.is_disagreed:
        return StatusLabel("warning", _("21Vianet disagrees"), _disagreement(subscription))
    kind, text = seen_words(subscription.seen_status)
    note = _seen_note(subscription)
    return StatusLabel(kind, text, note, is_settled=not _may_be_lifted_soon(subscription))


def _may_be_lifted_soon(subscription: Subscription) -> bool:
    """A payment or another new fact is not judged yet: it may lift the suspension."""
    is_suspended = subscription.desired_status == DesiredStatus.SUSPENDED
    return is_suspended and not subscription.customer.is_judged


def seen_words(status: str) -> tuple[str, str]:
    """Tint and words for a status of Partner Center; an unknown one is shown as it came."""
    known = {
        SEEN_ACTIVE: ("ok", _("Active")),
        SEEN_SUSPENDED: ("danger", _("Suspended")),
        SEEN_DELETED: ("neutral", _("Deleted")),
        "pending": ("info", _("Pending")),
        "expired": ("neutral", _("Expired")),
        "disabled": ("neutral", _("Disabled")),
    }
    return known.get(status, ("neutral", status or _("Unknown")))


def _open_change(subscription: Subscription) -> StatusChange | None:
    prefetched: list[StatusChange] | None = getattr(subscription, "open_changes", None)
    if prefetched is not None:
        return prefetched[0] if prefetched else None
    return StatusChange.objects.unfinished().filter(subscription=subscription).first()


def _label_of_change(change: StatusChange, subscription: Subscription) -> StatusLabel:
    if change.status == ChangeStatus.NEEDS_PERSON:
        return StatusLabel("danger", _("Needs a person"), change.last_error)
    words = {Target.SUSPENDED: _("Suspending…"), Target.ACTIVE: _("Unblocking…")}
    asked = moment_in(change.created_at, subscription.partner)
    note = _("asked %(when)s") % {"when": asked}
    if change.last_error:
        note = f"{note} · {change.last_error}"
    return StatusLabel("progress", words[Target(change.target)], note, is_settled=False)


def _disagreement(subscription: Subscription) -> str:
    _kind, seen = seen_words(subscription.seen_status)
    return _("21Vianet shows “%(seen)s”, we want “%(wanted)s”; %(note)s") % {
        "seen": seen,
        "wanted": subscription.get_desired_status_display(),
        "note": _seen_note(subscription),
    }


def _seen_note(subscription: Subscription) -> str:
    if subscription.seen_at is None:
        return ""
    return _("seen %(when)s") % {"when": moment_in(subscription.seen_at, subscription.partner)}
