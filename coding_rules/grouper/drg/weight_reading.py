"""Recognises local weight tables as cities publish them: columns by header, several sheets, merged headers, note rows between."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise

from coding_rules.grouper.drg.weight_table import GroupWeight, WeightIssue, WeightReport, WeightTable

Row = Sequence[object]

_HEADERS = {
    "code": (
        "drg编码",
        "drg代码",
        "drg组编码",
        "drg组代码",
        "病组编码",
        "病组代码",
        "分组编码",
        "分组代码",
        "组编码",
        "drg组",
        "drg",
        "编码",
    ),
    "name": ("drg名称", "drg组名称", "病组名称", "分组名称", "组名称", "名称", "name"),
    "weight": ("权重", "基准权重", "相对权重", "权重值", "rw", "weight"),
    "points": ("基准点数", "点数", "病组点数", "基准分值", "分值", "points"),
    "mean_fee": ("例均费用", "次均费用", "均次费用", "平均费用", "平均住院费用", "mean_fee"),
    "mean_los": ("平均住院日", "平均住院天数", "例均住院日", "例均住院天数", "mean_los"),
    "rate": ("费率", "rate"),
    "year": ("年度", "年份", "year"),
}
_VALUES = ("weight", "points", "mean_fee", "mean_los", "rate")
_LABELS = {
    "weight": "权重",
    "points": "基准点数",
    "mean_fee": "例均费用",
    "mean_los": "平均住院日",
    "rate": "费率",
}
_HEADER_ROWS_TRIED = 20
_GROUP_CODE = re.compile(r"[A-Z0-9][A-Z0-9.+-]{1,9}")
_YEAR = re.compile(r"(20\d\d)")
_PARENTHESES = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the data of a sheet begins, and which column is what; ``scale`` turns a fee cell into yuan."""

    first_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    scale: Decimal
    year: str


def read_weights(name: str, sheets: Iterable[tuple[str, Sequence[Row]]]) -> WeightTable | None:
    """The weight table in the sheets (name, rows of cells); ``None`` when no sheet has a group code and a figure column.

    Fees are in yuan unless the header says 万元. A code that stands twice keeps its latest year, else its first row.
    """
    reader = _Reader()
    for sheet, rows in sheets:
        reader.read(sheet, rows)
    if not reader.columns:
        return None
    return WeightTable(
        name, reader.rows, report=WeightReport(reader.columns, tuple(reader.notes), tuple(reader.issues))
    )


class _Reader:
    def __init__(self) -> None:
        self.rows: dict[str, GroupWeight] = {}
        self.columns: dict[str, Mapping[str, str]] = {}
        self.notes: list[tuple[str, int, str]] = []
        self.issues: list[WeightIssue] = []

    def read(self, sheet: str, rows: Sequence[Row]) -> None:
        layout = _find_layout(rows)
        if layout is None:
            return
        self.columns[sheet] = layout.headers
        for number, row in enumerate(rows[layout.first_row :], start=layout.first_row + 1):
            texts = [_text(cell) for cell in row]
            if any(texts):
                self._row(sheet, number, texts, layout)

    def _row(self, sheet: str, number: int, texts: Sequence[str], layout: _Layout) -> None:
        def cell(column: str) -> str:
            at = layout.columns.get(column, -1)
            return texts[at] if 0 <= at < len(texts) else ""

        code = cell("code").upper()
        if not _GROUP_CODE.fullmatch(code) or _is_header(texts):
            self.notes.append((sheet, number, " ".join(filter(None, texts))))
            return
        figures = {column: self._figure(sheet, number, column, cell(column)) for column in _VALUES}
        fee = figures["mean_fee"]
        weight = GroupWeight(
            code=code,
            name=cell("name"),
            weight=figures["weight"],
            points=figures["points"],
            mean_fee=None
            if fee is None
            else int((fee * layout.scale * 100).quantize(Decimal(1), ROUND_HALF_UP)),
            mean_los=figures["mean_los"],
            rate=figures["rate"],
            year=_year(cell("year")) or layout.year,
            sheet=sheet,
            row=number,
        )
        self._keep(weight)

    def _figure(self, sheet: str, number: int, column: str, text: str) -> Decimal | None:
        if text in ("", "-", "—", "/"):
            return None
        try:
            value = Decimal(text.replace(",", ""))
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_finite() and value >= 0:
            return value
        self.issues.append(WeightIssue(sheet, number, _LABELS[column], f"“{text}”不是数字，按没有处理"))
        return None

    def _keep(self, weight: GroupWeight) -> None:
        known = self.rows.get(weight.code)
        if known is None or weight.year > known.year:
            self.rows[weight.code] = weight
        elif weight.year == known.year:
            message = f"{weight.code} 在 {known.source} 已出现，以先出现的为准"
            self.issues.append(WeightIssue(weight.sheet, weight.row, "", message))


def _find_layout(rows: Sequence[Row]) -> _Layout | None:
    """The header: the row, or pair of rows under merged headings, that names the most columns.

    Of several the earliest counts, for long tables repeat their header; and a single row before a pair.
    """
    texts = [[_text(cell) for cell in row] for row in rows[: _HEADER_ROWS_TRIED + 1]]
    singles = [_layout(at + 1, row) for at, row in enumerate(texts)]
    pairs = [_layout(at + 2, _joined(*pair)) for at, pair in enumerate(pairwise(texts))]
    found = [layout for layout in (*singles, *pairs) if layout is not None]
    return max(found, key=lambda layout: (len(layout.columns), -layout.first_row), default=None)


def _layout(first_row: int, headers: Sequence[str]) -> _Layout | None:
    columns: dict[str, int] = {}
    for what in _HEADERS:
        matching = [at for at, header in enumerate(headers) if _recognise(header) == what]
        if matching:
            columns[what] = max(matching, key=lambda at: (_year(headers[at]), -at))
    if "code" not in columns or not any(value in columns for value in _VALUES):
        return None
    fee = headers[columns["mean_fee"]] if "mean_fee" in columns else ""
    years = [_year(headers[columns[value]]) for value in _VALUES if value in columns]
    return _Layout(
        first_row,
        columns,
        {what: headers[at] for what, at in columns.items()},
        Decimal(10_000) if "万元" in fee else Decimal(1),
        max(years),
    )


def _recognise(header: str) -> str:
    """What a header names: the longest known name it is, or ends with ("" for none). Units in parentheses do not count."""
    bare = _PARENTHESES.sub("", header).lower()
    best, length = "", 0
    for what, names in _HEADERS.items():
        for name in names:
            if len(name) > length and (bare == name or (not name.isascii() and bare.endswith(name))):
                best, length = what, len(name)
    return best


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two header rows as one: a heading merged across columns stands in its first cell only and is carried to the right."""
    carried, joined = "", []
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        carried = above or carried
        joined.append(carried + below if below else above)
    return joined


def _is_header(texts: Sequence[str]) -> bool:
    """Whether a row repeats the header, as tables printed over several pages do."""
    return sum(1 for text in texts if _recognise(text)) >= 2


def _year(text: str) -> str:
    found = _YEAR.search(text)
    return found.group(1) if found else ""


def _text(cell: object) -> str:
    """A cell as comparable text: half-width, no blanks or line breaks; whole numbers without ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "".join(unicodedata.normalize("NFKC", str(cell)).split())
