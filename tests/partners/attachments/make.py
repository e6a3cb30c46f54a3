"""Small files of every kind that is kept, and of kinds that are not."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x04JF" + b"\xff\xda\x00\x04\x00\x00" + b"picture" + b"\xff\xd9"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice><金额>100.00</金额></EInvoice>'.encode()
GBK_XML = '<?xml version="1.0" encoding="GBK"?><发票><号码>1</号码></发票>'.encode("gbk")
TEXT = "已付款，见附件 < 500\n".encode()
CSV = "日期,金额\n2026-11-22,100.00\n".encode("gb18030")
EML = b"From: a@example.com\r\nSubject: =?utf-8?b?5Y+R56Wo?=\r\n\r\n<html><b>Hello</b></html>\r\n"
WORKBOOK_TYPES = b"<Types>application/vnd.openxmlformats-officedocument.spreadsheetml</Types>"


def png(*, behind: bytes = b"") -> bytes:
    """A picture of one dot, with something behind it if asked."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts) + behind


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive(parts: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def ofd(**more: bytes) -> bytes:
    """A fapiao as the tax bureau's system gives it."""
    return archive({"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<x/>", **more})


def xlsx(parts: Mapping[str, bytes] | None = None, types: bytes = WORKBOOK_TYPES) -> bytes:
    """A workbook, with more parts if asked."""
    usual = {"[Content_Types].xml": types, "xl/workbook.xml": b"<workbook/>"}
    return archive({**usual, **(parts or {})})


def docx() -> bytes:
    """A document."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})


def locked(content: bytes) -> bytes:
    """The same archive, marked as locked by a password."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + b"\x01\x00" + content[at + 2 :]
