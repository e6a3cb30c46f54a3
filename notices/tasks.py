"""Drains of the letters: what happened is announced, what is due is sent."""

from celery import shared_task

from notices import announcing, sending


@shared_task(name="notices.tasks.send_due")
def send_due() -> None:
    """Queue the letters about confirmed status changes, then send what is due."""
    announcing.announce_status_changes()
    sending.send_due()
