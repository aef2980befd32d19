"""Published tables and crosswalks -> entries and a report of what was read and what was refused, and why.

Pure: rows of cells in, values out. Codes are kept as published, only trimmed; what looks wrong is kept and reported,
because membership in the published table beats our idea of syntax.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from icd_tables.codes import Kind, normalize_code
from icd_tables.crosswalk import CrosswalkRow
from icd_tables.layout import Role, TableLayout, cell_text, code_kind
from icd_tables.repairs import repaired
from icd_tables.table import CodeEntry

_SEPARATORS = re.compile(r"[|;；、\n]+")
_YES = frozenset({"1", "是", "Y", "YES", "TRUE", "√", "✓", "不作主诊", "灰码"})
_LOST_CHARACTER = re.compile("[?\ufffd]")
_STRICT = {
    Kind.DIAGNOSIS: re.compile(
        r"[A-Z]\d{2}(\.[0-9x]\d{0,2}(x\d{2,3})?)?(\+([A-Z]\d{2}(\.\d{1,3})?\*?)?)?(M\d{5}/\d)?"
    ),
    Kind.PROCEDURE: re.compile(r"\d{2}\.[0-9x]{2,3}[0-9A-Z]{0,3}(x\d{3,4})?"),
}
"""Shapes that all but a handful of the published codes follow; a code outside is kept and mentioned."""


@dataclass(frozen=True, slots=True)
class TableIssue:
    """One remark about one row: 1-based row, column header, the value, the reason, and whether the row was refused."""

    row: int
    column: str
    value: str
    reason: str
    refused: bool = True


@dataclass(frozen=True, slots=True)
class TableReport:
    """What became of the rows below the header. ``rows`` = ``accepted`` + ``refused`` (blank rows are not counted)."""

    rows: int = 0
    accepted: int = 0
    refused: int = 0
    damaged: int = 0
    issues: tuple[TableIssue, ...] = ()


@dataclass(frozen=True)
class TableContent:
    """What a sheet held. A crosswalk fills ``pairs``, and ``entries`` with its left (国临版) codes, each once."""

    layout: TableLayout
    entries: tuple[CodeEntry, ...]
    pairs: tuple[CrosswalkRow, ...]
    report: TableReport


@dataclass
class _Reading:
    """Working state of one import."""

    layout: TableLayout
    entries: list[CodeEntry] = field(default_factory=list)
    pairs: list[CrosswalkRow] = field(default_factory=list)
    issues: list[TableIssue] = field(default_factory=list)
    first_row: dict[str, CodeEntry] = field(default_factory=dict)
    seen_pairs: set[tuple[str, str]] = field(default_factory=set)
    rows: int = 0
    refused: int = 0

    def column(self, role: Role) -> str:
        """The header of a role's column, or the role itself where the sheet has no header."""
        return self.layout.headers[self.layout.columns[role]] or role.value

    def refuse(self, row: int, role: Role, value: str, reason: str) -> None:
        self.refused += 1
        self.issues.append(TableIssue(row, self.column(role), value, reason))

    def remark(self, row: int, role: Role, value: str, reason: str) -> None:
        self.issues.append(TableIssue(row, self.column(role), value, reason, refused=False))


def read_table(rows: Sequence[Sequence[object]], layout: TableLayout) -> TableContent:
    """Read all rows below the header. Never raises for a bad row: it ends in the report."""
    reading = _Reading(layout)
    for index in range(layout.header_row + 1, len(rows)):
        cells = rows[index]
        if any(cell_text(cell) for cell in cells):
            reading.rows += 1
            _read_row(reading, cells, index + 1)
    report = TableReport(
        rows=reading.rows,
        accepted=reading.rows - reading.refused,
        refused=reading.refused,
        damaged=sum(entry.damaged for entry in reading.entries),
        issues=tuple(reading.issues),
    )
    return TableContent(layout, tuple(reading.entries), tuple(reading.pairs), report)


def _read_row(reading: _Reading, cells: Sequence[object], row: int) -> None:
    code, name = _cell(reading, cells, Role.CODE), _cell(reading, cells, Role.NAME)
    if Role.SECOND_CODE in reading.layout.columns:
        code = _joined(code, _cell(reading, cells, Role.SECOND_CODE))
    if not code:
        reading.refuse(row, Role.CODE, name, "没有编码")
        return
    if not name:
        reading.refuse(row, Role.NAME, code, "没有名称")
        return
    if code_kind(code) is None and not code[0].isalnum():
        reading.refuse(row, Role.CODE, code, "不是编码")
        return
    if reading.layout.is_crosswalk:
        _read_pair(reading, cells, row, code, name)
    else:
        _read_entry(reading, cells, row, code, name)


