"""Names of believable companies, one for each number, never the same twice."""

import math
from dataclasses import dataclass

type Spelled = tuple[str, str]  # characters and pinyin


@dataclass(frozen=True, slots=True)
class Company:
    """A company's registered name, what people call it, its domain label, city and language."""

    name: str
    short_name: str
    label: str
    city: str
    language: str


_CITIES: tuple[Spelled, ...] = (
    ("上海", "shanghai"), ("北京", "beijing"), ("深圳", "shenzhen"), ("广州", "guangzhou"),
    ("杭州", "hangzhou"), ("苏州", "suzhou"), ("南京", "nanjing"), ("成都", "chengdu"),
    ("武汉", "wuhan"), ("西安", "xian"), ("天津", "tianjin"), ("青岛", "qingdao"),
    ("宁波", "ningbo"), ("无锡", "wuxi"), ("长沙", "changsha"), ("厦门", "xiamen"),
    ("大连", "dalian"), ("佛山", "foshan"), ("合肥", "hefei"),
)  # fmt: skip
_FIRST: tuple[Spelled, ...] = (
    ("云", "yun"), ("华", "hua"), ("恒", "heng"), ("瑞", "rui"), ("东", "dong"), ("明", "ming"),
    ("安", "an"), ("博", "bo"), ("晨", "chen"), ("鼎", "ding"), ("丰", "feng"), ("广", "guang"),
    ("海", "hai"), ("嘉", "jia"), ("凯", "kai"), ("蓝", "lan"), ("铭", "ming"), ("诺", "nuo"),
    ("启", "qi"), ("润", "run"), ("盛", "sheng"), ("泰", "tai"), ("文", "wen"),
)  # fmt: skip
_SECOND: tuple[Spelled, ...] = (
    ("启", "qi"), ("达", "da"), ("信", "xin"), ("通", "tong"), ("源", "yuan"), ("泽", "ze"),
    ("航", "hang"), ("创", "chuang"), ("森", "sen"), ("腾", "teng"), ("和", "he"), ("远", "yuan"),
    ("宇", "yu"), ("诚", "cheng"), ("邦", "bang"), ("捷", "jie"), ("峰", "feng"), ("联", "lian"),
    ("图", "tu"), ("维", "wei"), ("翔", "xiang"), ("智", "zhi"), ("岚", "lan"), ("策", "ce"),
    ("辰", "chen"), ("桥", "qiao"), ("科", "ke"), ("耀", "yao"), ("禾", "he"),
)  # fmt: skip
_TRADES: tuple[Spelled, ...] = (
    ("科技", "keji"), ("信息技术", "xinxi"), ("贸易", "maoyi"), ("网络科技", "wangluo"),
    ("电子", "dianzi"), ("医疗器械", "yiliao"), ("物流", "wuliu"), ("文化传媒", "chuanmei"),
    ("精密机械", "jixie"), ("建筑设计", "sheji"), ("食品", "shipin"), ("新能源", "xinnengyuan"),
    ("教育咨询", "jiaoyu"),
)  # fmt: skip
_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司")

# Pairs of one language, so that each of two partners gets both languages.
_FOREIGN: tuple[Company, ...] = (
    Company(
        "Officine Meccaniche Rossi (Suzhou) Co., Ltd.",
        "Officine Rossi",
        "officinerossi",
        "苏州",
        "it",
    ),
    Company(
        "Tessitura Bianchi (Shanghai) Trading Co., Ltd.",
        "Tessitura Bianchi",
        "tessiturabianchi",
        "上海",
        "it",
    ),
    Company("Northwind Traders (China) Co., Ltd.", "Northwind", "northwindchina", "上海", "en"),
    Company(
        "Fabrikam Precision (Wuxi) Co., Ltd.", "Fabrikam Precision", "fabrikamwuxi", "无锡", "en"
    ),
    Company(
        "Caffè Moretti (Guangzhou) Food Co., Ltd.", "Caffè Moretti", "caffemoretti", "广州", "it"
    ),
    Company(
        "Studio Architettura Lanzi (Beijing) Co., Ltd.", "Studio Lanzi", "studiolanzi", "北京", "it"
    ),
    Company(
        "Contoso Pharmaceuticals (Hangzhou) Co., Ltd.",
        "Contoso Pharma",
        "contosopharma",
        "杭州",
        "en",
    ),
    Company(
        "Adventure Works Cycles (Tianjin) Co., Ltd.",
        "Adventure Works",
        "adventureworkstj",
        "天津",
        "en",
    ),
)
_FOREIGN_FROM = 4
_FOREIGN_EVERY = 9
_STRIDE = 47_711  # prime and in none of the lists' lengths: walks all names before one returns
_NAMES = math.prod(len(part) for part in (_CITIES, _FIRST, _SECOND, _TRADES))


def company(number: int, offset: int) -> Company:
    """The company of that number; every `offset` (0 and up) starts at another one."""
    turn, rest = divmod(number - _FOREIGN_FROM, _FOREIGN_EVERY)
    if rest == 0 and 0 <= turn < len(_FOREIGN) // 2:
        return _FOREIGN[(2 * turn + offset) % len(_FOREIGN)]
    return _chinese(number, (number * _STRIDE + offset * 7_919) % _NAMES)


def _chinese(number: int, place: int) -> Company:
    place, at = divmod(place, len(_CITIES))
    city = _CITIES[at]
    place, at = divmod(place, len(_FIRST))
    first = _FIRST[at]
    place, at = divmod(place, len(_SECOND))
    second, trade = _SECOND[at], _TRADES[place % len(_TRADES)]
    brand = first[0] + second[0]
    label = first[1] + second[1] + trade[1] + (f"{number:d}" if number >= len(_FIRST) else "")
    form = _FORMS[number % len(_FORMS)]
    return Company(f"{city[0]}{brand}{trade[0]}{form}", city[0] + brand, label, city[0], "zh")
