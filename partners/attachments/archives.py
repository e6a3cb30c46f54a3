"""OFD, XLSX and DOCX are archives: looked into, not unpacked, with bounds against bombs. Pure."""

import io
import struct
import zipfile
import zlib

from django.utils.translation import gettext as _

from partners.attachments.refusal import FileRefused

BEGINS = b"PK\x03\x04"
MAX_PARTS = 5000
MAX_UNPACKED_BYTES = 200 * 1024**2
MAX_RATIO = 100
SMALL_BYTES = 4 * 1024**2
"""Up to here unpacked, a file may shrink as well as it likes."""

_ENDS = b"PK\x05\x06"
_ENDS_BYTES = 22
_LONGEST_COMMENT = 65535
_ENCRYPTED = 0x1
_CONTENT_TYPES = "[Content_Types].xml"
_CONTENT_TYPES_BYTES = 1024**2
_MAIN_PARTS = {"OFD": "OFD.xml", "XLSX": "xl/workbook.xml", "DOCX": "word/document.xml"}
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, NotImplementedError,
    OverflowError, RuntimeError, ValueError,
)  # fmt: skip
"""What reading a deliberately broken archive raises."""


def check_ofd(content: bytes) -> None:
    """A fapiao as the tax bureau's system gives it (GB/T 33190). Raises FileRefused."""
    _check(content, "OFD")


def check_xlsx(content: bytes) -> None:
    """A workbook without macros. Raises FileRefused."""
    _check(content, "XLSX")


def check_docx(content: bytes) -> None:
    """A document without macros. Raises FileRefused."""
    _check(content, "DOCX")


def ends_as_archive(content: bytes) -> bool:
    """Whether a program that looks for archives from the end would find one here."""
    tail = content[-(_ENDS_BYTES + _LONGEST_COMMENT) :]
    at = tail.rfind(_ENDS)
    while at >= 0:
        if at + _ENDS_BYTES + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(_ENDS, 0, at)
    return False


def _check(content: bytes, kind: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_whole(archive, content)
            _check_bounds(archive.infolist(), len(content))
            _check_kind(archive, kind)
    except _BROKEN as error:
        raise FileRefused(_broken()) from error


def _check_whole(archive: zipfile.ZipFile, content: bytes) -> None:
    """From the first byte to the last one archive, with plain names, and not locked."""
    parts = archive.infolist()
    if not parts or min(part.header_offset for part in parts) or archive.comment:
        raise FileRefused(_broken())
    if not content[-_ENDS_BYTES:].startswith(_ENDS):
        raise FileRefused(_broken())
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileRefused(_("The file is locked by a password. Save it without one."))
    names = archive.namelist()
    if len(set(names)) < len(names) or not all(map(_is_plain, names)):
        raise FileRefused(_broken())


def _is_plain(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/") and "\\" not in name


def _check_bounds(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    overlaps = sum(part.compress_size for part in parts) > packed
    is_dense = unpacked > max(SMALL_BYTES, MAX_RATIO * packed)
    if overlaps or is_dense or unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise FileRefused(_("The file would unpack to far more than its size: it is not opened."))


def _check_kind(archive: zipfile.ZipFile, kind: str) -> None:
    names = {name.removeprefix("/") for name in archive.namelist()}
    found = [each for each, part in _MAIN_PARTS.items() if part in names]
    if found != [kind]:
        words = {"kind": kind, "found": ", ".join(found) or "ZIP"}
        raise FileRefused(_("The name says %(kind)s, but the content is %(found)s.") % words)
    if kind != "OFD" and _has_macros(archive):
        raise FileRefused(_("The file holds macros (programs). Save it without them."))


def _has_macros(archive: zipfile.ZipFile) -> bool:
    with archive.open(_CONTENT_TYPES) as stream:
        declared = stream.read(_CONTENT_TYPES_BYTES)
    is_declared = b"macroenabled" in declared.lower()
    return is_declared or any("vbaproject" in name.lower() for name in archive.namelist())


def _broken() -> str:
    return _("The file is damaged or not put together as it should be. Save it again.")
