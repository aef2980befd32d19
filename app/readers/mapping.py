"""Which column is which: known interfaces by their header, in-house tables by a guess that can be edited and is remembered."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from coding_rules.fields import FIELDS, MOST_LINES, N041_HEADER, diagnosis_fields
from coding_rules.header_names import fold_header
from coding_rules.headers import HeaderMatch, match_header

HEADER_SEARCH = 30
"""Title rows a table may have above its header."""
IN_HOUSE = "院内表"
_PARTS = {
    *(
        "编码",
        "名称",
        "疾病编码",
        "疾病名称",
        "诊断编码",
        "诊断名称",
        "手术编码",
        "手术名称",
        "入院病情",
        "出院情况",
    ),
    *(
        "日期",
        "时间",
        "级别",
        "等级",
        "术者",
        "一助",
        "二助",
        "I助",
        "II助",
        "切口等级",
        "愈合类别",
        "切口愈合等级",
    ),
    *("麻醉方式", "麻醉医师"),
}
"""What the lower row of a two-row header says, folded."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Headers of a file and the field each column is taken for (an empty text: not used). ``headers`` and ``fields`` run alike."""

    headers: tuple[str, ...]
    fields: tuple[str, ...]

    def with_field(self, column: int, field_id: str) -> ColumnMapping:
        """A copy with one column taken for another field; a column that had this field before loses it.

        Raises:
            UserError: no such field.
        """
        if field_id and field_id not in FIELDS:
            raise UserError(f"没有名为“{field_id}”的首页字段。", "请从字段清单中选择。")
        fields = ["" if field_id and f == field_id else f for f in self.fields]
        fields[column] = field_id
        return replace(self, fields=tuple(fields))

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers that are taken for no field."""
        return tuple(h for h, f in zip(self.headers, self.fields, strict=True) if h and not f)

    @property
    def layout_name(self) -> str:
        """The interface the headers belong to: N041, N041（中医）, HQMS, or an in-house table."""
        plain = {fold_header(header) for header in self.headers}
        if len(plain & _N041_IDS) >= 20:
            return "N041（中医）" if {"ZYZDJBBM", "ZLLB"} <= plain else "N041"
        if {"A48", "C03C"} <= plain or {"P3", "P321"} <= plain or {"AAA28", "ABC01C"} <= plain:
            return "HQMS"
        return IN_HOUSE

    @property
    def in_house(self) -> bool:
        """Whether the headers belong to no published interface."""
        return self.layout_name == IN_HOUSE

    @property
    def is_usable(self) -> bool:
        """Whether there is enough to make cases of: a principal diagnosis and something besides."""
        known = set(self.fields)
        return bool(known & {"JBDM", "ZYZD"}) and len(known - {""}) >= 2


_LINE_OF = {f: line for line in range(MOST_LINES + 1) for f in diagnosis_fields(line)}
"""Form line of every diagnosis field."""
_N041_IDS = frozenset(fold_header(field_id) for field_id in N041_HEADER)


def guess_mapping(headers: Sequence[str], sample_rows: Sequence[Sequence[str]] = ()) -> ColumnMapping:
    """Guess what each column is, from all headers together; ``sample_rows`` decide between columns of one name.

    Repeated headers (其他诊断编码, 其他诊断编码, ...) count up; 诊断1/手术1 count from the principal line unless the file has
    columns of its own for it.
    """
    plain = [fold_header(header) for header in headers]
    matches = [None if fold_header(header) in _BARE else match_header(header) for header in headers]
    if {"ZYZDJBBM", "ZLLB"} <= set(plain):  # the TCM layout uses JBDM for the outpatient TCM diagnosis
        matches = [None if p == "JBDM" else m for p, m in zip(plain, matches, strict=True)]
    fixed = {m.field for m in matches if m and not m.numbered and not m.weak}
    fields: list[str] = [""] * len(headers)
    taken: set[str] = set()
    repeats: dict[tuple[str, int], int] = {}
    for weak in (False, True):
        for column, match in enumerate(matches):
            if match is None or match.weak is not weak:
                continue
            field_id = _resolved(match, fixed, repeats)
            if field_id in FIELDS and field_id not in taken:
                fields[column] = field_id
                taken.add(field_id)
    _by_neighbours(plain, fields)
    mapping = ColumnMapping(tuple(headers), tuple(fields))
    return _prefer_filled(mapping, matches, sample_rows)


_BARE = {
    "疾病编码": 0,
    "编码": 0,
    "ICD": 0,
    "ICD编码": 0,
    "ICD10": 0,
    "ICD10编码": 0,
    "ICD码": 0,
    "入院病情": 2,
}
"""Headers that mean something only beside the diagnosis they belong to: code (0) or 入院病情 (2)."""
_OTHER_NAMES = {"MZZD": "JBBM", "WBYY": "H23", "BLZD": "JBMM"}


def _by_neighbours(plain: Sequence[str], fields: list[str]) -> None:
    """Give columns headed just 编码 or 入院病情 the line of the diagnosis to their left."""
    for column, header in enumerate(plain):
        if header not in _BARE or fields[column]:
            continue
        left = next((f for f in reversed(fields[max(0, column - 2) : column]) if f), "")
        line = _LINE_OF.get(left)
        found = _OTHER_NAMES.get(left, "") if line is None else diagnosis_fields(line)[_BARE[header]]
        if line is None and _BARE[header]:
            continue
        if found not in fields:
            fields[column] = found


def _resolved(match: HeaderMatch, fixed: set[str], repeats: dict[tuple[str, int], int]) -> str:
    """The field id of one header, given which single fields the file has columns for."""
    if not match.numbered:
        return match.field
    line = match.line
    if line is None:
        key = (match.field, match.shift)
        repeats[key] = line = repeats.get(key, 0) + 1
    diagnosis = match.field in {"JBDM", "QTZD", "RYBQ", "CYQK"}
    if match.open and diagnosis and not fixed & {"JBDM", "ZYZD"}:
        line -= 1
        return (
            f"{match.field}{line}" if line else {"JBDM": "JBDM", "QTZD": "ZYZD", "RYBQ": "RYBQ"}[match.field]
        )
    if match.open and not diagnosis and fixed & {"SSJCZBM1", "SSJCZMC1"}:
        line += 1
    return f"{match.field}{line + match.shift}"


def _prefer_filled(
    mapping: ColumnMapping, matches: Sequence[HeaderMatch | None], sample: Sequence[Sequence[str]]
) -> ColumnMapping:
    """Where several columns mean one field, the first that is filled in the sample gets it."""
    if not sample:
        return mapping
    fields = list(mapping.fields)
    for column, match in enumerate(matches):
        if match is None or match.numbered or fields[column] or match.field not in fields:
            continue
        holder = fields.index(match.field)
        if not _is_filled(sample, holder) and _is_filled(sample, column) and not match.weak:
            fields[holder], fields[column] = "", match.field
    return replace(mapping, fields=tuple(fields))


def _is_filled(sample: Sequence[Sequence[str]], column: int) -> bool:
    return any(column < len(row) and row[column].strip() for row in sample)


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows is the header: the one with most known columns, if it names a principal diagnosis."""
    best, most = None, 2
    for index, row in enumerate(rows[:HEADER_SEARCH]):
        known = _known(row)
        ids_below = known == most and best == index - 1 and not guess_mapping(row).in_house
        if known > most or ids_below:
            best, most = index, known
    return best


