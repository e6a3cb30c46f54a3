"""The card that answers the phone: why is it suspended, and what lifts it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from collections_policy import panels as collections
from partners.access import can
from partners.models import User
from partners.permissions import Permission
from subscriptions import panels as subscriptions
from subscriptions.labels import StatusLabel, status_label
from subscriptions.models import Hold, HoldReason, HoldSource, Subscription
from subscriptions.panels import HoldExplanation


@dataclass(frozen=True)
class Why:
    """One subscription's open reasons in words anybody at the partner may read."""

    subscription: Subscription
    label: StatusLabel
    explanations: tuple[HoldExplanation, ...]

    @property
    def is_sign_in_affected(self) -> bool:
        """Users can't sign in while 21Vianet shows it suspended."""
        return self.subscription.is_seen_suspended


def why(subscription: Subscription, user: User) -> Why:
    """Explain one subscription to this person."""
    holds = Hold.objects.are_open().on(subscription)
    explained = _explained(holds.select_related("placed_by", "partner", "subscription"), user)
    return Why(subscription, status_label(subscription), tuple(explained))


def why_each(subscriptions_: list[Subscription], user: User) -> list[Why]:
    """Explain several, their own holds and those of their bases read together."""
    ids = {each.pk for each in subscriptions_} | {each.base_id for each in subscriptions_}
    holds = Hold.objects.are_open().filter(subscription__in=[each for each in ids if each])
    by_subscription: dict[int, list[HoldExplanation]] = {}
    for explanation in _explained(
        holds.select_related("placed_by", "partner", "subscription"), user
    ):
        by_subscription.setdefault(explanation.hold.subscription_id, []).append(explanation)
    return [
        Why(
            each,
            status_label(each),
            (*by_subscription.get(each.pk, []), *by_subscription.get(each.base_id or 0, [])),
        )
        for each in subscriptions_
    ]


def _explained(holds: Iterable[Hold], user: User) -> list[HoldExplanation]:
    """Each hold in the words of the room that placed it, in the order given."""
    all_holds = list(holds)
    of_cases = [hold for hold in all_holds if hold.source_kind == HoldSource.CASE]
    said = {each.hold.pk: each for each in collections.hold_explanations(of_cases, user)}
    return [
        replace(
            said.get(hold.pk) or subscriptions.hold_explanation(hold, user), note=_note(hold, user)
        )
        for hold in all_holds
    ]


def _note(hold: Hold, user: User) -> str:
    """What the person who placed it wrote; about a debt it may name an amount."""
    is_about_money = hold.reason == HoldReason.NON_PAYMENT
    if is_about_money and not can(user, Permission.SEE_RECEIVABLES, hold.partner):
        return ""
    return hold.note
