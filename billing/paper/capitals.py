"""Amounts in Chinese capital numerals (大写金额), which nobody alters with a stroke of the pen.

By the rules of the People's Bank of China for filling in bills (支付结算办法, annex 1): zeros in a
row are read once, an amount without fen ends with 整, and after whole yuan fen follow a 零.
"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
SECTIONS = ("", "万", "亿", "万亿")
TEN_THOUSAND = 10_000
LIMIT = Decimal(TEN_THOUSAND) ** 4
"""From here on no invoice of this world needs words."""


class TooLarge(ValueError):
    """The amount has more than sixteen digits before the point."""


def in_words(amount: Decimal) -> str:
    """An amount of yuan with two decimals: 1680.32 is 壹仟陆佰捌拾元叁角贰分. Raises TooLarge."""
    if abs(amount) >= LIMIT:
        raise TooLarge(amount)
    fen_in_all = int(abs(amount).quantize(Decimal("0.01")) * 100)
    yuan, rest = divmod(fen_in_all, 100)
    jiao, fen = divmod(rest, 10)
    minus = "负" if amount < 0 and fen_in_all else ""
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    return f"{minus}{whole}{_parts(jiao, fen, after_yuan=bool(yuan))}"


def _parts(jiao: int, fen: int, *, after_yuan: bool) -> str:
    if not jiao and not fen:
        return "整"
    if not fen:
        return f"{DIGITS[jiao]}角整"
    if jiao:
        return f"{DIGITS[jiao]}角{DIGITS[fen]}分"
    return f"{'零' if after_yuan else ''}{DIGITS[fen]}分"


def _whole(yuan: int) -> str:
    if not yuan:
        return DIGITS[0]
    words = ""
    for power in range(len(SECTIONS) - 1, -1, -1):
        section = yuan // TEN_THOUSAND**power % TEN_THOUSAND
        has_gap = section < TEN_THOUSAND // 10 or _ends_in_zeros(yuan, power)
        if section:
            gap = DIGITS[0] if words and has_gap else ""
            words += f"{gap}{_section(section)}{_unit(yuan, power)}"
    return words


def _ends_in_zeros(yuan: int, power: int) -> bool:
    """Whether the section above this one is nothing but zeros."""
    return not yuan // TEN_THOUSAND ** (power + 1) % TEN_THOUSAND


def _unit(yuan: int, power: int) -> str:
    """The section's unit; 亿 is said once where sections of 万亿 and of 亿 stand together."""
    has_hundred_millions = yuan // TEN_THOUSAND**2 % TEN_THOUSAND
    if power == len(SECTIONS) - 1 and has_hundred_millions:
        return "万"
    return SECTIONS[power]


def _section(number: int) -> str:
    """Up to four digits; zeros between digits are read once, those at the end not at all."""
    words, has_gap = "", False
    for place in range(len(PLACES) - 1, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            has_gap = bool(words)
            continue
        gap = DIGITS[0] if has_gap else ""
        words, has_gap = f"{words}{gap}{DIGITS[digit]}{PLACES[place]}", False
    return words
