"""Text, tables, XML and mails: readable, and nothing that a browser or a shell would run. Pure."""

import re
from email.parser import BytesHeaderParser
from xml.parsers import expat

from django.utils.translation import gettext as _

from partners.attachments.refusal import FileRefused

_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_MARKUP = re.compile(
    r"<\s*(%|\?|(!doctype|html|head|body|script|svg|iframe|object|embed|meta)\b)",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_XML_ENCODINGS = {"utf-8", "gb18030", "gbk", "gb2312", "us-ascii", "ascii"}
_RUNS_IN_BROWSERS = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
_SEPARATOR = " "
_HEADER = re.compile(rb"[!-9;-~]+:")
_MAIL_NEEDS = ({"from"}, {"date", "received", "message-id", "subject"})


class _RunsInBrowsers(Exception):
    """A part of the XML belongs to a language that browsers run."""


class _HasDoctype(Exception):
    """The XML declares a document type, by which it could load or multiply itself."""


def check_text(content: bytes) -> None:
    """Plain text: UTF-8, UTF-16 with its mark, or GB18030. Raises FileRefused."""
    text = _decoded(content)
    if _CONTROL.search(text):
        raise FileRefused(_("The file is not plain text."))
    if _MARKUP.search(text) or text.lstrip().startswith("#!"):
        raise FileRefused(_("The text holds a web page or a program, and is not kept."))


def check_xml(content: bytes) -> None:
    """Well-formed XML that declares no types and no styles, and holds no web page. FileRefused."""
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _refuse_web_page
    parser.ProcessingInstructionHandler = _refuse_style
    try:
        parser.Parse(_as_xml_text(content), True)  # noqa: FBT003  (positional only)
    except (_HasDoctype, _RunsInBrowsers) as error:
        raise FileRefused(
            _("The XML holds a web page or loads others, and is not kept.")
        ) from error
    except (expat.ExpatError, UnicodeDecodeError, LookupError) as error:
        raise FileRefused(_("The file is not well-formed XML.")) from error


def check_message(content: bytes) -> None:
    """A saved e-mail with the headers of one. Raises FileRefused."""
    is_mail = b"\0" not in content and _HEADER.match(content) is not None
    if is_mail:
        names = {name.lower() for name in BytesHeaderParser().parsebytes(content)}
        is_mail = all(names & needed for needed in _MAIL_NEEDS)
    if not is_mail:
        raise FileRefused(_("The file is not a saved e-mail."))


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(_UTF_16) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(_("The text can't be read. Save it as UTF-8."))


def _as_xml_text(content: bytes) -> str:
    """Decoded here: the parser knows neither GBK nor GB18030."""
    if content.startswith(_UTF_16):
        return content.decode("utf-16")
    declared = _DECLARED.match(content)
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if encoding not in _XML_ENCODINGS:
        raise LookupError(encoding)
    return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def _refuse_doctype(*_about: object) -> None:
    raise _HasDoctype


def _refuse_web_page(name: str, _attributes: object) -> None:
    namespace, _space, local = name.rpartition(_SEPARATOR)
    if namespace in _RUNS_IN_BROWSERS or local.lower() in {"html", "svg", "script"}:
        raise _RunsInBrowsers


def _refuse_style(target: str, _data: object) -> None:
    if target.lower().startswith(("xml-stylesheet", "php")):
        raise _RunsInBrowsers
