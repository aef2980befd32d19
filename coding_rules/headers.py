"""Column headers as files write them -> canonical field ids (``coding_rules.fields``).

Covers the interfaces hospitals export (N041 with its spelling variants, HQMS, the older HQMS "P" ids, the "AAA" ids as
far as they are published) and the Chinese headers of in-house tables. Pure text work; which of several readings
holds for a whole file is decided by the reader that sees all headers together.
Source: interface specifications and exports of several vendors; the P ids follow a vendor's published table layout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from coding_rules.fields import MOST_LINES
from coding_rules.header_names import WEAK_NAMES, fold_header, known_headers

_ID = r"[A-Z]{1,3}\d{2,3}(?:X\d{2})?[A-Z]?"
_ID_BESIDE_NAME = re.compile(rf"({_ID})[^A-Z0-9].*|.*?[^A-Z]({_ID})")
"""An interface's id and its name in one folded header: 病案号(A48), A48 病案号."""


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """What a header says.

    ``field`` is a canonical id, or a family (``JBDM``, ``SSJCZBM``) when ``numbered``; then ``line`` is the number the header
    gives (``None``: none given, the file repeats the header) and ``shift`` what to add to reach the form line.
    ``open`` marks headers like 诊断编码1 that may count from the principal line or from the first other one; ``weak`` marks
    names that stand for the field only when no better column does (住院号 for 病案号).
    """

    field: str
    numbered: bool = False
    line: int | None = None
    shift: int = 0
    open: bool = False
    weak: bool = False


def match_header(header: str) -> HeaderMatch | None:
    """What a header means, or ``None`` when we do not know it."""
    plain = fold_header(header)
    if not plain:
        return None
    table = known_headers()
    for spelling in (plain, plain.removesuffix("元"), plain.lstrip("0123456789")):
        if spelling in table:
            return HeaderMatch(table[spelling])
    if plain in WEAK_NAMES:
        return HeaderMatch(WEAK_NAMES[plain], weak=True)
    beside = _ID_BESIDE_NAME.fullmatch(plain)
    if beside and (field := table.get(beside[1] or beside[2])):
        return HeaderMatch(field)
    return _numbered(plain)


def _numbered(plain: str) -> HeaderMatch | None:
    text = re.sub(r"ICD(?:10|9(?:CM3?)?)?(?:编码|码)?", "编码", plain)
    text = re.sub(r"(?<=诊断|手术|操作)[一二三四五六七八九十]+", _arabic, text)
    digits = re.search(r"\d+", text)
    line = int(digits[0]) if digits else None
    rest = text if digits is None else text[: digits.start()] + text[digits.end() :]
    known = _families().get(rest)
    if known is None or (line is not None and not 0 < line <= MOST_LINES):
        return None
    family, shift, is_open = known
    return HeaderMatch(family, True, line, shift, is_open)


def _arabic(match: re.Match[str]) -> str:
    text = match[0]
    units = "零一二三四五六七八九"
    if "十" not in text:
        return "".join(str(units.index(char)) for char in text)
    tens, _, ones = text.partition("十")
    return str((units.index(tens) if tens else 1) * 10 + (units.index(ones) if ones else 0))


@cache
def _families() -> dict[str, tuple[str, int, bool]]:
    """Folded header without its number -> (family, shift, open)."""
    table: dict[str, tuple[str, int, bool]] = {}
    roles = {"JBDM": ("编码", "疾病编码"), "QTZD": ("", "名称"), "RYBQ": ("入院病情",), "CYQK": ("出院情况",)}
    others = ("其他诊断", "出院其他诊断", "次要诊断", "其他西医诊断", "西医其他诊断", "出院西医其他诊断")
    for family, words in roles.items():
        for word in words:
            table |= {prefix + word: (family, 0, False) for prefix in others}
            if word:
                table |= {prefix + word: (family, 0, True) for prefix in ("诊断", "出院诊断")}
    table |= {
        "疾病编码": ("JBDM", 0, False),
        "入院病情": ("RYBQ", 0, False),
        "出院情况": ("CYQK", 0, False),
        "诊断": ("QTZD", 0, True),
    }
    for prefix in ("手术", "手术操作", "手术及操作", "手术与操作", "操作"):
        for family, words in _PROCEDURE_ROLES.items():
            for word in words:
                table[prefix + word] = (family, 0, True)
                table["其他" + prefix + word] = (family, 1, False)
    for family, words in _BARE_PROCEDURE_ROLES.items():
        table |= dict.fromkeys(words, (family, 0, True))
    return table


_PROCEDURE_ROLES: dict[str, tuple[str, ...]] = {
    "SSJCZBM": ("编码",),
    "SSJCZMC": ("", "名称"),
    "SSJCZRQ": ("日期", "时间", "开始时间", "日期时间"),
    "SSJB": ("级别", "等级"),
    "SZ": ("术者", "医师", "主刀", "者"),
    "YZ": ("I助", "一助", "第一助手"),
    "EZ": ("II助", "二助", "第二助手"),
    "QKDJ": ("切口等级", "切口类别"),
    "QKYHLB": ("切口愈合类别", "愈合类别"),
    "QKYHDJ": ("切口愈合等级", "切口愈合", "愈合等级"),
    "MZFS": ("麻醉方式", "麻醉方法"),
    "MZYS": ("麻醉医师",),
}
_BARE_PROCEDURE_ROLES: dict[str, tuple[str, ...]] = {
    "SZ": ("术者", "主刀医师"),
    "YZ": ("I助", "一助"),
    "EZ": ("II助", "二助"),
    "QKDJ": ("切口等级",),
    "QKYHLB": ("切口愈合类别", "愈合类别"),
    "QKYHDJ": ("切口愈合等级", "愈合等级"),
    "MZFS": ("麻醉方式",),
    "MZYS": ("麻醉医师",),
}
