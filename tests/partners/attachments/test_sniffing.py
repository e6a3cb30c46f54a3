"""Which files are kept: the content decides, and every refusal has its words."""

import pytest

from partners.attachments import sniffing
from partners.attachments.refusal import FileRefused
from tests.partners.attachments import make

OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("fapiao.pdf", make.PDF, "application/pdf"),
        ("FAPIAO.PDF", make.PDF, "application/pdf"),
        ("发票.ofd", make.ofd(), "application/ofd"),
        ("发票.xml", make.XML, "application/xml"),
        ("发票.xml", make.GBK_XML, "application/xml"),
        ("slip.png", make.png(), "image/png"),
        ("slip.jpg", make.JPEG, "image/jpeg"),
        ("slip.jpeg", make.JPEG + b"\0\0", "image/jpeg"),
        ("note.txt", make.TEXT, "text/plain"),
        ("note.txt", "你好".encode("utf-16"), "text/plain"),
        ("bank.csv", make.CSV, "text/csv"),
        ("list.xlsx", make.xlsx(), f"{OFFICE}.spreadsheetml.sheet"),
        ("letter.docx", make.docx(), f"{OFFICE}.wordprocessingml.document"),
        ("mail.eml", make.EML, "message/rfc822"),
        ("invoice.exe.pdf", make.PDF, "application/pdf"),
    ],
)
def test_media_type_is_found_from_the_content(name: str, content: bytes, media_type: str) -> None:
    assert sniffing.media_type_of(content, name) == media_type


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<html></html>", "Files that end in .html are not kept"),
        ("picture.svg", b"<svg/>", "Files that end in .svg are not kept"),
        ("invoice.pdf.exe", b"MZ\x90\x00", "Files that end in .exe are not kept"),
        ("old.xls", make.xlsx(), "Files that end in .xls are not kept"),
        ("fapiao", make.PDF, "name has no ending"),
        ("empty.pdf", b"", "The file is empty."),
        ("program.pdf", b"MZ\x90\x00", "The name says PDF, but the content is EXE."),
        ("page.pdf", b"<html>", "The name says PDF, but the content is something else."),
        ("picture.jpg", make.png(), "The name says JPEG, but the content is PNG."),
        ("fapiao.txt", make.PDF, "The name says TXT, but the content is PDF."),
        ("list.csv", make.xlsx(), "The name says CSV, but the content is ZIP."),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the content is XLS, DOC."),
        ("letter.xlsx", make.docx(), "The name says XLSX, but the content is DOCX."),
        ("any.ofd", make.archive({"a": b"b"}), "The name says OFD, but the content is ZIP."),
        ("photo.png", b"RIFF\x00\x00\x00\x00WEBP", "but the content is WEBP, AVI."),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        sniffing.media_type_of(content, name)

    assert words in refusal.value.words


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", make.PDF + make.ofd()),
        ("a.pdf", make.PDF[:-7]),
        ("a.png", make.png(behind=b"<script>")),
        ("a.png", make.png(behind=make.ofd())),
        ("a.png", make.png()[:-4]),
        ("a.png", make.png().replace(b"IHDR", b"IHDX")),
        ("a.jpg", make.JPEG + b"<script>alert(1)</script>"),
        ("a.jpg", make.JPEG[:-2]),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x00"),
        ("a.ofd", b"GIF89a" + make.ofd()),
        ("a.ofd", make.ofd() + b"behind"),
        ("a.ofd", make.ofd()[:-30]),
    ],
)
def test_two_things_at_once_and_broken_files_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused):
        sniffing.media_type_of(content, name)


