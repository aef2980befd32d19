"""Reads local weight tables as cities publish them: columns by header, several sheets, merged headers, note rows between."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from statistics import median

from coding_rules.grouper.drg.weight_layout import (
    FIGURES,
    LABELS,
    TEN_THOUSAND,
    Block,
    Layout,
    cell_text,
    find_layout,
    is_header,
    year_in,
)
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightIssue, WeightReport, WeightTable

Row = Sequence[object]

_GROUP_CODE = re.compile(r"[A-Z0-9][A-Z0-9.+-]{1,9}")
_CODE_AND_NAME = re.compile(r"([A-Z][A-Z0-9]{2,5})[-:、.]?(?=[\u4e00-\u9fff])")
"""A cell that holds code and name at once: ``FR21 急性心肌梗死``."""
_FIGURE = re.compile(r"([+-]?[\d,]*\.?\d+(?:E[+-]?\d+)?)(万元|元|天|日|点|分)?", re.IGNORECASE)
_NONE = {"", "-", "—", "--", "/", "无"}
_LOWEST_MEAN_FEE = 30_000
"""分. A median of mean fees below this is no fee of a hospital stay: the unit is probably another."""


def read_weights(
    name: str, sheets: Iterable[tuple[str, Sequence[Row]]], prefer: Collection[str] = ()
) -> WeightTable | None:
    """The weight table in the sheets (name, rows of cells); ``None`` when no sheet has a group code and a figure column.

    Fees are in yuan unless header, title or cell says 万元. A code that stands twice keeps its latest year, else its first row.
    ``prefer`` are headers to take where several columns would do.
    """
    reader = _Reader(year_in(name), prefer)
    for sheet, rows in sheets:
        reader.read(sheet, [[cell_text(cell) for cell in row] for row in rows])
    if not reader.columns:
        return None
    return WeightTable(name, reader.rows, report=reader.report())


class _Reader:
    def __init__(self, fallback_year: str, prefer: Collection[str]) -> None:
        self.rows: dict[str, GroupWeight] = {}
        self.columns: dict[str, Mapping[str, str]] = {}
        self._fallback_year = fallback_year
        self._prefer = prefer
        self._rivals: dict[str, tuple[str, ...]] = {}
        self._notes: list[tuple[str, int, str]] = []
        self._issues: list[WeightIssue] = []

    def report(self) -> WeightReport:
        """How it was read."""
        fees = [row.mean_fee for row in self.rows.values() if row.mean_fee]
        if fees and median(fees) < _LOWEST_MEAN_FEE:
            sheet = next(row.sheet for row in self.rows.values() if row.mean_fee)
            told = (
                f"例均费用的中位数只有 {median(fees) / 100:,.2f} 元，单位可能是万元：请在表头写明单位后再读入"
            )
            self._issues.append(WeightIssue(sheet, 0, FIGURES["mean_fee"], told))
        return WeightReport(self.columns, tuple(self._notes), tuple(self._issues), self._rivals)

    def read(self, sheet: str, rows: Sequence[Sequence[str]]) -> None:
        layout = find_layout(rows, year_in(sheet) or self._fallback_year, self._prefer)
        if layout is None:
            for number, texts in enumerate(rows, start=1):
                self._note(sheet, number, texts)
            return
        self._name_columns(sheet, layout)
        for number, texts in enumerate(rows[: layout.first_row], start=1):
            if not is_header(texts):
                self._note(sheet, number, texts)
        for number, texts in enumerate(rows[layout.first_row :], start=layout.first_row + 1):
            blocks = () if is_header(texts) else layout.blocks
            taken = [self._row(sheet, number, texts, layout, block) for block in blocks]
            if not any(taken):
                self._note(sheet, number, texts)

    def _name_columns(self, sheet: str, layout: Layout) -> None:
        block = layout.blocks[0]
        self.columns[sheet] = block.headers
        for what, headers in block.rivals.items():
            self._rivals.setdefault(what, tuple(headers))
            if block.headers[what] in self._prefer:
                continue
            named = "”“".join(headers)
            told = f"“{named}”都像{LABELS[what]}，用了“{block.headers[what]}”；不对的话，读入时另选一列"
            self._issues.append(WeightIssue(sheet, layout.first_row, LABELS[what], told))

    def _note(self, sheet: str, number: int, texts: Sequence[str]) -> None:
        if any(texts):
            self._notes.append((sheet, number, " ".join(filter(None, texts))))

    def _row(self, sheet: str, number: int, texts: Sequence[str], layout: Layout, block: Block) -> bool:
        """Take one row of one block; whether it is a row of a group."""

        def cell(column: str) -> str:
            at = block.columns.get(column, -1)
            return texts[at] if 0 <= at < len(texts) else ""

        code, name = cell("code").upper(), cell("name")
        both = _CODE_AND_NAME.match(code)
        if both is not None:
            code, name = both.group(1), name or code[both.end() :]
        if not _GROUP_CODE.fullmatch(code):
            return False
        figures = {column: self._figure(sheet, number, column, cell(column)) for column in FIGURES}
        fee = figures["mean_fee"]
        per = Decimal(10_000) if TEN_THOUSAND in cell("mean_fee") else layout.scale
        weight = GroupWeight(
            code=code,
            name=name,
            weight=figures["weight"],
            points=figures["points"],
            mean_fee=None if fee is None else int((fee * per * 100).quantize(Decimal(1), ROUND_HALF_UP)),
            mean_los=figures["mean_los"],
            rate=figures["rate"],
            rate_employee=figures["rate_employee"],
            rate_resident=figures["rate_resident"],
            year=year_in(cell("year")) or layout.year,
            sheet=sheet,
            row=number,
        )
        self._keep(weight)
        return True

    def _figure(self, sheet: str, number: int, column: str, text: str) -> Decimal | None:
        if text in _NONE:
            return None
        value = _decimal(text)
        if value is not None and value >= 0:
            return value
        wrong = "不是数字" if value is None else "是负数"
        self._issues.append(WeightIssue(sheet, number, FIGURES[column], f"“{text}”{wrong}，按没有处理"))
        return None

    def _keep(self, weight: GroupWeight) -> None:
        known = self.rows.get(weight.code)
        if known is None or weight.year > known.year:
            self.rows[weight.code] = weight
        elif weight.year == known.year:
            self._issues.append(WeightIssue(weight.sheet, weight.row, "", _twice(known, weight)))


def _decimal(text: str) -> Decimal | None:
    """A figure as published: thousands separators, a unit behind; ``None`` when it is none."""
    found = _FIGURE.fullmatch(text)
    try:
        return Decimal(found.group(1).replace(",", "")) if found else None
    except InvalidOperation:
        return None


def _twice(known: GroupWeight, weight: GroupWeight) -> str:
    differing = [
        f"{label} {'无' if before is None else before} 与 {'无' if after is None else after} 不同"
        for label, before, after in (
            ("权重", known.weight, weight.weight),
            ("点数", known.points, weight.points),
            ("例均费用", _yuan(known), _yuan(weight)),
        )
        if before != after
    ]
    same = replace(weight, sheet=known.sheet, row=known.row, name=known.name) == known
    how = "，".join(differing) or ("内容相同" if same else "其余内容不同")
    return f"{weight.code} 在 {known.source} 已出现（{how}），以先出现的为准"


def _yuan(row: GroupWeight) -> str | None:
    return None if row.mean_fee is None else f"{row.mean_fee / 100:,.2f}"
