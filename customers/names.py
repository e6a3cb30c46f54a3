"""How companies are named, sorted and found: pinyin for Chinese, folded case for the rest."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|分公司|公司|"
    r"\b(co\.?,? ?ltd\.?|ltd\.?|inc\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|gmbh|llc)\s*$)",
    re.IGNORECASE,
)
_EMPTY_BRACKETS = re.compile(r"[（(]\s*[）)]")


def folded(text: str) -> str:
    """Text as it is compared: full-width to half-width, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def short(company: str) -> str:
    """The company's name without its legal form."""
    without = _EMPTY_BRACKETS.sub("", _LEGAL_FORMS.sub("", company))
    return without.strip(" ,") or company


def pinyin_key(company: str) -> str:
    """What a list sorts by: toneless pinyin, other scripts folded."""
    return " ".join(folded(part) for part in lazy_pinyin(company))[:500]


def search_text(*parts: str) -> str:
    """Everything a person may type to find a customer, including pinyin and its initials."""
    spellings: list[str] = []
    for part in filter(None, parts):
        spellings += [part, "".join(lazy_pinyin(part)), _initials(part)]
    return folded(" ".join(dict.fromkeys(spellings)))


def _initials(text: str) -> str:
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