def test_an_archive_behind_text_is_refused() -> None:
    hidden = b"From: a@example.com\r\nSubject: x\r\n\r\n" + b"PK\x05\x06" + b"\1" * 18 + b"h" * 257

    with pytest.raises(FileRefused, match="an archive is hidden"):
        sniffing.media_type_of(hidden, "mail.eml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (make.ofd(**{"bomb.bin": bytes(5 * 1024**2)}), "would unpack to far more"),
        (make.archive({f"p{n}": b"" for n in range(5001)}), "would unpack to far more"),
        (make.ofd(**{"../../etc/passwd": b"x"}), "damaged or not put together"),
        (make.ofd(**{"/etc/passwd": b"x"}), "damaged or not put together"),
        (make.locked(make.ofd()), "locked by a password"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged or not put together"),
    ],
    ids=["dense", "many parts", "climbs", "absolute", "locked", "no archive"],
)
def test_bombs_and_traps_in_archives_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        sniffing.media_type_of(content, "a.ofd")


@pytest.mark.parametrize(
    "content",
    [
        make.xlsx({"xl/vbaProject.bin": b"program"}),
        make.xlsx(types=b"<x>application/vnd.ms-excel.sheet.macroEnabled.main+xml</x>"),
    ],
)
def test_macros_are_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="holds macros"):
        sniffing.media_type_of(content, "a.xlsx")


def test_a_workbook_without_its_table_of_parts_is_refused() -> None:
    with pytest.raises(FileRefused, match="damaged"):
        sniffing.media_type_of(make.archive({"xl/workbook.xml": b"<x/>"}), "a.xlsx")


def test_two_kinds_in_one_archive_are_refused() -> None:
    with pytest.raises(FileRefused, match="the content is OFD, XLSX"):
        sniffing.media_type_of(make.ofd(**{"xl/workbook.xml": b"<x/>"}), "a.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>hello", "web page or a program"),
        (b"a,b\n<SCRIPT src=x>", "web page or a program"),
        (b"  #!/bin/sh\nrm -rf /", "web page or a program"),
        (b"<?php echo 1", "web page or a program"),
        ("<svg/>".encode("utf-16"), "web page or a program"),
        (b"text\x00with nul", "not plain text"),
        (b"\x1b[31mred", "not plain text"),
        (b"\x81\xff\xff", "can't be read"),
    ],
)
def test_text_that_runs_or_hides_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        sniffing.media_type_of(content, "a.txt")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "web page or loads others"),
        (b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>", "web page or loads others"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "web page or loads others"),
        (b"<x><y xmlns='http://www.w3.org/1999/xhtml'/></x>", "web page or loads others"),
        (b"<html/>", "web page or loads others"),
        (b"<?xml-stylesheet href='a.xsl'?><x/>", "web page or loads others"),
        (b"<x><y></x>", "not well-formed"),
        (b"no markup", "not well-formed"),
        (b"<?xml version='1.0' encoding='utf-7'?><x/>", "not well-formed"),
        (b"<x>\xff</x>", "not well-formed"),
    ],
)
def test_xml_that_is_a_page_or_no_xml_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        sniffing.media_type_of(content, "a.xml")


@pytest.mark.parametrize(
    "content",
    [
        b"Hello, no headers",
        b"Subject: no sender\r\n\r\nx",
        b"From: a@example.com\r\n\r\nnothing else",
        b"From: a@example.com\r\nSubject: x\r\n\r\n\0",
        b"\r\nFrom: a@example.com\r\nSubject: x\r\n\r\n",
    ],
)
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="not a saved e-mail"):
        sniffing.media_type_of(content, "a.eml")


def test_ten_mebibytes_are_kept() -> None:
    assert sniffing.media_type_of(_of_size(sniffing.MAX_BYTES), "a.pdf") == "application/pdf"


def test_one_byte_more_is_refused() -> None:
    with pytest.raises(FileRefused, match="larger than 10 MiB"):
        sniffing.media_type_of(_of_size(sniffing.MAX_BYTES + 1), "a.pdf")


def _of_size(size: int) -> bytes:
    return make.PDF[:9] + b" " * (size - len(make.PDF)) + make.PDF[9:]