def is_header(row: Sequence[str]) -> bool:
    """Whether most cells of a row are names of columns."""
    filled = sum(1 for cell in row if cell)
    return filled > 2 and _known(row) * 2 > filled


def join_headers(above: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """One header of two rows, where the lower one only divides what the upper one names: 主要诊断 over 编码 and 名称.

    ``None`` where the lower row says anything else.
    """
    said = [fold_header(cell) for cell in below if cell]
    if len(said) < 2 or not set(said) <= _PARTS:
        return None
    joined, group = [], ""
    for column in range(max(len(above), len(below))):
        upper, lower = (row[column] if column < len(row) else "" for row in (above, below))
        group = upper or group
        joined.append(_under(group, lower) if lower else upper)
    return joined


def _under(group: str, part: str) -> str:
    """主要诊断 + 诊断编码 -> 主要诊断编码."""
    shared = next((word for word in ("诊断", "手术") if word in group and part.startswith(word)), "")
    return group + part.removeprefix(shared)


def _known(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell and len(cell) <= 40 and match_header(cell) is not None)


def fingerprint(headers: Iterable[str]) -> str:
    """What a header row is remembered by: its folded texts in order."""
    return hashlib.sha256("\x1f".join(fold_header(h) for h in headers).encode("utf-8")).hexdigest()[:16]


def remember(mapping: ColumnMapping) -> None:
    """Keep a mapping for the next file with the same headers.

    Raises:
        UserError: the data folder cannot be written.
    """
    known = _remembered()
    known[fingerprint(mapping.headers)] = {"headers": list(mapping.headers), "fields": list(mapping.fields)}
    with safe_write(_file()) as temporary:
        temporary.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")


def recall(headers: Sequence[str]) -> ColumnMapping | None:
    """The mapping remembered for these headers, if any."""
    values = _remembered().get(fingerprint(headers))
    fields = values.get("fields") if isinstance(values, dict) else None
    if not isinstance(fields, list) or len(fields) != len(headers):
        return None
    return ColumnMapping(tuple(headers), tuple(f if f in FIELDS else "" for f in map(str, fields)))


def _remembered() -> dict[str, Any]:
    try:
        values = json.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        _log.warning("remembered column mappings cannot be read")
        return {}
    return values if isinstance(values, dict) else {}


def _file() -> Path:
    return data_dir() / "column_mappings.json"
