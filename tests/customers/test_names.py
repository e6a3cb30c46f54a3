"""How companies are named, sorted and found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("  Contoso   Ltd ", "contoso ltd"),
        ("云启（上海）", "云启(上海)"),
        ("STRASSE ẞ", "strasse ss"),
        ("全　角", "全 角"),
        ("", ""),
    ],
)
def test_folded_compares_widths_cases_and_spaces_alike(text: str, expected: str) -> None:
    assert names.folded(text) == expected


@given(st.text())
def test_folded_is_ascii_equal_for_either_width(text: str) -> None:
    wide = text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})

    assert names.folded(wide) == names.folded(text)


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("云启科技有限公司", "云启科技"),
        ("云启科技股份有限公司", "云启科技"),
        ("云启（上海）有限责任公司", "云启（上海）"),
        ("云启科技（有限公司）", "云启科技"),
        ("Contoso (China) Ltd", "Contoso (China)"),
        ("Contoso Co., Ltd.", "Contoso"),
        ("Fabrikam GmbH", "Fabrikam"),
        ("Rossi S.r.l.", "Rossi"),
        ("有限公司", "有限公司"),
        ("Incorporated Dreams", "Incorporated Dreams"),
    ],
)
def test_short_leaves_out_the_legal_form(company: str, expected: str) -> None:
    assert names.short(company) == expected


@pytest.mark.parametrize(
    ("company", "expected"),
    [("云启", "yun qi"), ("重庆", "chong qing"), ("Contoso", "contoso"), ("Ａ股", "a gu")],
)
def test_pinyin_key_sorts_as_people_read(company: str, expected: str) -> None:
    assert names.pinyin_key(company) == expected


def test_pinyin_key_is_never_longer_than_its_column() -> None:
    assert len(names.pinyin_key("庄" * 250)) == 500


@pytest.mark.parametrize("typed", ["云启", "yunqi", "yq", "yunqi.cn", "ＹＱ", "启科"])
def test_search_text_holds_whatever_a_person_may_type(typed: str) -> None:
    assert names.folded(typed) in names.search_text("云启科技", "", "yunqi.cn")
