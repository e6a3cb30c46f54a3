"""Names of files: kept as written, without what deceives."""

import pytest

from partners.attachments import naming


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("发票（十一月）.pdf", "发票（十一月）.pdf"),
        ("Ｆａｐｉａｏ １.pdf", "Ｆａｐｉａｏ １.pdf"),
        ("../../etc/x.pdf", "x.pdf"),
        ("C:\\Users\\wang\\发票.pdf", "发票.pdf"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200b\ufeff\u2066b.pdf", "ab.pdf"),
        ('a<b>"c|?*.pdf', "a_b__c___.pdf"),
        ("con.txt", "_con.txt"),
        ("COM1", "_COM1"),
        ("..pdf. ", "pdf"),
        ("a  \t b.pdf", "a b.pdf"),
        ("", "file"),
        ("/", "file"),
        ("\u202e", "file"),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_names_stay_without_what_deceives(given: str, kept: str) -> None:
    assert naming.cleaned(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = naming.cleaned("发" * 300 + ".pdf")

    assert len(name) == naming.LONGEST
    assert name.endswith("发.pdf")


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", ".pdf"), ("a.tar.gz", ".gz"), ("a", ""), (".pdf", ""), ("a.", "")],
)
def test_extension_is_what_follows_the_last_dot(name: str, ending: str) -> None:
    assert naming.extension(name) == ending
