"""Recognises the header of a published weight table: which column is what, in which row the data begin, what unit and year it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Texts = Sequence[str]

CODE = "code"
FIGURES = {
    "weight": "权重",
    "points": "基准点数",
    "mean_fee": "例均费用",
    "mean_los": "平均住院日",
    "rate": "费率",
    "rate_employee": "职工费率",
    "rate_resident": "居民费率",
}
"""The columns that hold figures, with their Chinese labels."""
LABELS = {CODE: "组编码", "name": "组名称", **FIGURES, "year": "年度"}
TEN_THOUSAND = "万元"

_HEADERS = {
    CODE: (
        *(
            f"{group}{code}"
            for group in ("drg", "drgs", "drg组", "病组", "分组", "组")
            for code in ("编码", "代码", "编号")
        ),
        "drg组",
        "drgs",
        "drg",
        "编码",
        "代码",
        "code",
    ),
    "name": ("drg名称", "drg组名称", "病组名称", "分组名称", "组名称", "组名", "名称", "name"),
    "weight": ("权重", "基准权重", "相对权重", "权重值", "权重系数", "rw值", "rw", "weight"),
    "points": ("基准点数", "点数", "病组点数", "点数值", "基准分值", "分值", "points"),
    "mean_fee": (
        *(
            f"{mean}{what}费用"
            for mean in ("例均", "次均", "平均")
            for what in ("", "总", "医疗", "住院", "医疗总", "住院总")
        ),
        "均次费用",
        "标杆费用",
        "均费",
        "mean_fee",
    ),
    "mean_los": (
        *(f"{mean}住院{day}" for mean in ("平均", "例均") for day in ("日", "日数", "天数", "时间")),
        "mean_los",
    ),
    "rate": ("费率", "每权重金额", "每权重费用", "单位权重金额", "rate"),
    "rate_employee": ("职工费率",),
    "rate_resident": ("居民费率",),
    "year": ("年度", "年份", "year"),
}
_INSURANCES = {"职工": "rate_employee", "居民": "rate_resident"}
_COARSER = re.compile(r"(mdc|adrg)")
"""Headers of the levels above a DRG: ``ADRG编码`` ends like ``DRG编码`` and is not it."""
_ROWS_TRIED = 20
_ROWS_JOINED = 3
_YEAR = re.compile(r"(20\d\d)")
_PARENTHESES = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One table on a sheet (some sheets print two side by side): column numbers and headers by what they are; ``rivals`` are headers
    that might as well have been taken.
    """

    columns: Mapping[str, int]
    headers: Mapping[str, str]
    rivals: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the data of a sheet begin (0-based), its blocks, ``scale`` to turn fees into yuan, and the year it says it is of."""

    first_row: int
    blocks: tuple[Block, ...]
    scale: Decimal
    year: str


def find_layout(
    rows: Sequence[Texts], fallback_year: str = "", prefer: Collection[str] = ()
) -> Layout | None:
    """The header: the row, or rows under merged headings, that name the most columns. ``prefer`` are headers to take where several
    would do.

    Of several the earliest counts, for long tables repeat their header; and fewer rows before more.
    """
    top = rows[: _ROWS_TRIED + _ROWS_JOINED - 1]
    tried: list[Layout] = []
    for height in range(1, _ROWS_JOINED + 1):
        for at in range(min(len(top) - height + 1, _ROWS_TRIED)):
            above = " ".join(text for row in top[:at] for text in row)
            found = _layout(at + height, _joined(top[at : at + height]), above, fallback_year, prefer)
            if found is not None:
                tried.append(found)
    return max(tried, key=lambda one: (len(one.blocks[0].columns), -one.first_row), default=None)


def recognise(header: str) -> str:
    """What a header names: the longest known name it is, or ends with ("" for none). Units in parentheses do not count."""
    bare = _PARENTHESES.sub("", header).lower()
    best, length = "", 0
    for what, names in _HEADERS.items():
        for name in names:
            if len(name) > length and (bare == name or (not name.isascii() and bare.endswith(name))):
                best, length = what, len(name)
    if best == "rate":
        return _rate_of(bare)
    return "" if best in (CODE, "name") and _COARSER.match(bare) else best


def _rate_of(header: str) -> str:
    """Whose rate a header names: ``城镇职工医保费率`` is that of one insurance alone."""
    named = [what for word, what in _INSURANCES.items() if word in header]
    return named[0] if len(named) == 1 else "rate"


def is_header(texts: Texts) -> bool:
    """Whether a row repeats the header, as tables printed over several pages do."""
    return sum(1 for text in texts if recognise(text)) >= 2


def year_in(text: str) -> str:
    """The last year named in a text ("" for none)."""
    found = _YEAR.findall(text)
    return max(found) if found else ""


def cell_text(cell: object) -> str:
    """A cell as comparable text: half-width, no blanks or line breaks; whole numbers without ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "".join(unicodedata.normalize("NFKC", str(cell)).split())


