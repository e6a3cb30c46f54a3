"""Queues letters. The row is the queue and the record of what was written."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from customers.models import Contact, Customer
from notices import letters, lifecycle
from notices.models import Channel, Notice, NoticeKind, NoticeStatus
from partners import audit, clock
from partners.models import User

NO_ADDRESS = gettext_noop("The customer has no contact with an e-mail address.")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class LetterTo:
    """One letter to be: what it is about, to whom, and what its template reads.

    Without a language the customer's is used; `contact` None leaves a failed notice to be seen.
    """

    kind: NoticeKind
    about_kind: str
    about_id: str
    customer: Customer
    contact: Contact | None
    context: Mapping[str, object]
    language: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)

    @property
    def written_in(self) -> str:
        """The language of the letter."""
        return letters.known_language(self.language or self.customer.language)


def queue(
    about_kind: str,
    about_id: int | str,
    *,
    customer: Customer,
    contact: Contact | None,
    template: NoticeKind,
    context: Mapping[str, object],
    language: str = "",
    attachments: Sequence[Attachment] = (),
    by: User | None,
    reason: str,
) -> Notice | None:
    """Write one letter and queue it; None when this was written to this address before."""
    letter = LetterTo(
        kind=template,
        about_kind=about_kind,
        about_id=str(about_id),
        customer=customer,
        contact=contact,
        context=context,
        language=language,
        attachments=attachments,
    )
    queued = queue_many([letter], by=by, reason=reason)
    return queued[0] if queued else None


def queue_many(to_write: Iterable[LetterTo], *, by: User | None, reason: str) -> list[Notice]:
    """Write and queue letters in three statements, however many; returns those that are new.

    A letter about the same thing to the same address is written once.
    """
    at = clock.now()
    rows = [_row(letter, by, at) for letter in to_write]
    if not rows:
        return []
    with transaction.atomic():
        Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        queued = _inserted(rows)
        audit.record_many((_fact(notice, reason) for notice in queued), by=by)
    return queued


def record_delivery(notice: Notice, *, proof: str, by: User, reason: str) -> Notice:
    """Record by hand that the letter reached the customer: to whom, when, how it is known."""
    with transaction.atomic():
        waiting = Notice.objects.filter(pk=notice.pk, delivered_at=None)
        is_first = waiting.update(delivered_at=clock.now(), delivered_by=by, delivery_proof=proof)
        notice.refresh_from_db()
        if is_first:
            audit.record(
                lifecycle.fact(notice, "notice.delivered", reason, {"proof": proof}), by=by
            )
    return notice


def _row(letter: LetterTo, by: User | None, at: datetime) -> Notice:
    language = letter.written_in
    written = letters.write(letter.kind, language, letter.context)
    address = letter.contact.email if letter.contact else ""
    return Notice(
        partner_id=letter.customer.partner_id,
        customer=letter.customer,
        kind=letter.kind,
        about_kind=letter.about_kind,
        about_id=letter.about_id,
        contact=letter.contact,
        recipient=letter.contact.name if letter.contact else "",
        address=address,
        channel=Channel.EMAIL,
        language=language,
        subject=written.subject,
        body=written.body,
        attachments=[_stored(attachment) for attachment in letter.attachments],
        status=NoticeStatus.QUEUED if address else NoticeStatus.FAILED,
        last_error="" if address else NO_ADDRESS,
        next_attempt_at=timezone.now(),
        created_by=by,
        created_at=at,
    )


def _inserted(rows: Sequence[Notice]) -> list[Notice]:
    """Those of the rows that were new; the conditions on `about` are there for the index."""
    new = Notice.objects.filter(
        about_kind__in={row.about_kind for row in rows},
        about_id__in={row.about_id for row in rows},
        message_id__in={row.message_id for row in rows},
    )
    return list(new.order_by("id"))


def _stored(attachment: Attachment) -> dict[str, str]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "content": base64.b64encode(attachment.content).decode(),
    }


def _fact(notice: Notice, reason: str) -> audit.Fact:
    kind = "notice.queued" if notice.address else "notice.failed"
    return lifecycle.fact(notice, kind, reason, {"letter": notice.kind, "to": notice.address})
