"""The hospital dictionary as a workbook: exported for other hospitals and for reading, imported with a report of every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import UserError
from app.export.cells import Column, Sheet, Style, new_workbook
from app.files import safe_write
from app.matching.dictionary_undo import Undo
from app.matching.headed_rows import headed_rows
from app.matching.memory import HospitalDictionary
from app.progress import Progress
from coding_rules.values import parse_moment
from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed
from icd_tables.normalize import surface

_COLUMNS = (
    Column("类别", 10),
    Column("原始文本", 40),
    Column("编码", 18),
    Column("名称", 40),
    Column("次数", 8, Style.COUNT),
    Column("确认人", 14),
    Column("最近确认时间", 20, Style.TIME),
    Column("同一文本的其他编码", 30),
)
_HEADINGS = {
    "kind": ("类别", "类型", "kind"),
    "text": ("原始文本", "原始词", "文本", "诊断文本", "临床名称", "院内名称", "text"),
    "code": ("编码", "标准编码", "code"),
    "name": ("名称", "标准名称", "标准词", "name"),
    "count": ("次数", "使用次数", "频次", "count"),
    "who": ("确认人", "编码员", "who"),
    "when": ("最近确认时间", "确认时间", "时间", "when"),
}


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row that was not taken: 1-based row as a spreadsheet shows it, column heading, and why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class DictionaryImport:
    """What an import did: rows taken, the others, and how to undo it."""

    taken: int
    issues: tuple[RowIssue, ...]
    undo: Undo


def export_dictionary(dictionary: HospitalDictionary, path: Path, progress: Progress | None = None) -> int:
    """Write everything remembered, a row for each text and code, and return the number of rows.

    Raises:
        UserError: the file cannot be written.
        Cancelled: the user stopped it; a file that was there before stays.
    """
    progress, total = progress or Progress(), len(dictionary)
    rows = 0
    with safe_write(path) as temporary, new_workbook(temporary, "本院词典") as book:
        sheet = Sheet(book, "本院词典", [column.width for column in _COLUMNS])
        sheet.keep_in_sight(1, 2)
        sheet.write_header(_COLUMNS)
        for kind in Kind:
            others = _other_codes(dictionary, kind)
            for pair in dictionary.memory(kind):
                rest = "、".join(sorted(others.get(surface(pair.text), set()) - {pair.code}))
                values = (kind.label, pair.text, pair.code, pair.name, pair.count, pair.who, pair.when, rest)
                sheet.write_record(_COLUMNS, values)
                rows += 1
                progress.report(rows, total, "正在导出词典")
        sheet.filter_table(1, len(_COLUMNS))
    return rows


def import_dictionary(
    dictionary: HospitalDictionary, path: Path, kind: Kind | None = None, progress: Progress | None = None
) -> DictionaryImport:
    """Add the rows of a workbook or CSV; ``kind`` holds for rows that do not say theirs. All readable rows or none are added.

    Raises:
        UserError: the file cannot be opened, no sheet has a column of texts and one of codes, or the disk refuses.
        Cancelled: the user stopped it; nothing was added.
    """
    progress = progress or Progress()
    progress.report(0, 0, "正在读入文件")
    taken: dict[Kind, list[Confirmed]] = {one: [] for one in Kind}
    issues: list[RowIssue] = []
    for row, cells in _records(path):
        result = _read(row, cells, kind)
        if isinstance(result, RowIssue):
            issues.append(result)
        else:
            taken[result[0]].append(result[1])
        progress.report(row, 0, f"正在读入第 {row:,} 行")
    undo = Undo.before(dictionary, taken)
    dictionary.confirm_together(taken)
    return DictionaryImport(sum(map(len, taken.values())), tuple(issues), undo)


def _other_codes(dictionary: HospitalDictionary, kind: Kind) -> dict[str, set[str]]:
    return {surface(one.text): {pair.code for pair in one.choices} for one in dictionary.contradictions(kind)}


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    absent = UserError(
        f"“{path.name}”里没有找到“原始文本”和“编码”两列。", "请在第一行写上列名：类别、原始文本、编码、名称。"
    )
    return headed_rows(path, _HEADINGS, ("text", "code"), absent)


def _read(row: int, cells: dict[str, str], kind: Kind | None) -> tuple[Kind, Confirmed] | RowIssue:
    own = _kind(cells.get("kind", "")) or kind
    if own is None:
        return RowIssue(row, "类别", "没有写明是疾病诊断还是手术操作")
    if not surface(cells["text"]):
        return RowIssue(row, "原始文本", "没有文本")
    if not cells["code"]:
        return RowIssue(row, "编码", "没有编码")
    count = cells.get("count", "") or "1"
    if not count.isdecimal() or int(count) < 1:
        return RowIssue(row, "次数", f"“{count}”不是次数")
    when_text = cells.get("when", "")
    when: datetime | None = parse_moment(when_text) if when_text else None
    if when_text and when is None:
        return RowIssue(row, "最近确认时间", f"“{when_text}”不是时间")
    pair = Confirmed(
        cells["text"], cells["code"], cells.get("name", ""), int(count), cells.get("who", ""), when
    )
    return own, pair


def _kind(text: str) -> Kind | None:
    if text in {Kind.DIAGNOSIS.label, "诊断", "疾病", Kind.DIAGNOSIS.value}:
        return Kind.DIAGNOSIS
    return Kind.PROCEDURE if text in {Kind.PROCEDURE.label, "手术", "操作", Kind.PROCEDURE.value} else None
