"""PDF, PNG and JPEG from the first byte to the last, without drawing them. Pure."""

import zlib

from django.utils.translation import gettext as _

from partners.attachments.refusal import FileRefused

_PNG_BEGINS = 8
_PNG_AROUND = 12
"""Length, type and checksum around the data of each chunk of a PNG."""
_JPEG_ENDS = b"\xff\xd9"
_JPEG_SCAN = 0xDA
_MARKER = 0xFF


def check_pdf(content: bytes) -> None:
    """A PDF that ends as one. Raises FileRefused."""
    if not content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise FileRefused(_("The PDF is cut off, or something else follows it."))


def check_png(content: bytes) -> None:
    """A PNG whose parts are whole, with nothing behind the last. Raises FileRefused."""
    at, first = _PNG_BEGINS, True
    while at + _PNG_AROUND <= len(content):
        length = int.from_bytes(content[at : at + 4])
        ends = at + _PNG_AROUND + length
        kind, checksum = content[at + 4 : at + 8], content[ends - 4 : ends]
        is_whole = zlib.crc32(content[at + 4 : ends - 4]).to_bytes(4) == checksum
        if not is_whole or first is not (kind == b"IHDR"):
            break
        if kind == b"IEND" and ends == len(content):
            return
        at, first = ends, False
    raise FileRefused(_broken_picture())


def check_jpeg(content: bytes) -> None:
    """A JPEG with its parts in order up to the picture, and nothing behind it. FileRefused."""
    at = 2
    while at + 4 <= len(content) and content[at] == _MARKER:
        if content[at + 1] == _JPEG_SCAN:
            if content.rstrip(b"\0\n\r ").endswith(_JPEG_ENDS):
                return
            break
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise FileRefused(_broken_picture())


def _broken_picture() -> str:
    return _("The picture is cut off, or something else follows it. Save it again, and try again.")
