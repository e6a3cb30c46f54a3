"""What a file is, found from its content: the name's ending must agree, and little is kept.

Pure. Each check is strict, so that a file can't be two things at once: a picture ends where the
picture ends, an archive starts at its first byte, text holds no markup that a browser would run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.attachments import archives, pictures, texts
from partners.attachments.naming import extension
from partners.attachments.refusal import FileRefused

MEBIBYTE = 1024**2
MAX_BYTES = 10 * MEBIBYTE


@dataclass(frozen=True)
class Kind:
    """A kind of file that is kept: found by how it begins, or only by its ending if it is text."""

    name: str
    media_type: str
    check: Callable[[bytes], None]
    begins: bytes = b""


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = Kind("PDF", "application/pdf", pictures.check_pdf, b"%PDF-")
PNG = Kind("PNG", "image/png", pictures.check_png, b"\x89PNG\r\n\x1a\n")
JPEG = Kind("JPEG", "image/jpeg", pictures.check_jpeg, b"\xff\xd8\xff")
OFD = Kind("OFD", "application/ofd", archives.check_ofd, archives.BEGINS)
XLSX = Kind("XLSX", f"{_OFFICE}.spreadsheetml.sheet", archives.check_xlsx, archives.BEGINS)
DOCX = Kind("DOCX", f"{_OFFICE}.wordprocessingml.document", archives.check_docx, archives.BEGINS)
XML = Kind("XML", "application/xml", texts.check_xml)
TEXT = Kind("TXT", "text/plain", texts.check_text)
CSV = Kind("CSV", "text/csv", texts.check_text)
EML = Kind("EML", "message/rfc822", texts.check_message)

KINDS = (PDF, OFD, XML, PNG, JPEG, TEXT, CSV, XLSX, DOCX, EML)
BY_ENDING: Mapping[str, Kind] = {
    ".jpg": JPEG,
    **{f".{kind.name.lower()}": kind for kind in KINDS},
}
_FOREIGN = {
    b"MZ": "EXE",
    b"\x7fELF": "ELF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "XLS, DOC",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"\x1f\x8b": "GZIP",
    b"GIF8": "GIF",
    b"RIFF": "WEBP, AVI",
}
"""What people bring by mistake, named so that they know what to do."""


def media_type_of(content: bytes, name: str) -> str:
    """The media type of a file that may be kept, else FileRefused. `name` is already cleaned."""
    claimed = _claimed(name)
    if not content:
        raise FileRefused(_("The file is empty."))
    ensure_not_too_large(len(content))
    _ensure_begins_as(content, claimed)
    claimed.check(content)
    if claimed.begins != archives.BEGINS and archives.ends_as_archive(content):
        raise FileRefused(_("The file is two things at once: an archive is hidden behind it."))
    return claimed.media_type


def ensure_not_too_large(size: int) -> None:
    """Raise FileRefused for more bytes than are kept."""
    if size > MAX_BYTES:
        limit = {"limit": MAX_BYTES // MEBIBYTE}
        raise FileRefused(_("The file is larger than %(limit)s MiB.") % limit)


def name_of(media_type: str) -> str:
    """The short name of a kind that is kept."""
    return next((kind.name for kind in KINDS if kind.media_type == media_type), media_type)


def kinds_shown() -> str:
    """The kinds that are kept, as people read them."""
    return ", ".join(kind.name for kind in KINDS)


def _claimed(name: str) -> Kind:
    ending = extension(name)
    words = {"ending": ending, "kinds": kinds_shown()}
    if not ending:
        text = _("The file's name has no ending. These kinds are kept: %(kinds)s.")
        raise FileRefused(text % words)
    if ending not in BY_ENDING:
        text = _("Files that end in %(ending)s are not kept. These kinds are: %(kinds)s.")
        raise FileRefused(text % words)
    return BY_ENDING[ending]


def _ensure_begins_as(content: bytes, claimed: Kind) -> None:
    """The bytes at the start belong to what the name says, and to nothing else we know."""
    if claimed.begins and content.startswith(claimed.begins):
        return
    found = _begins_as(content)
    if not found and not claimed.begins:
        return
    words = {"kind": claimed.name, "found": found}
    if found:
        text = _("The name says %(kind)s, but the content is %(found)s.")
    else:
        text = _("The name says %(kind)s, but the content is something else.")
    raise FileRefused(text % words)


def _begins_as(content: bytes) -> str:
    """The name of a kind that is known by its first bytes; empty for text and the unknown."""
    if content.startswith(archives.BEGINS):
        return "ZIP"
    known = {kind.begins: kind.name for kind in KINDS if kind.begins}
    starts = known | _FOREIGN
    return next((name for begins, name in starts.items() if content.startswith(begins)), "")
