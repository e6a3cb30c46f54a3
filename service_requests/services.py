"""Writes to requests other than their status, each with its audit entry."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from billing.models import PartnerInvoice
from customers.models import Customer
from partners import audit, clock
from partners.models import Partner, User
from service_requests import lifecycle, rules
from service_requests.models import Kind, Note, ServiceRequest, Side, Status, Topic
from subscriptions.models import Subscription


class AlreadyFiled(Exception):
    """What was filed at 21Vianet stays as it was filed."""


class NotWithVianet(Exception):
    """Only a filed request that waits for an answer is followed up."""


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What is wrong in 21Vianet's invoice, as far as the person said it; amounts in its currency.

    `section` is one of `billing.files.layouts.Section`, or empty.
    """

    section: str = ""
    charged: Decimal | None = None
    expected: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom and what a request is about."""

    partner: Partner
    customer: Customer | None = None
    subscription: Subscription | None = None
    partner_invoice: PartnerInvoice | None = None
    billed: Billed | None = None


def draft(
    subject: Subject, words: Mapping[str, Any], *, key: uuid.UUID, by: User, reason: str
) -> ServiceRequest:
    """Write a draft; the same key again returns the same draft. Raises lifecycle.WrongDoor.

    `words` are kind, topic, severity, title, text and text_zh.
    """
    if not rules.may_be_filed_as(Topic(words["topic"]), Kind(words["kind"])):
        raise lifecycle.WrongDoor
    is_about_bill = words["topic"] == Topic.WRONG_BILL
    with transaction.atomic():
        request, is_new = ServiceRequest.objects.get_or_create(
            partner=subject.partner,
            key=key,
            defaults={
                "customer": subject.customer,
                "subscription": subject.subscription,
                "partner_invoice": subject.partner_invoice if is_about_bill else None,
                "created_by": by,
                "created_at": clock.now(),
                **words,
            },
        )
        if is_new:
            after = {"topic": request.topic, "kind": request.kind}
            entry = lifecycle.fact(request, "service_request.drafted", reason, {}, after)
            audit.record(entry, by=by)
    return request


def rewrite(
    request: ServiceRequest, words: Mapping[str, Any], *, by: User, reason: str
) -> ServiceRequest:
    """Change the words of a draft; its topic stays. Raises AlreadyFiled, lifecycle.WrongDoor."""
    if not rules.may_be_filed_as(Topic(request.topic), Kind(words["kind"])):
        raise lifecycle.WrongDoor
    changed = {name: value for name, value in words.items() if getattr(request, name) != value}
    if not changed:
        return request
    with transaction.atomic():
        row = ServiceRequest.objects.filter(pk=request.pk, status=Status.DRAFT)
        if not row.update(**changed):
            raise AlreadyFiled
        before = {name: getattr(request, name) for name in changed}
        request.refresh_from_db()
        entry = lifecycle.fact(request, "service_request.rewritten", reason, before, changed)
        audit.record(entry, by=by)
    return request


def follow_up(
    request: ServiceRequest, *, reference: str, next_check_on: date, by: User, reason: str
) -> ServiceRequest:
    """Note 21Vianet's reference and when to look again. Raises NotWithVianet.

    `next_check_on` is a date in the partner's time zone.
    """
    changes = {"reference": reference, "next_check_on": next_check_on}
    before = {name: getattr(request, name) for name in changes}
    if before == changes:
        return request
    with transaction.atomic():
        row = ServiceRequest.objects.filter(pk=request.pk, filed_at__isnull=False)
        if not row.exclude(status__in=[Status.RESOLVED, Status.CLOSED]).update(**changes):
            raise NotWithVianet
        entry = lifecycle.fact(request, "service_request.followed_up", reason, before, changes)
        audit.record(entry, by=by)
    request.refresh_from_db()
    return request


def add_note(request: ServiceRequest, *, side: Side, text: str, by: User, reason: str) -> Note:
    """Keep what was said, and by which side. Notes are never changed."""
    with transaction.atomic():
        note = Note.objects.create(
            partner_id=request.partner_id,
            request=request,
            side=side,
            text=text,
            by=by,
            at=clock.now(),
        )
        after = {"side": side, "note": note.pk}
        entry = lifecycle.fact(request, "service_request.note_added", reason, {}, after)
        audit.record(entry, by=by)
    return note
