"""What is suspended in the demo, and the requests about it."""

import uuid
from datetime import timedelta

from collections_policy.models import Case
from collections_policy.services import NotReady, suspend_for_non_payment
from partners import clock
from partners.models import Partner, User
from service_requests import services as requests
from service_requests import wording
from service_requests.models import Kind, Severity, Topic
from subscriptions.models import HoldReason, Subscription
from subscriptions.services import Source, place_hold

DEBTORS_SUSPENDED = 2


def suspend_some(partner: Partner, by: User) -> None:
    """Two debtors, one suspicion and one customer's own wish."""
    with clock.told(clock.now() - timedelta(days=4)):
        _suspend_debtors(partner, by)
    active = Subscription.objects.of_partner(partner).filter(
        seen_status="active", desired_status="active", base=None
    )
    suspect, leaving = active.order_by("-quantity")[:2]
    _place(suspect, HoldReason.FRAUD, "Sign-ins from three countries within an hour", by)
    _place(leaving, HoldReason.CUSTOMER_REQUEST, "Branch closed, asked by phone", by)
    _request(partner, suspect, Topic.FRAUD_CONCERN, by)
    found = Subscription.objects.of_partner(partner).filter(holds__reason=HoldReason.OPERATOR)
    if (theirs := found.first()) is not None:
        _request(partner, theirs, Topic.WRONGLY_SUSPENDED, by)


def _suspend_debtors(partner: Partner, by: User) -> None:
    suspended = 0
    for case in Case.objects.of_partner(partner).filter(closed_on=None).order_by("anchor_due_on"):
        chosen = list(case.customer.subscriptions.filter(seen_status="active", base=None)[:1])
        if not chosen or suspended == DEBTORS_SUSPENDED:
            continue
        try:
            suspend_for_non_payment(chosen, by=by, note="Three letters, no answer", case=case)
        except NotReady:
            continue
        suspended += 1


def _place(subscription: Subscription, reason: HoldReason, note: str, by: User) -> None:
    place_hold(
        subscription, reason=reason, source=Source.person(by), note=note, by=by, because=note
    )


def _request(partner: Partner, subscription: Subscription, topic: Topic, by: User) -> None:
    subject = requests.Subject(
        partner=partner, customer=subscription.customer, subscription=subscription
    )
    letter = wording.letter(topic, subject)
    words = {
        "kind": Kind.CUSTOMER,
        "topic": topic,
        "severity": Severity.CRITICAL,
        "title": letter.title,
        "text": letter.text,
        "text_zh": letter.text_zh,
    }
    requests.draft(subject, words, key=uuid.uuid4(), by=by, reason="demo data")
