"""Rows of 床日病种 in published tables: rows of a catalogue whose kind says 床日, and tables with points of a day. Opens nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding_rules.grouper.dip.bed_days import BED_DAYS, BedDayGroup, diagnosis_keys
from coding_rules.grouper.dip.catalogue import CatalogueIssue
from coding_rules.grouper.dip.columns import Row, Sheet, number, text

_HEADERS: Mapping[str, tuple[str, ...]] = {
    "code": ("病种编码", "病种代码", "DIP编码", "床日病种编码", "编码", "CODE"),
    "name": ("病种名称", "床日病种名称", "床日病种", "名称", "NAME"),
    "kind": ("病种类型", "病种类别", "类型", "类别", "KIND"),
    "diagnoses": (
        "主诊断代码", "主诊断编码", "主要诊断代码", "主要诊断编码", "主要诊断", "诊断编码", "诊断代码",
        "诊断范围", "疾病编码", "适用诊断", "PRINCIPAL",
    ),
    "daily": ("每床日分值", "床日分值", "日分值", "每日分值", "床日标准分值", "DAILY_POINTS"),
    "points": ("病种分值", "分值", "POINTS"),
    "days": ("住院天数", "天数", "住院天数条件", "床日天数", "住院日"),
    "least": ("天数下限", "最少天数", "起始天数"),
    "most": ("天数上限", "最多天数", "截止天数"),
    "departments": ("科室", "出院科室", "限科室", "适用科室", "DEPARTMENT"),
}  # fmt: skip
_LOOK = 40
_KEY = re.compile(r"^[A-Z]\d{2}[0-9A-Zx.+*]*(-[A-Z]\d{2}[0-9A-Zx.]*)?$")
_BETWEEN = re.compile(r"(\d+)天?[-~—–至到](\d+)")
_LIMITS: tuple[tuple[re.Pattern[str], str, int], ...] = (
    (re.compile(r"(?:≥|>=|不少于|不低于|满)(\d+)"), "least", 0),
    (re.compile(r"(?:≤|<=|不超过|不多于)(\d+)"), "most", 0),
    (re.compile(r"(?:>|超过|大于|多于)(\d+)"), "least", 1),
    (re.compile(r"(?:<|少于|小于|不足|不满)(\d+)"), "most", -1),
    (re.compile(r"(\d+)天?(?:及|\(含\))?以上"), "least", 0),
    (re.compile(r"(\d+)天?(?:及|\(含\))?(?:以下|以内)"), "most", 0),
)


@dataclass(frozen=True)
class ReadBedDays:
    """What the sheets gave: groups, and what is to be said of single rows."""

    groups: tuple[BedDayGroup, ...]
    issues: tuple[CatalogueIssue, ...]


def is_bed_day(kind: str) -> bool:
    """Whether a cell of 病种类型 marks a row that is paid by days."""
    return BED_DAYS in unicodedata.normalize("NFKC", kind)


def read_bed_days(sheets: Sequence[Sheet]) -> ReadBedDays:
    """The 床日病种 of all sheets. Points of a column that does not name the day are taken for those of a day and told as a doubt."""
    groups: list[BedDayGroup] = []
    issues: list[CatalogueIssue] = []
    for sheet in sheets:
        for place, row, columns in _rows(sheet):
            try:
                group = _group(sheet, place, row, columns)
            except ValueError as error:
                issues.append(CatalogueIssue(sheet.file, place, BED_DAYS, f"床日病种：{error}"))
                continue
            groups.append(group)
            if "daily" not in columns:
                told = f"床日病种 {group.code} 的分值 {group.points} 按每床日分值理解，请核对"
                issues.append(CatalogueIssue(sheet.file, place, "病种分值", told, "doubt"))
    return ReadBedDays(tuple(groups), tuple(issues))


def days_of(written: str) -> tuple[int | None, int | None]:
    """The least and the most days of a stay as a cell says them.

    Raises:
        ValueError: it cannot be told what is meant.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written))
    if not plain:
        return None, None
    if between := _BETWEEN.search(plain):
        return int(between[1]), int(between[2])
    found: dict[str, int] = {}
    for pattern, name, apart in _LIMITS:
        if hit := pattern.search(plain):
            found.setdefault(name, int(hit[1]) + apart)
            plain = plain.replace(hit[0], "")
    if not found:
        raise ValueError(f"天数条件“{written}”看不明白，请写成“>60”“61-180”“≤90”的样子")
    return found.get("least"), found.get("most")


