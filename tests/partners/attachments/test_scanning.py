"""Virus checks: a real server on this machine speaks the scanner's protocol."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from partners import attachments
from partners.attachments import scanning
from partners.models import Attachment, AuditEntry, Scan
from service_requests.models import ServiceRequest
from tests.partners.attachments import make

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Session(socketserver.StreamRequestHandler):
    """One INSTREAM session as clamd holds it."""

    server: "Scanner"

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        seen = b""
        while length := int.from_bytes(self.rfile.read(4)):
            seen += self.rfile.read(length)
        self.server.seen.append(seen)
        found = b"Eicar-Test-Signature FOUND" if EICAR in seen else b"OK"
        self.wfile.write(self.server.answer or b"stream: " + found + b"\0")


class Scanner(socketserver.ThreadingTCPServer):
    """Finds EICAR's test signature, or answers what it was told to answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.seen: list[bytes] = []
        self.answer = b""


@pytest.fixture
def scanner(settings: LazySettings) -> Iterator[Scanner]:
    """A scanner at a free port, and the portal told about it."""
    with Scanner() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()
        thread.join()


def _store(subject: ServiceRequest, content: bytes, name: str) -> Attachment:
    upload = SimpleUploadedFile(name, content)
    return attachments.store(subject, subject.partner, None, upload, by=None, reason="test")


def test_the_scanner_gets_every_byte(scanner: Scanner) -> None:
    content = bytes(range(256)) * 1024

    assert scanning.finding_of(BytesIO(content)) == ""
    assert scanner.seen == [content]


def test_a_virus_is_named(scanner: Scanner) -> None:
    assert scanning.finding_of(BytesIO(EICAR)) == "Eicar-Test-Signature"


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: FOUND\0", b"\xff", b"stream: "]
)
def test_answers_that_mean_nothing_are_no_verdict(scanner: Scanner, answer: bytes) -> None:
    scanner.answer = answer

    with pytest.raises(scanning.ScannerFailed):
        scanning.finding_of(BytesIO(b"text"))


def test_a_file_waits_in_quarantine_until_it_is_clean(
    subject: ServiceRequest, scanner: Scanner
) -> None:
    kept = _store(subject, make.PDF, "a.pdf")
    assert (kept.scan, kept.is_served) == (Scan.WAITING, False)

    assert scanning.scan_waiting() == 1

    kept.refresh_from_db()
    assert (kept.scan, kept.is_served) == (Scan.CLEAN, True)
    assert AuditEntry.objects.filter(kind="service_request.file_found_clean").exists()
    assert scanning.scan_waiting() == 0


def test_an_infected_file_stays_locked_away_and_is_named(
    subject: ServiceRequest, scanner: Scanner
) -> None:
    kept = _store(subject, EICAR, "virus.txt")

    scanning.scan_waiting()

    kept.refresh_from_db()
    assert (kept.scan, kept.is_served) == (Scan.INFECTED, False)
    assert kept.finding == "Eicar-Test-Signature"
    entry = AuditEntry.objects.get(kind="service_request.file_found_infected")
    assert entry.reason == "Eicar-Test-Signature"


def test_a_silent_scanner_leaves_the_file_in_quarantine(
    subject: ServiceRequest, settings: LazySettings
) -> None:
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    kept = _store(subject, make.PDF, "a.pdf")

    assert scanning.scan_waiting() == 0

    kept.refresh_from_db()
    assert (kept.scan, kept.scan_attempts) == (Scan.WAITING, 1)
    assert kept.next_scan_at is not None
    assert kept.next_scan_at > timezone.now() + timedelta(minutes=1)


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:port", ":"])
def test_a_wrong_address_is_no_verdict(settings: LazySettings, address: str) -> None:
    settings.CLAMAV_ADDRESS = address

    with pytest.raises(scanning.ScannerFailed):
        scanning.finding_of(BytesIO(b"text"))


def test_one_file_without_bytes_does_not_stop_the_rest(
    subject: ServiceRequest, scanner: Scanner
) -> None:
    lost = _store(subject, make.PDF, "lost.pdf")
    lost.content.storage.delete(str(lost.content.name))
    kept = _store(subject, make.png(), "a.png")

    assert scanning.scan_waiting() == 1

    kept.refresh_from_db()
    assert kept.scan == Scan.CLEAN


def test_without_a_scanner_nothing_is_asked(subject: ServiceRequest) -> None:
    _store(subject, make.PDF, "a.pdf")

    assert scanning.scan_waiting() == 0
