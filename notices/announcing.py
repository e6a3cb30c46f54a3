"""Tells customers what happened to their subscriptions, once per confirmed change."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from notices import letters, recipients, rules, services
from notices.models import Notice, NoticeKind
from partners import clock
from subscriptions.models import ChangeStatus, Hold, StatusChange, Target

ABOUT = "subscriptions.statuschange"
RECENT = timedelta(days=7)
"""Older changes are no news; the portal may have been off for some days."""
BATCH = 200


def announce_status_changes() -> int:
    """Queue a letter for each confirmed suspension or restoration without one. Returns how many.

    A letter names the reasons that customers may know, and no amount.
    """
    told = Notice.objects.filter(
        about_kind=ABOUT, about_id=Cast(OuterRef("pk"), CharField(max_length=64))
    )
    changes = (
        StatusChange.objects.filter(
            status=ChangeStatus.CONFIRMED, finished_at__gte=clock.now() - RECENT
        )
        .exclude(Exists(told))
        .select_related("customer", "partner", "subscription")
        .order_by("pk")[:BATCH]
    )
    return len(_announce(list(changes)))


def _announce(changes: Sequence[StatusChange]) -> list[Notice]:
    contacts = recipients.of_customers({change.customer for change in changes})
    return services.queue_many(
        [
            services.LetterTo(
                kind=_kind(change),
                about_kind=ABOUT,
                about_id=str(change.pk),
                customer=change.customer,
                contact=contacts[change.customer_id],
                context=_context(change),
            )
            for change in changes
        ],
        by=None,
        reason="confirmed by 21Vianet",
    )


def _kind(change: StatusChange) -> NoticeKind:
    return NoticeKind.SUSPENDED if change.target == Target.SUSPENDED else NoticeKind.RESTORED


def _context(change: StatusChange) -> dict[str, object]:
    language = letters.known_language(change.customer.language)
    seen_at = change.finished_at or change.created_at
    return {
        "company": change.customer.company,
        "partner": change.partner.name,
        "subscription": str(change.subscription),
        "seats": change.subscription.quantity,
        "on": letters.day(seen_at.astimezone(change.partner.zone).date(), language),
        "data_kept_until": letters.day(change.subscription.data_deletion_on, language),
        "reasons": rules.told_reasons(_reasons(change, seen_at)),
    }


def _reasons(change: StatusChange, seen_at: datetime) -> list[str]:
    """Why it was withheld when 21Vianet confirmed it, whatever has been lifted since."""
    holds = Hold.objects.on(change.subscription).open_at(seen_at)
    return list(holds.values_list("reason", flat=True))
