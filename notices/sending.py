"""Sends due notices by e-mail: lease, send outside any transaction, record."""

import base64
from collections.abc import Iterable
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from customers import addresses
from notices import lifecycle, rules
from notices.models import Notice
from partners import calendar, clock
from partners.models import Partner
from subscriptions.models import DesiredStatus, Subscription

logger = structlog.get_logger(__name__)
BATCH = 50
PERMANENT = 500
"""SMTP replies from here on mean that trying again does not help."""


def send_due() -> int:
    """Send a batch of what is due at partners where it is day. Returns how many were sent."""
    at = timezone.now()
    waiting = Partner.objects.filter(pk__in=lifecycle.due(at).values("partner_id"))
    awake = [partner.pk for partner in waiting if is_open(partner)]
    due = lifecycle.due(at).filter(partner_id__in=awake).select_related("customer")
    worker = uuid4()
    return sum(_send_one(notice, worker) for notice in due.order_by("next_attempt_at")[:BATCH])


def is_open(partner: Partner) -> bool:
    """Whether letters of this partner go out now: by day in its zone, and not on a holiday."""
    local = clock.now().astimezone(partner.zone)
    is_holiday = calendar.of(partner).is_holiday(local.date())
    return rules.may_send(local, is_holiday=is_holiday)


def _send_one(notice: Notice, worker: UUID) -> bool:
    if not lifecycle.claim(notice, worker=worker):
        return False
    notice.attempts += 1
    if notice.attempts > rules.MAX_ATTEMPTS:
        lifecycle.fail(notice, worker=worker, error="Started five times without an end.")
        return False
    try:
        _message(notice).send()
    except (SMTPException, OSError, ValueError) as error:
        logger.warning("notice_not_sent", notice=notice.pk, error=type(error).__name__)
        _give_back(notice, worker, error)
        return False
    return lifecycle.mark_sent(notice, worker=worker, counts_as_delivered=_can_be_read(notice))


def _message(notice: Notice) -> EmailMessage:
    """The mail; its Message-ID is the notice's own, so that a second copy is recognised."""
    message = EmailMessage(
        subject=notice.subject,
        body=notice.body,
        to=[notice.address],
        headers={"Message-ID": f"<{notice.message_id}@{_host()}>"},
    )
    for name, media_type, content in _attached(notice):
        message.attach(name, content, media_type)
    return message


def _host() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _attached(notice: Notice) -> Iterable[tuple[str, str, bytes]]:
    for stored in notice.attachments:
        yield stored["name"], stored["media_type"], base64.b64decode(stored["content"])


def _give_back(notice: Notice, worker: UUID, error: Exception) -> None:
    wait = None if _is_final(error) else rules.next_try_after(notice.attempts)
    text = f"{type(error).__name__}: {error}"[:1000]
    if wait is None:
        lifecycle.fail(notice, worker=worker, error=text)
    else:
        lifecycle.put_back(notice, worker=worker, error=text, wait=wait)


def _is_final(error: Exception) -> bool:
    """A malformed letter or a permanent refusal (SMTP 5xx); anything else may pass."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= PERMANENT
    return isinstance(error, ValueError)


def _can_be_read(notice: Notice) -> bool:
    """False for an address in the customer's own tenant while that is suspended."""
    if not addresses.is_own(notice.address, notice.customer.domain):
        return True
    mine = Subscription.objects.filter(customer_id=notice.customer_id)
    suspended = mine.seen_suspended() | mine.filter(desired_status=DesiredStatus.SUSPENDED)
    return not suspended.exists()
