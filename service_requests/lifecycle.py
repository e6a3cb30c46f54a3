"""The states of a request. The only module that writes `status`.

No money and no hold hangs on a request, so moves are conditional updates without the customer's
lock: of two people who act at once, one moves it and the other is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from partners import audit, clock
from partners.activity import READERS_NEED
from partners.models import User
from service_requests import rules
from service_requests.models import Kind, Note, ServiceRequest, Side, Status, Topic

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.CLOSED}),
    Status.SUBMITTED: frozenset({Status.IN_PROGRESS, Status.ATTENTION_NEEDED, Status.RESOLVED}),
    Status.IN_PROGRESS: frozenset({Status.ATTENTION_NEEDED, Status.RESOLVED}),
    Status.ATTENTION_NEEDED: frozenset({Status.IN_PROGRESS, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.IN_PROGRESS, Status.DRAFT}),
}


class InvalidTransition(Exception):
    """The request is not in a state from which this is possible."""


class WrongDoor(Exception):
    """21Vianet takes requests on this topic only as the other kind."""


class NothingAnswered(Exception):
    """A request is resolved by an answer: what 21Vianet said is missing."""


class CustomerNotTold(Exception):
    """A request closes with how the customer was told, or why there was nobody to tell."""


@dataclass(frozen=True)
class Told:
    """How and when the customer was told."""

    how: str
    at: datetime


def file(
    request: ServiceRequest, *, reference: str, next_check_on: date, by: User, reason: str
) -> ServiceRequest:
    """Record that a person filed the draft at 21Vianet. Raises WrongDoor, InvalidTransition."""
    if not rules.may_be_filed_as(Topic(request.topic), Kind(request.kind)):
        raise WrongDoor
    return _move(
        request,
        Status.SUBMITTED,
        "service_request.filed",
        by=by,
        reason=reason,
        changes={
            "reference": reference,
            "next_check_on": next_check_on,
            "filed_by": by,
            "filed_at": clock.now(),
        },
    )


def progress(request: ServiceRequest, *, by: User, reason: str) -> ServiceRequest:
    """21Vianet is working on it. Raises InvalidTransition."""
    _ensure_with_vianet(request)
    return _move(request, Status.IN_PROGRESS, "service_request.progressed", by=by, reason=reason)


def need_attention(request: ServiceRequest, *, by: User, reason: str) -> ServiceRequest:
    """21Vianet waits for us. Raises InvalidTransition."""
    _ensure_with_vianet(request)
    kind = "service_request.attention_needed"
    return _move(request, Status.ATTENTION_NEEDED, kind, by=by, reason=reason)


def resolve(request: ServiceRequest, *, answer: str, by: User, reason: str) -> ServiceRequest:
    """21Vianet has answered; its words become a note. Raises NothingAnswered, InvalidTransition."""
    if not answer.strip():
        raise NothingAnswered
    with transaction.atomic():
        was = request.status
        moved = _move(
            request,
            Status.RESOLVED,
            "service_request.resolved",
            by=by,
            reason=reason,
            changes={"next_check_on": None},
        )
        if was != Status.RESOLVED:
            Note.objects.create(
                partner_id=moved.partner_id,
                request=moved,
                side=Side.VIANET,
                text=answer,
                by=by,
                at=clock.now(),
            )
    return moved


def close(
    request: ServiceRequest, *, told: Told | None, nobody_to_tell: str, by: User, reason: str
) -> ServiceRequest:
    """Close the loop. Raises CustomerNotTold, InvalidTransition.

    Exactly one is given: how and when the customer was told, or why there was nobody to tell.
    """
    if (told is None) == (not nobody_to_tell.strip()):
        raise CustomerNotTold
    return _move(
        request,
        Status.CLOSED,
        "service_request.closed",
        by=by,
        reason=reason,
        changes={
            "told_how": told.how if told else "",
            "told_at": told.at if told else None,
            "told_by": by if told else None,
            "nobody_to_tell": nobody_to_tell,
        },
    )


def reopen(
    request: ServiceRequest, *, next_check_on: date, by: User, reason: str
) -> ServiceRequest:
    """Take it up again: a filed one is in progress, one never filed a draft.

    Raises InvalidTransition.
    """
    if request.status not in {Status.RESOLVED, Status.CLOSED}:
        raise InvalidTransition(request.status)
    target = Status.IN_PROGRESS if request.filed_at else Status.DRAFT
    changes: dict[str, Any] = {
        "next_check_on": next_check_on if request.filed_at else None,
        "told_how": "",
        "told_at": None,
        "told_by": None,
        "nobody_to_tell": "",
    }
    return _move(request, target, "service_request.reopened", by=by, reason=reason, changes=changes)


def _ensure_with_vianet(request: ServiceRequest) -> None:
    """Resolved and closed ones come back by `reopen`, which asks when to look again."""
    if not request.is_with_vianet:
        raise InvalidTransition(request.status)


def _move(
    request: ServiceRequest,
    target: Status,
    kind: str,
    *,
    by: User,
    reason: str,
    changes: Mapping[str, Any] | None = None,
) -> ServiceRequest:
    """Move if the row is still as the caller saw it. In the target already: nothing happens."""
    was = Status(request.status)
    if was == target:
        return request
    if target not in TRANSITIONS[was]:
        raise InvalidTransition(f"{was} → {target}")
    with transaction.atomic():
        row = ServiceRequest.objects.filter(pk=request.pk, status=was)
        if not row.update(status=target, **(changes or {})):
            return _moved_meanwhile(request, target)
        after = {"status": target, "topic": request.topic, **_told(changes or {})}
        audit.record(fact(request, kind, reason, {"status": was}, after), by=by)
    request.refresh_from_db()
    return request


def _moved_meanwhile(request: ServiceRequest, target: Status) -> ServiceRequest:
    """Somebody was quicker: fine if they did the same."""
    request.refresh_from_db()
    if request.status != target:
        raise InvalidTransition(f"{request.status} → {target}")
    return request


def fact(
    request: ServiceRequest,
    kind: str,
    reason: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> audit.Fact:
    """What the trail says about a request, and what one needs to read its words."""
    needed = rules.permission_to_read(Topic(request.topic))
    return audit.Fact(
        partner_id=request.partner_id,
        customer_id=request.customer_id,
        subject=request,
        kind=kind,
        reason=reason,
        before=before,
        after={**after, READERS_NEED: needed},
    )


def _told(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes worth a line in the trail: without empty ones, people by name."""
    return {name: value for name, value in changes.items() if value not in {None, ""}}