def _rows(sheet: Sheet) -> Iterator[tuple[int, Row, Mapping[str, int]]]:
    """The rows that are 床日病种 with their numbers (1-based)."""
    for start, header in enumerate(sheet.rows[:_LOOK]):
        columns = _columns(header)
        if "diagnoses" not in columns and "code" not in columns:
            continue
        if not {"daily", "points"} & columns.keys():
            continue
        whole = "daily" in columns
        for place, row in enumerate(sheet.rows[start + 1 :], start=start + 2):
            marked = is_bed_day(_text(row, columns, "kind"))
            if marked or (whole and _text(row, columns, "daily")):
                yield place, row, columns
        return


def _columns(header: Row) -> dict[str, int]:
    named = [re.sub(r"[\s(（\[].*$", "", text(cell)).upper() for cell in header]
    return {
        column: next(named.index(name) for name in names if name in named)
        for column, names in _HEADERS.items()
        if any(name in named for name in names)
    }


def _text(row: Row, columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name)
    return text(row[place]) if place is not None and place < len(row) else ""


def _group(sheet: Sheet, place: int, row: Row, columns: Mapping[str, int]) -> BedDayGroup:
    code, written = _text(row, columns, "code"), _text(row, columns, "diagnoses")
    keys = diagnosis_keys(written if "diagnoses" in columns else code.partition(":")[0])
    strange = [key for key in keys if not _KEY.match(key)]
    if strange:
        raise ValueError(f"“{'、'.join(strange)}”不像诊断编码")
    departments = tuple(
        part for part in re.split(r"[、,，;；/|\s]+", _text(row, columns, "departments")) if part
    )
    if not keys and not departments:
        raise ValueError("没有主要诊断，也没有科室，不知道哪些病例按床日")
    name = "daily" if _text(row, columns, "daily") else "points"
    points = number(row[columns[name]]) if name in columns and columns[name] < len(row) else None
    if points is None or points <= 0:
        raise ValueError(f"每床日分值“{_text(row, columns, name)}”不是大于 0 的数")
    least, most = days_of(_text(row, columns, "days"))
    least = _whole(row, columns, "least", least)
    most = _whole(row, columns, "most", most)
    if least is not None and most is not None and least > most:
        raise ValueError(f"天数下限 {least} 大于上限 {most}")
    return BedDayGroup(
        code or f"{BED_DAYS}:{'、'.join(keys or departments)}",
        _text(row, columns, "name"),
        keys,
        points,
        least,
        most,
        departments,
        sheet.place(place),
    )


def _whole(row: Row, columns: Mapping[str, int], name: str, otherwise: int | None) -> int | None:
    written = _text(row, columns, name)
    if not written:
        return otherwise
    if not re.fullmatch(r"\d+(\.0+)?", written):
        raise ValueError(f"天数“{written}”不是整数")
    return int(float(written))


def bed_day_table(groups: Sequence[BedDayGroup]) -> list[tuple[str, ...]]:
    """The groups as rows of the folder form (header first), the way ``read_bed_days`` reads them back."""
    header = ("病种编码", "病种名称", "主要诊断编码", "每床日分值", "天数下限", "天数上限", "科室")
    return [
        header,
        *(
            (
                group.code,
                group.name,
                "、".join(group.diagnoses),
                "" if group.points is None else f"{group.points:f}",
                "" if group.least is None else str(group.least),
                "" if group.most is None else str(group.most),
                "、".join(group.departments),
            )
            for group in groups
        ),
    ]
