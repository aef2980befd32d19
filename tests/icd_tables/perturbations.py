"""Ways in which people write a published name differently; each gives another wording of the same thing, or ``None``."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from icd_tables.codes import Kind
from icd_tables.pinyin import readings
from icd_tables.synonyms import lexicon

Perturbation = Callable[[str, random.Random], "str | None"]

_NUMERALS = ({"1": "Ⅰ", "2": "Ⅱ", "3": "Ⅲ", "4": "Ⅳ"}, {"1": "一", "2": "二", "3": "三", "4": "四"})
_GRADED = "型度期级"
_SUFFIXES = ("待查", "？", "可能", "待排", "原因待查", "考虑")
_FULL_WIDTH = str.maketrans(
    "0123456789abcdefghijklmnopqrstuvwxyz(),",
    "０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ（），",
)


def exact(name: str, _: random.Random) -> str:
    return name


def width(name: str, _: random.Random) -> str:
    return f" {name.translate(_FULL_WIDTH)}　"


def side(name: str, chance: random.Random) -> str | None:
    return (
        None
        if any(char in name for char in "左右双单侧")
        else chance.choice(("左侧", "右侧", "左", "右")) + name
    )


def suffix(name: str, chance: random.Random) -> str:
    return name + chance.choice(_SUFFIXES)


def numeral(name: str, chance: random.Random) -> str | None:
    """2型 -> Ⅱ型 or 二型; IV级 -> 4级."""
    table = chance.choice(_NUMERALS)
    for at, char in enumerate(name[:-1]):
        if char in table and name[at + 1] in _GRADED and not name[at - 1 : at].isdigit():
            return name[:at] + table[char] + name[at + 1 :]
    return None


def abbreviation(name: str, chance: random.Random, kind: Kind = Kind.DIAGNOSIS) -> str | None:
    """The name with one long word said short (心房颤动 -> 房颤)."""
    choices = [
        name.replace(long, short)
        for long, shorts in _shorts(kind).items()
        if long in name
        for short in shorts
    ]
    return chance.choice(choices) if choices else None


def missing(name: str, chance: random.Random) -> str | None:
    if len(name) < 5:
        return None
    at = chance.randrange(len(name))
    return name[:at] + name[at + 1 :]


def swapped(name: str, chance: random.Random) -> str | None:
    if len(name) < 5:
        return None
    at = chance.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def halves(name: str, _: random.Random) -> str | None:
    middle = len(name) // 2
    return name[middle:] + name[:middle] if len(name) >= 6 else None


def homophone(name: str, chance: random.Random) -> str | None:
    """One character typed as another with the same reading."""
    places = [at for at, char in enumerate(name) if len(_alike(char)) > 1]
    if len(name) < 5 or not places:
        return None
    at = chance.choice(places)
    other = chance.choice([char for char in _alike(name[at]) if char != name[at]])
    return name[:at] + other + name[at + 1 :]


def without_namesakes(names: Sequence[str]) -> list[str]:
    """Names fit to be asked for: plain Chinese of some length, no classification residue, no lost characters."""
    return [
        name
        for name in names
        if 4 <= len(name) <= 20 and not any(word in name for word in ("其他", "未特指", "?", "NOS", "？"))
    ]


ALL: Mapping[str, tuple[Perturbation, float, float]] = {
    "exact": (exact, 0.99, 1.0),
    "width": (width, 0.99, 1.0),
    "side": (side, 0.99, 0.99),
    "suffix": (suffix, 0.97, 0.99),
    "numeral": (numeral, 0.94, 0.95),
    "abbreviation": (abbreviation, 0.90, 0.97),
    "missing": (missing, 0.87, 0.95),
    "swapped": (swapped, 0.95, 0.98),
    "halves": (halves, 0.70, 0.95),
    "homophone": (homophone, 0.87, 0.95),
}
"""By name: the perturbation, the least share right at the first place, and among ten."""


@cache
def _shorts(kind: Kind) -> dict[str, tuple[str, ...]]:
    variants = lexicon(kind).chinese_variants()
    return {
        long: found
        for long, words in variants.items()
        if (found := tuple(word for word in words[:2] if 2 <= len(word) < len(long)))
    }


@cache
def _by_reading() -> dict[str, str]:
    common = (
        "一以意异易医依义亿性型形行兴星醒姓腥病并兵饼丙屏肿种重中终钟症证正政整郑炎言研延盐岩颜眼验骨古谷股鼓固故估关官管观馆贯宫公工共攻功弓"
        "脑恼闹瘤留流刘柳六溃愧馈亏窥胃位为未味卫围维肝干感敢甘杆肺费废飞非肥肾甚慎深身审神心新欣辛芯血学雪穴管冠贯道到导倒刀岛腔枪墙强抢膜模磨摸末"
        "节结洁界解姐街接截息西吸稀细系希膝除出初处厨楚触后厚候侯术树数束竖输书镜静净竟境井经惊精京颈切且窃茄复付负父附富妇副"
    )
    groups: dict[str, str] = {}
    for char in dict.fromkeys(common):
        reading = readings().of(char)[0]
        groups[reading] = groups.get(reading, "") + char
    return groups


def _alike(char: str) -> str:
    """Common characters read like this one."""
    return _by_reading().get(readings().of(char)[0], "")
