"""What a room says on a page that shows several rooms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from partners import activity
from partners.audit import subject_kind
from partners.formatting import moment_in
from partners.models import AuditEntry, Partner, User

TIMELINE_LIMIT = 50

type Offer = Callable[[Any, User], "Panel | None"]

_offers: dict[type[models.Model], list[Offer]] = {}


@dataclass(frozen=True)
class Panel:
    """A titled piece of a shared page: its template reads it as `panel`."""

    title: str
    template: str
    context: Mapping[str, object]


def offer(about: type[models.Model], panel: Offer) -> None:
    """Let an upper room speak on the page of a lower room's record; said in its AppConfig."""
    _offers.setdefault(about, []).append(panel)


def offered(subject: models.Model, user: User) -> list[Panel]:
    """What upper rooms say about this record to this person."""
    said = [panel(subject, user) for panel in _offers.get(type(subject), [])]
    return [panel for panel in said if panel is not None]


def timeline(
    partner: Partner,
    customer_id: int | None,
    *subjects: models.Model,
    user: User,
    limit: int = TIMELINE_LIMIT,
) -> list[dict[str, object]]:
    """The newest entries for `components/timeline.html`, as the person may read them.

    With subjects: what was done to those records. Without: everything about the customer. Times are
    in the partner's zone. One query.
    """
    entries = AuditEntry.objects.filter(activity.without_money(user, partner))
    entries = entries.filter(partner_id=partner.pk)
    if subjects:
        entries = entries.filter(_about(subjects))
    else:
        entries = entries.filter(customer_ref=customer_id)
    found = activity.lines(entries.order_by("-id")[:limit], user, partner)
    return [_shown(line, partner) for line in found]


def _about(subjects: Sequence[models.Model]) -> models.Q:
    about = models.Q()
    for subject in subjects:
        about |= models.Q(subject_kind=subject_kind(subject), subject_id=str(subject.pk))
    return about


def _shown(line: activity.Line, partner: Partner) -> dict[str, object]:
    return {
        "what": line.what,
        "when": moment_in(line.at, partner),
        "who": line.who,
        "why": line.why,
        "url": line.url,
    }
