"""The letters themselves: every kind in every language, with nothing left unsaid or escaped."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from notices import letters
from notices.models import NoticeKind

INVOICE = {"number": "INV-2026-00001", "due_on": "DUE-DATE", "amount": "¥1"}
CONTEXT = {
    "company": "A&B <有限公司>",
    "partner": "云帆",
    "number": "INV-2026-00001",
    "total": "¥1,060.00",
    "issued_on": "ISSUED",
    "due_on": "DUE-DATE",
    "terms": "30 days after the fapiao is delivered",
    "lines": [{"description": "E3", "amount": "¥1"}],
    "invoices": [INVOICE],
    "suspend_from": "SUSPEND-DATE",
    "data_kept_days": 60,
    "subscription": "Office 365 E3",
    "seats": 25,
    "on": "TODAY",
    "data_kept_until": "DELETION-DATE",
    "reasons": ["non_payment", "security_review", "customer_request", "operator"],
}
EVERY = list(product(NoticeKind, letters.LANGUAGES))
SAYS = {
    NoticeKind.INVOICE_ISSUED: ["INV-2026-00001", "¥1,060.00", "DUE-DATE", "E3"],
    NoticeKind.PAYMENT_REMINDER: ["INV-2026-00001", "¥1,060.00", "DUE-DATE"],
    NoticeKind.SUSPENSION_WARNING: ["INV-2026-00001", "¥1,060.00", "SUSPEND-DATE", "60"],
    NoticeKind.SUSPENDED: ["Office 365 E3", "25", "TODAY", "DELETION-DATE"],
    NoticeKind.RESTORED: ["Office 365 E3", "25", "TODAY"],
}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_letter_says_what_it_must(kind: NoticeKind, language: str) -> None:
    letter = letters.write(kind, language, CONTEXT)

    assert [fact for fact in SAYS[kind] if fact not in letter.body] == []
    assert "A&B <有限公司>" in letter.body
    assert letter.subject
    assert "{" not in letter.subject + letter.body


@pytest.mark.parametrize("language", letters.LANGUAGES)
def test_no_letter_about_a_suspension_names_fraud_or_an_amount(language: str) -> None:
    letter = letters.write(NoticeKind.SUSPENDED, language, CONTEXT)

    text = letter.body.lower()
    assert [word for word in ("fraud", "欺诈", "frode", "¥", "inv-") if word in text] == []


def test_subject_is_one_line_even_of_a_company_that_is_not() -> None:
    context = {**CONTEXT, "subscription": "E3\r\nBcc: everybody@example.com"}

    letter = letters.write(NoticeKind.RESTORED, "en", context)

    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


@pytest.mark.parametrize("language", letters.LANGUAGES)
def test_invoice_letter_without_due_date_names_the_terms(language: str) -> None:
    letter = letters.write(NoticeKind.INVOICE_ISSUED, language, {**CONTEXT, "due_on": ""})

    assert "30" in letter.body
    assert letter.subject.endswith("¥1,060.00")


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "1,234.50", "31 March 2026"),
        ("zh-hans", "¥1,234.50", "2026年3月31日"),
        ("it", "1.234,50", "31 marzo 2026"),
    ],
)
def test_amounts_and_dates_follow_the_language(language: str, amount: str, day: str) -> None:
    assert amount in letters.money(Decimal("1234.50"), "CNY", language)
    assert letters.day(date(2026, 3, 31), language) == day


@pytest.mark.parametrize(("wanted", "known"), [("it", "it"), ("fr", "en"), ("", "en")])
def test_unknown_languages_are_written_in_english(wanted: str, known: str) -> None:
    assert letters.known_language(wanted) == known
