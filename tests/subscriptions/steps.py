"""What tests of the six steps do: hold, let a worker try, look at what the emulator shows."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from partners.models import AuditEntry, User
from subscriptions import sending, services
from subscriptions.connection import Connections
from subscriptions.models import ChangeStatus, Hold, HoldReason, StatusChange, Subscription
from vianet.emulator.process import EmulatorHandle

PATCH = {"method": "PATCH"}


def hold(
    subscription: Subscription, by: User, reason: HoldReason = HoldReason.CUSTOMER_REQUEST
) -> Hold:
    """Withheld by a person, for a reason that needs no money."""
    source = services.Source.person(by)
    return services.place_hold(
        subscription, reason=reason, source=source, note="n", by=by, because="test"
    )


def lift(held: Hold, by: User) -> Hold:
    """Let go by a person."""
    return services.lift_hold(held, by=by, reason="test")


def open_change(subscription: Subscription) -> StatusChange:
    """The one change that is not finished."""
    return StatusChange.objects.unfinished().get(subscription=subscription)


def make_due(**narrowed: object) -> None:
    """Nothing waits for the wall clock any more."""
    changes = StatusChange.objects.unfinished().filter(**narrowed)
    changes.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def deliver(change: StatusChange) -> StatusChange:
    """One attempt of one worker, now."""
    with Connections() as centers:
        return deliver_by(centers, change)


def deliver_by(centers: Connections, change: StatusChange) -> StatusChange:
    """The same, over connections that are open already."""
    make_due(pk=change.pk)
    sending.deliver(change.pk, worker=uuid4(), centers=centers)
    change.refresh_from_db()
    return change


def deliver_all(rounds: int = 6) -> None:
    """One worker tries everything that is open again and again, in this thread."""
    with Connections() as centers:
        deliver_all_by(centers, rounds)


def deliver_all_by(centers: Connections, rounds: int) -> None:
    """The same, over connections that are open already."""
    for _ in range(rounds):
        make_due()
        waiting = StatusChange.objects.unfinished().exclude(status=ChangeStatus.NEEDS_PERSON)
        for change_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
            sending.deliver(change_id, worker=uuid4(), centers=centers)


def shown(emulator: EmulatorHandle, subscription: Subscription) -> str:
    """The subscription's status at the emulator."""
    partners = emulator.state(q=subscription.customer.company)["partners"]
    found = [
        str(each["status"])
        for partner in partners  # type: ignore[attr-defined]  # JSON
        for customer in partner["customers"]
        for each in customer["subscriptions"]
        if each["id"].lower() == subscription.pc_id
    ]
    [status] = found
    return status


def patches(emulator: EmulatorHandle, status: str = "") -> list[dict[str, object]]:
    """The PATCH requests that arrived, asking for a status."""
    wanted = f'"status":"{status}' if status else ""
    found = emulator.requests(method="PATCH", limit=1000)
    return [one for one in found if wanted in str(one["body"]).replace(" ", "")]


def is_trail_exact(change: StatusChange) -> bool:
    """Whether each step the change took is in the trail once, from pending to where it stands."""
    entries = AuditEntry.objects.filter(
        subject_kind="subscriptions.statuschange", subject_id=str(change.pk)
    ).exclude(kind="status_change.asked")
    moves = [(entry.before["status"], entry.after["status"]) for entry in entries.order_by("pk")]
    path = ["pending", *(after for _before, after in moves)]
    return [before for before, _after in moves] == path[:-1] and path[-1] == change.status
