"""Recurring work on the audit trail and on kept files."""

from celery import shared_task

from partners import clock, trail
from partners.attachments import scanning
from partners.models import Heartbeat


@shared_task
def seal_audit_trail() -> int:
    """Seal what finished transactions wrote. Returns how many entries were sealed."""
    sealed = trail.seal()
    Heartbeat.objects.update_or_create(name="seal-audit", defaults={"at": clock.now()})
    return sealed.entries if sealed else 0


@shared_task
def scan_files() -> int:
    """Have waiting files checked for viruses. Returns how many were answered for."""
    return scanning.scan_waiting()
