"""Rows of auxiliary tables -> factors and severity lists. Takes cells, opens nothing.

Factor tables name group, kind of stratum, label and factor; severity dictionaries follow the official attachments (列 DIP_ASSISTANT_TYPE,
DIP_ASSISTANT_CODE, ASSI_ITEM_ID) or plain Chinese headers; CCI dictionaries name code and weight.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from coding_rules.grouper.dip.columns import Sheet, number, text
from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.spec import clean_spec, split_specs
from coding_rules.settlement.auxiliary import AuxiliaryRow, stratum_kind
from coding_rules.settlement.strata import OTHER, PRINCIPAL, PROCEDURE, SECONDARY, SeverityTables

_HEADERS: Mapping[str, str] = {
    "group": "病种编码 病种代码 DIP编码 DIP代码 DIPCODE DIP_CODE GROUP",
    "kind": "辅助目录类型 分型类型 辅助分型类型 辅助目录 类型 AUXTYPE KIND",
    "label": "辅助目录名称 分型名称 分型 辅助分型 级别 名称 AUXNAME LABEL",
    "factor": "调节系数 辅助分型系数 分型系数 系数 FACTOR",
    "stratum_mean": "分型均费 辅助均费 AVGAMOUNT STRATUM_MEAN",
    "cases": "例数 病例数 CASES",
    "code": "诊断编码 诊断代码 疾病编码 次要诊断编码 次要诊断代码 编码 ICD10编码 ASSI_ITEM_ID DIAGNOSIS",
    "secondary": "次要诊断病种 次要诊断病种名称 次要诊断分型 SECONDARY",
    "severity": "严重程度 程度 分级 分型代码 DIP_ASSISTANT_CODE SEVERITY",
    "weight": "权重 CCI权重 分值 WEIGHT",
    "category": "类别 CCI类别 分类 合并症 CATEGORY",
    "excluded": "排除主诊断 排除的主要诊断 EXCLUDED",
    "included": "限定主诊断 限定的主要诊断 适用主诊断 INCLUDED",
    "feature": "地方特征 地方特征名称 FEATURE",
    "place": "位置 编码位置 PLACE",
}
_BY_HEADER: dict[str, list[str]] = defaultdict(list)
for _column, _spellings in _HEADERS.items():
    for _spelling in _spellings.split():
        _BY_HEADER[_spelling].append(_column)

_SEVERITY_CODES = {
    "1": "moderate",
    "2": "severe",
    "3": "spread",
    "4": "radiotherapy",
    "5": "chemotherapy",
    "中度": "moderate",
    "重度": "severe",
    "转移": "spread",
    "放疗": "radiotherapy",
    "化疗": "chemotherapy",
    "CC": "moderate",
    "MCC": "severe",
}
_PROCEDURE = re.compile(r"^\d{1,2}\.\d")
_DIAGNOSIS = re.compile(r"^[A-Z]\d{2}(\.[\dx]+(x\d+)?)?$")
_NOISE = re.compile(r"[\s*]+|[(（].*$")


@dataclass
class ReadAuxiliary:
    """What the sheets gave, with the rows refused as (sheet place, reason)."""

    rows: list[AuxiliaryRow] = field(default_factory=list)
    lists: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    secondary: dict[str, str] = field(default_factory=dict)
    exclusions: dict[str, frozenset[str]] = field(default_factory=dict)
    inclusions: dict[str, frozenset[str]] = field(default_factory=dict)
    local: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    cci: dict[str, tuple[int, str]] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def tables(self, source: str) -> SeverityTables:
        """The severity lists as one value."""
        return SeverityTables(
            exclusions=self.exclusions,
            inclusions=self.inclusions,
            local={
                label: {place: frozenset(codes) for place, codes in places.items()}
                for label, places in self.local.items()
            },
            cci=self.cci,
            secondary=self.secondary,
            source=source,
            **{name: frozenset(codes) for name, codes in self.lists.items()},
        )

    @property
    def found_anything(self) -> bool:
        """Whether any sheet was an auxiliary table."""
        return bool(self.rows or self.lists or self.cci or self.secondary or self.local or self.refused)


def read_auxiliary(sheets: Iterable[Sheet]) -> ReadAuxiliary:
    """Factors, severity dictionaries and CCI dictionaries of all sheets that look like one."""
    found = ReadAuxiliary()
    for sheet in sheets:
        for start, row in enumerate(sheet.rows[:15]):
            columns = _columns(row)
            reader = next((read for needed, read in _READERS if needed <= set(columns)), None)
            if reader is None:
                continue
            for number_, line in enumerate(sheet.rows[start + 1 :], start=start + 2):
                cells = {name: line[at] if at < len(line) else None for name, at in columns.items()}
                if any(text(cell) for cell in cells.values()):
                    reader(cells, sheet.place(number_), found)
            break
    return found


def _columns(row: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, cell in enumerate(row):
        header = _NOISE.sub("", cell).upper() if isinstance(cell, str) else ""
        for column in _BY_HEADER.get(header, ()):
            columns.setdefault(column, position)
    return columns


def _read_factor(cells: Mapping[str, object], place: str, found: ReadAuxiliary) -> None:
    factor, cases = number(cells["factor"]), number(cells.get("cases"))
    group, kind, label = (text(cells.get(name)) for name in ("group", "kind", "label"))
    if factor is None or factor <= 0 or not group or not label:
        found.refused.append((place, f"病种“{group}”分型“{label}”的系数“{text(cells['factor'])}”不可用"))
        return
    kind = stratum_kind(kind, label)
    spec = clean_spec(label)
    if kind == SECONDARY and _DIAGNOSIS.match(spec):
        found.secondary.setdefault(spec, label)
    found.rows.append(
        AuxiliaryRow(
            group,
            kind,
            label,
            factor,
            int(cases) if cases is not None else None,
            number(cells.get("stratum_mean")),
            None,
            place,
        )
    )


def _read_weight(cells: Mapping[str, object], place: str, found: ReadAuxiliary) -> None:
    code, weight = clean_spec(text(cells["code"])), number(cells["weight"])
    if not code or weight is None or weight != int(weight) or weight <= 0:
        found.refused.append(
            (place, f"诊断“{text(cells['code'])}”的 CCI 权重“{text(cells['weight'])}”不可用")
        )
        return
    found.cci[code] = (int(weight), text(cells.get("category")) or code[:3])


def _read_severity(cells: Mapping[str, object], place: str, found: ReadAuxiliary) -> None:
    raw, written = text(cells["code"]), text(cells["severity"]).upper()
    code = clean_procedure(raw) if _PROCEDURE.match(raw) else clean_spec(raw)
    listed = _SEVERITY_CODES.get(written)
    if not code or listed is None:
        found.refused.append((place, f"诊断“{raw}”的严重程度“{written}”不认识"))
        return
    found.lists[listed].add(code)
    for name, kept in (("excluded", found.exclusions), ("included", found.inclusions)):
        if specs := split_specs(text(cells.get(name))):
            kept[code] = frozenset(specs)


def _read_secondary(cells: Mapping[str, object], place: str, found: ReadAuxiliary) -> None:
    code, label = clean_spec(text(cells["code"])), text(cells["secondary"])
    if not code or not label:
        found.refused.append((place, f"次要诊断“{text(cells['code'])}”没有编码或病种名称"))
        return
    found.secondary[code] = label


_PLACES = (("手术", PROCEDURE), ("操作", PROCEDURE), ("主", PRINCIPAL), ("其他", OTHER), ("次要", OTHER))


def _read_feature(cells: Mapping[str, object], place: str, found: ReadAuxiliary) -> None:
    label, written, raw = (text(cells.get(name)) for name in ("feature", "place", "code"))
    where = next((where for sign, where in _PLACES if sign in written), "" if written else PRINCIPAL)
    code = clean_procedure(raw) if where == PROCEDURE else clean_spec(raw)
    if not label or not code or not where:
        found.refused.append((place, f"地方特征“{label}”的编码“{raw}”或位置“{written}”不可用"))
        return
    found.local.setdefault(label, {}).setdefault(where, set()).add(code)


_READERS = (
    (frozenset({"group", "label", "factor"}), _read_factor),
    (frozenset({"feature", "code"}), _read_feature),
    (frozenset({"code", "weight"}), _read_weight),
    (frozenset({"code", "severity"}), _read_severity),
    (frozenset({"code", "secondary"}), _read_secondary),
)


def auxiliary_table(rows: Iterable[AuxiliaryRow]) -> list[tuple[str, ...]]:
    """Factors as rows of a table (header first) that ``read_auxiliary`` reads back."""

    def plain(value: Decimal | int | None) -> str:
        return "" if value is None else str(value)

    header = ("病种编码", "辅助目录类型", "辅助目录名称", "调节系数", "例数", "分型均费")
    return [
        header,
        *((r.group, r.kind, r.label, plain(r.factor), plain(r.cases), plain(r.stratum_mean)) for r in rows),
    ]
