"""Writes letters: one text template per kind and language, amounts and dates as readers expect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.template import Context, engines
from django.template.backends.django import DjangoTemplates

from notices.models import NoticeKind
from partners import formatting

LANGUAGES = ("en", "zh-hans", "it")


@dataclass(frozen=True)
class Letter:
    """A letter ready to be frozen."""

    subject: str
    body: str


def write(kind: NoticeKind, language: str, context: Mapping[str, object]) -> Letter:
    """Write a letter. Its template's first line is the subject; text is not escaped as HTML."""
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101  (the settings say so)
    template = engine.engine.get_template(f"notices/{kind}.{language}.txt")
    text = template.render(Context({**context}, autoescape=False))
    subject, _, body = text.strip().partition("\n")
    return Letter(" ".join(subject.split())[:250], body.strip() + "\n")


def known_language(language: str) -> str:
    """The language if letters exist in it, else English."""
    return language if language in LANGUAGES else "en"


def money(amount: Decimal, currency: str, language: str) -> str:
    """An amount with its currency as this language writes it."""
    return formatting.money(amount, currency, language)


def day(on: date | None, language: str) -> str:
    """A date in full, as this language writes it; nothing for None."""
    return formatting.long_date(on, language) if on else ""