def _read_entry(reading: _Reading, cells: Sequence[object], row: int, code: str, name: str) -> None:
    earlier = reading.first_row.get(normalize_code(code))
    if earlier is not None:
        same = "编码和名称都" if earlier.name == name else f"名称不同（“{earlier.name}”），编码"
        reading.refuse(row, Role.CODE, code, f"与第 {earlier.row} 行重复：{same}相同，保留先出现的一行")
        return
    _mention_shape(reading, cells, row, code)
    _add(reading, _entry(reading, cells, row, code, name))


def _read_pair(reading: _Reading, cells: Sequence[object], row: int, code: str, name: str) -> None:
    """A crosswalk row. Its left side enters the 国临版 table even when there is nothing to map to."""
    key = normalize_code(code)
    earlier = reading.first_row.get(key)
    if earlier is None:
        _mention_shape(reading, cells, row, code)
        _add(reading, _entry(reading, cells, row, code, name))
    elif earlier.name != name:
        reading.remark(
            row, Role.NAME, name, f"同一编码在第 {earlier.row} 行的名称是“{earlier.name}”，以先出现的为准"
        )
    target, target_name = _cell(reading, cells, Role.TARGET_CODE), _cell(reading, cells, Role.TARGET_NAME)
    if code_kind(target) is None and (not target or not target[0].isalnum() or not target.isascii()):
        reading.refuse(row, Role.TARGET_CODE, target or code, "没有对应的医保版编码")
        return
    pair = (key, normalize_code(target))
    if pair in reading.seen_pairs:
        reading.refuse(row, Role.CODE, code, "与前面的行重复：同一对编码")
        return
    reading.seen_pairs.add(pair)
    reading.pairs.append(CrosswalkRow(code, name, target, target_name, row))


def _entry(reading: _Reading, cells: Sequence[object], row: int, code: str, name: str) -> CodeEntry:
    entry = CodeEntry(
        code=code,
        name=name,
        aliases=_split(_cell(reading, cells, Role.ALIASES)),
        keys=tuple(
            text for col in reading.layout.keys if col < len(cells) and (text := cell_text(cells[col]))
        ),
        category=_cell(reading, cells, Role.CATEGORY),
        not_principal=_cell(reading, cells, Role.NOT_PRINCIPAL).upper() in _YES,
        valid_from=_date(reading, cells, row, Role.VALID_FROM),
        valid_to=_date(reading, cells, row, Role.VALID_TO),
        damaged=bool(_LOST_CHARACTER.search(name)),
        row=row,
    )
    if not entry.damaged:
        return entry
    known = repaired(entry, reading.layout.kind)
    told = f"，已按本程序的修复表补为“{known.name}”" if known.name != name else "，按原样保留并标记"
    reading.remark(row, Role.NAME, name, f"名称中有丢失的生僻字（“?”）{told}")
    return known


def _add(reading: _Reading, entry: CodeEntry) -> None:
    reading.first_row[normalize_code(entry.code)] = entry
    reading.entries.append(entry)


def _mention_shape(reading: _Reading, cells: Sequence[object], row: int, code: str) -> None:
    if isinstance(cells[reading.layout.columns[Role.CODE]], int | float):
        reading.remark(row, Role.CODE, code, "编码单元格是数字，前导零或末尾零可能已被表格软件去掉")
    elif not _STRICT[reading.layout.kind].fullmatch(normalize_code(code)):
        reading.remark(row, Role.CODE, code, "编码书写不合一般格式，按原样保留")


def _cell(reading: _Reading, cells: Sequence[object], role: Role) -> str:
    col = reading.layout.columns.get(role, -1)
    return cell_text(cells[col]) if 0 <= col < len(cells) else ""


def _joined(code: str, additional: str) -> str:
    """Main and additional code of the official two-column form as one compound: ``A01.002+`` ``G01*``."""
    if not code or not additional:
        return code
    return f"{code.rstrip('+')}+{additional}"


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())


def _date(reading: _Reading, cells: Sequence[object], row: int, role: Role) -> date | None:
    col = reading.layout.columns.get(role, -1)
    value = cells[col] if 0 <= col < len(cells) else None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    if not text:
        return None
    digits = re.findall(r"\d+", text)
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    try:
        year, month, day = (int(part) for part in digits[:3])
        return date(year, month, day)
    except ValueError:
        reading.remark(row, role, text, "日期无法识别，未采用")
        return None
