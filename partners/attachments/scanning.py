"""Has waiting files checked by a virus scanner: ClamAV's daemon, asked over its own protocol.

Until the scanner has answered, a file is in quarantine: nobody is served its bytes. A scanner that
doesn't answer changes nothing about that. Protocol: clamd's manual, INSTREAM.
"""

import socket
from datetime import timedelta
from typing import IO

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from partners import clock
from partners.attachments.keeping import tell
from partners.models import Attachment, Scan

logger = structlog.get_logger(__name__)
BATCH = 50
LEASE = timedelta(minutes=5)
LONGEST_WAIT_MINUTES = 30
TIMEOUT_SECONDS = 30
CHUNK_BYTES = 64 * 1024
LONGEST_ANSWER_BYTES = 4096
CLEAN, FOUND = "OK", "FOUND"


class ScannerFailed(Exception):
    """The scanner gave no answer that can be believed."""


def scan_waiting() -> int:
    """Have a batch of waiting files checked. Returns how many were answered for."""
    if not settings.CLAMAV_ADDRESS:
        return 0
    due = Attachment.objects.to_scan(timezone.now()).order_by("next_scan_at")
    return sum(_scan_one(attachment) for attachment in due[:BATCH])


def finding_of(content: IO[bytes]) -> str:
    """What the scanner finds in a file; empty if nothing. Raises ScannerFailed."""
    try:
        answer = _asked(content)
    except (OSError, ValueError) as error:
        raise ScannerFailed(str(error)) from error
    verdict = answer.removeprefix("stream: ")
    if verdict == CLEAN:
        return ""
    finding, _space, ending = verdict.rpartition(" ")
    if ending != FOUND or not finding:
        raise ScannerFailed(answer)
    return finding


def _asked(content: IO[bytes]) -> str:
    """One INSTREAM: length and bytes, again and again, then a length of nothing."""
    host, _colon, port = settings.CLAMAV_ADDRESS.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as scanner:
        scanner.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            scanner.sendall(len(chunk).to_bytes(4) + chunk)
        scanner.sendall(bytes(4))
        with scanner.makefile("rb") as answer:
            return answer.read(LONGEST_ANSWER_BYTES).rstrip(b"\0\n").decode("utf-8", "replace")


def _scan_one(attachment: Attachment) -> bool:
    if not _claim(attachment):
        return False
    try:
        with attachment.content.open("rb") as content:
            finding = finding_of(content)
    except (ScannerFailed, FileNotFoundError) as error:
        logger.warning("file_not_scanned", attachment=attachment.pk, error=str(error))
        return False
    return _answer(attachment, finding)


def _claim(attachment: Attachment) -> bool:
    """Mine for a while; when no answer comes, later and later."""
    at = timezone.now()
    wait = timedelta(minutes=min(2**attachment.scan_attempts, LONGEST_WAIT_MINUTES))
    mine = Attachment.objects.to_scan(at).filter(pk=attachment.pk)
    return bool(
        mine.update(scan_attempts=F("scan_attempts") + 1, next_scan_at=at + max(wait, LEASE))
    )


def _answer(attachment: Attachment, finding: str) -> bool:
    scan = Scan.INFECTED if finding else Scan.CLEAN
    what = "file_found_infected" if finding else "file_found_clean"
    with transaction.atomic():
        waiting = Attachment.objects.filter(pk=attachment.pk, scan=Scan.WAITING)
        answered = waiting.update(
            scan=scan, finding=finding[:200], scanned_at=clock.now(), next_scan_at=None
        )
        if answered:
            tell(attachment, what, by=None, reason=finding or "checked by the virus scanner")
    return bool(answered)
