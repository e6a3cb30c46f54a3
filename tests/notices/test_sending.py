"""Letters are sent once, by day, and what can't be sent is seen."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone
from time_machine import TimeMachineFixture

from customers.models import Customer
from notices import lifecycle, sending, services
from notices.models import Notice, NoticeStatus
from partners import audit, clock
from partners.models import AuditEntry, CalendarDay, Partner
from subscriptions.models import SEEN_SUSPENDED
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notices import queued_to
from tests.factories.partners import billing_admin
from tests.factories.subscriptions import SubscriptionFactory
from tests.threads import run_together

NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai."""


@pytest.fixture(autouse=True)
def _noon(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def customer(partner: Partner) -> Customer:
    return CustomerFactory.create(partner=partner)


@pytest.fixture
def notice(customer: Customer) -> Notice:
    return queued_to(customer, ContactFactory.create(customer=customer))


def break_mail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(self: EmailMessage, *args: object, **kwargs: object) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", refuse)


def test_due_letter_is_sent_once(notice: Notice) -> None:
    assert [sending.send_due(), sending.send_due()] == [1, 0]

    notice.refresh_from_db()
    [message] = mail.outbox
    assert (notice.status, notice.sent_at) == ("sent", NOON)
    assert (message.to, message.subject) == ([notice.address], notice.subject)
    assert str(notice.message_id) in message.extra_headers["Message-ID"]


def test_attachments_go_along(customer: Customer) -> None:
    contact = ContactFactory.create(customer=customer)
    services.queue(
        "test",
        1,
        customer=customer,
        contact=contact,
        template="restored",  # type: ignore[arg-type]  # its value will do
        context={"subscription": "E3"},
        attachments=[services.Attachment("a.txt", "text/plain", "清单".encode())],
        by=None,
        reason="test",
    )

    sending.send_due()

    assert mail.outbox[0].attachments[0][0] == "a.txt"


@pytest.mark.parametrize("hour", [13, 23])
def test_nothing_goes_out_at_night(
    notice: Notice, time_machine: TimeMachineFixture, hour: int
) -> None:
    time_machine.move_to(NOON.replace(hour=hour), tick=False)

    assert sending.send_due() == 0


def test_nothing_goes_out_on_holidays(notice: Notice, partner: Partner) -> None:
    CalendarDay.objects.create(partner=partner, date=NOON.date(), is_working=False, name="清明")

    assert sending.send_due() == 0


def test_failure_is_tried_again_later(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    with monkeypatch.context() as broken:
        break_mail(broken, SMTPServerDisconnected("gone"))
        assert [sending.send_due(), sending.send_due()] == [0, 0]
    notice.refresh_from_db()
    assert (notice.status, notice.attempts) == ("queued", 1)

    time_machine.shift(timedelta(minutes=1))
    assert sending.send_due() == 1


def test_fifth_failure_is_left_to_a_person(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    break_mail(monkeypatch, SMTPServerDisconnected("gone"))

    for _ in range(7):
        sending.send_due()
        time_machine.shift(timedelta(hours=2))

    notice.refresh_from_db()
    assert (notice.status, notice.attempts) == ("failed", 5)
    assert AuditEntry.objects.filter(kind="notice.failed").count() == 1


@pytest.mark.parametrize(("code", "status"), [(550, "failed"), (450, "queued")])
def test_permanent_refusals_are_not_tried_again(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, code: int, status: str
) -> None:
    break_mail(monkeypatch, SMTPRecipientsRefused({notice.address: (code, b"no")}))

    sending.send_due()

    notice.refresh_from_db()
    assert notice.status == status


def test_letter_of_a_dead_worker_is_taken_over(notice: Notice) -> None:
    lifecycle.claim(notice, worker=uuid.uuid4())
    assert sending.send_due() == 0

    Notice.objects.update(lease_until=timezone.now())
    assert sending.send_due() == 1


def test_letter_that_kills_its_workers_is_given_up(notice: Notice) -> None:
    Notice.objects.update(
        status=NoticeStatus.SENDING, attempts=5, lease_until=NOON - timedelta(minutes=1)
    )

    sending.send_due()

    notice.refresh_from_db()
    assert (notice.status, mail.outbox) == ("failed", [])


def test_late_worker_changes_nothing(notice: Notice) -> None:
    late, quick = uuid.uuid4(), uuid.uuid4()
    lifecycle.claim(notice, worker=late)
    Notice.objects.update(leased_by=quick)

    assert not lifecycle.mark_sent(notice, worker=late, counts_as_delivered=True)


@pytest.mark.parametrize(
    ("address", "seen", "counts"),
    [
        ("a@contoso.cn", SEEN_SUSPENDED, False),
        ("a@contoso.cn", "active", True),
        ("a@qq.com", SEEN_SUSPENDED, True),
    ],
)
def test_mail_into_a_suspended_tenant_never_counts_as_delivered(
    partner: Partner, address: str, seen: str, counts: bool
) -> None:
    customer = CustomerFactory.create(partner=partner, domain="contoso.cn")
    SubscriptionFactory.create(customer=customer, seen_status=seen)
    queued_to(customer, ContactFactory.create(customer=customer, email=address))

    sending.send_due()

    day_after = NOON + timedelta(hours=24)
    assert Notice.objects.delivered(day_after).exists() is counts


@pytest.mark.parametrize(("hours", "is_delivered"), [(23, False), (24, True)])
def test_mail_counts_as_delivered_after_a_day_without_a_bounce(
    notice: Notice, hours: int, is_delivered: bool
) -> None:
    sending.send_due()

    at = NOON + timedelta(hours=hours)
    assert Notice.objects.delivered(at).exists() is is_delivered


def test_bounced_mail_never_counts(notice: Notice) -> None:
    sending.send_due()
    notice.refresh_from_db()

    lifecycle.bounce(notice, error="550 unknown", by=None, reason="bounce")

    assert not Notice.objects.delivered(NOON + timedelta(days=9)).exists()


def test_delivery_by_hand_counts_at_once_and_once(notice: Notice) -> None:
    person = billing_admin(notice.partner)

    for proof in ("called 王芳", "called again"):
        services.record_delivery(notice, proof=proof, by=person, reason=proof)

    assert Notice.objects.delivered(clock.now()).get().delivery_proof == "called 王芳"
    assert AuditEntry.objects.filter(kind="notice.delivered").count() == 1


def test_same_letter_is_queued_once(customer: Customer) -> None:
    contact = ContactFactory.create(customer=customer)
    queued_to(customer, contact)
    letter = services.LetterTo(
        kind=Notice.objects.get().kind,  # type: ignore[arg-type]  # its value will do
        about_kind="test",
        about_id="1",
        customer=customer,
        contact=contact,
        context={},
    )

    again = services.queue_many([letter, letter], by=None, reason="test")

    assert (again, Notice.objects.count()) == ([], 1)


def test_nothing_is_queued_that_cannot_be_audited(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record_many", fail)

    with pytest.raises(RuntimeError):
        queued_to(customer, ContactFactory.create(customer=customer))

    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_letter_once() -> None:
    customer = CustomerFactory.create()
    contact = ContactFactory.create(customer=customer)
    for number in range(10):
        queued_to(customer, contact, about_id=number)
    barrier = threading.Barrier(2)
    sent: list[int] = []

    def work() -> None:
        barrier.wait()
        try:
            sent.append(sending.send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    run_together(threads)

    assert (sum(sent), len(mail.outbox)) == (10, 10)
