"""Writes down what 21Vianet shows: the only module that writes what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from customers import locks
from customers.models import Customer
from partners import audit, clock
from subscriptions import rules, services
from subscriptions.models import (
    SEEN_ACTIVE,
    SEEN_SUSPENDED,
    ChangeStatus,
    DesiredStatus,
    StatusChange,
    Subscription,
    Target,
)
from vianet import wire


def record_seen(customer: Customer, seen: wire.Subscription, *, at: datetime) -> Subscription:
    """Create or refresh a subscription as 21Vianet shows it at an instant of the business clock."""
    with transaction.atomic():
        [locked] = Customer.objects.lock([customer.pk])
        subscription, created = Subscription.objects.get_or_create(
            customer=locked,
            pc_id=seen.id.lower(),
            defaults={"partner": locked.partner, "created_at": at},
        )
        if created:
            audit.record(_fact(subscription, "subscription.created", {}, {}), by=None)
        return observe(subscription, seen, at=at)


def observe(subscription: Subscription, seen: wire.Subscription, *, at: datetime) -> Subscription:
    """Write what was seen of a subscription whose customer is locked; an older sight is dropped.

    A suspension nobody here asked for opens an operator hold.
    """
    locks.ensure_locked(subscription.customer_id)
    if _is_older(at, than=subscription.seen_at):
        return subscription
    before = _Sight(subscription.seen_status, subscription.seen_at)
    _describe(subscription, seen)
    _find_base(subscription, seen)
    subscription.seen_status, subscription.seen_at = seen.status, at
    subscription.seen_reasons = list(seen.suspension_reasons)
    if before.status != seen.status:
        _note_new_status(subscription, before, at=at)
    subscription.save()
    return subscription


def _is_older(at: datetime, *, than: datetime | None) -> bool:
    """Whether a later sight is known. One from the future is none: a clock was set back."""
    return than is not None and at < than <= clock.now()


@dataclass(frozen=True)
class _Sight:
    status: str
    at: datetime | None


def _describe(subscription: Subscription, seen: wire.Subscription) -> None:
    subscription.offer_id = seen.offer_id or ""
    subscription.offer_name = seen.offer_name or ""
    subscription.friendly_name = seen.friendly_name or seen.offer_name or ""
    subscription.quantity = max(seen.quantity or 0, 0)
    subscription.billing_cycle = seen.billing_cycle or ""
    subscription.commitment_end_on = _date(seen.commitment_end_at)


def _find_base(subscription: Subscription, seen: wire.Subscription) -> None:
    """Tie an add-on to its base, whose holds are its own from then on."""
    if not seen.parent_subscription_id:
        return
    known = subscription.base_id
    subscription.base = Subscription.objects.filter(
        customer_id=subscription.customer_id, pc_id=seen.parent_subscription_id.lower()
    ).first()
    if subscription.base_id != known:
        subscription.save(update_fields=["base"])
        services.derive(subscription)


def _note_new_status(subscription: Subscription, before: _Sight, *, at: datetime) -> None:
    after = subscription.seen_status
    fact = _fact(subscription, "subscription.seen", {"status": before.status}, {"status": after})
    audit.record(fact, by=None)
    is_suspended = after == SEEN_SUSPENDED
    _set_deletion_clock(subscription, _window(subscription, before, at) if is_suspended else None)
    subscription.save()
    if is_suspended and not _is_expected(subscription):
        _answer_uninvited_suspension(subscription)


def _window(subscription: Subscription, before: _Sight, at: datetime) -> rules.Window:
    last_sent = (
        subscription.status_changes.filter(target=Target.SUSPENDED, sent_at__isnull=False)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
        .first()
    )
    return rules.suspension_window(
        last_seen_active=before.at if before.status == SEEN_ACTIVE else None,
        sent_at=last_sent if before.at is not None else None,
        seen_at=at,
    )


def _set_deletion_clock(subscription: Subscription, window: rules.Window | None) -> None:
    days = subscription.partner.settings.data_deletion_days
    deletion = rules.deletion(window, days)
    subscription.suspended_not_before = window.not_before if window else None
    subscription.suspended_not_after = window.not_after if window else None
    subscription.deletion_clock, subscription.data_deletion_on = deletion.clock, deletion.on


def _is_expected(subscription: Subscription) -> bool:
    """A hold of ours asks for it, or our unblock is still on its way."""
    if subscription.desired_status == DesiredStatus.SUSPENDED:
        return True
    return subscription.status_changes.unfinished().filter(target=Target.ACTIVE).exists()


def _answer_uninvited_suspension(subscription: Subscription) -> None:
    """A late effect of our own suspension is undone; anybody else's is held as found."""
    latest = subscription.status_changes.order_by("-id").first()
    if latest is not None and _may_be_relapse(latest):
        audit.record(
            _fact(subscription, "subscription.relapsed", {}, {"unblock": latest.pk}), by=None
        )
        services.ask_for(subscription, by=None, because="suspended again by a late request of ours")
        return
    services.hold_found_suspension(subscription, note=", ".join(subscription.seen_reasons))
    subscription.refresh_from_db(fields=["desired_status"])


def _may_be_relapse(latest: StatusChange) -> bool:
    """Within the hour after an unblock that overtook a suspension which may have been sent."""
    return (
        latest.target == Target.ACTIVE
        and latest.status == ChangeStatus.CONFIRMED
        and latest.must_send
        and latest.rereads_left > 0
    )


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _fact(
    subscription: Subscription, kind: str, before: Mapping[str, object], after: Mapping[str, object]
) -> audit.Fact:
    return audit.Fact(
        partner_id=subscription.partner_id,
        customer_id=subscription.customer_id,
        subject=subscription,
        kind=kind,
        reason="as 21Vianet shows it",
        before=before,
        after=after,
    )