def _layout(
    first_row: int, headers: Texts, above: str, fallback_year: str, prefer: Collection[str]
) -> Layout | None:
    blocks = tuple(block for span in _spans(headers) if (block := _block(headers, *span, prefer)))
    if not blocks:
        return None
    named = [text for block in blocks for text in block.headers.values()]
    fee = "".join(block.headers.get("mean_fee", "") for block in blocks)
    in_title = TEN_THOUSAND in above and "元" not in fee
    year = max(map(year_in, named)) or year_in(above) or fallback_year
    scale = Decimal(10_000) if TEN_THOUSAND in fee or in_title else Decimal(1)
    return Layout(first_row, blocks, scale, year)


def _spans(headers: Texts) -> Iterator[tuple[int, int]]:
    """The columns of each table: one, unless the very same code header stands several times side by side."""
    codes = [at for at, header in enumerate(headers) if recognise(header) == CODE]
    starts = [at for at in codes if headers[at] == headers[codes[0]]] if codes else []
    if len(starts) < 2:
        yield 0, len(headers)
        return
    yield from zip([0, *starts[1:]], [*starts[1:], len(headers)], strict=True)


def _block(headers: Texts, start: int, end: int, prefer: Collection[str]) -> Block | None:
    columns: dict[str, int] = {}
    rivals: dict[str, Sequence[str]] = {}
    known = {at: recognise(headers[at]) for at in range(start, end)}
    for what in _HEADERS:
        matching = [at for at, found in known.items() if found == what]
        if not matching:
            continue
        wanted = [at for at in matching if headers[at] in prefer]
        chosen = max(
            wanted or matching, key=lambda at: (year_in(headers[at]), _exactness(what, headers[at]), -at)
        )
        columns[what] = chosen
        same_year = [at for at in matching if year_in(headers[at]) == year_in(headers[chosen])]
        if what in FIGURES and len(same_year) > 1 and _exactness(what, headers[chosen]) < 2:
            rivals[what] = [headers[at] for at in same_year]
    if CODE not in columns or not any(value in columns for value in FIGURES):
        return None
    return Block(columns, {what: headers[at] for what, at in columns.items()}, rivals)


def _exactness(what: str, header: str) -> int:
    """2 for a known name as it is, 1 for one that merely ends so (``三级权重``)."""
    return (
        2 if _YEAR.sub("", _PARENTHESES.sub("", header).lower()).removeprefix("年") in _HEADERS[what] else 1
    )


def _joined(rows: Sequence[Texts]) -> list[str]:
    """Header rows as one: a heading merged across columns stands in its first cell only and is carried to the right."""
    joined = list(rows[0])
    for below in rows[1:]:
        carried, merged = "", []
        for at in range(max(len(joined), len(below))):
            above = joined[at] if at < len(joined) else ""
            under = below[at] if at < len(below) else ""
            carried = above or carried
            merged.append(carried + under if under else above)
        joined = merged
    return joined
