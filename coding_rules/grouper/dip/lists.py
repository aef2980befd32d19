"""Lists that go with a DIP catalogue: procedure kinds, 基层病种, 中医优势病种, exclusions. Takes cells, opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.columns import Remarks, Sheet, find_header, text
from coding_rules.grouper.dip.expression import (
    Dialect,
    Expression,
    clean_procedure,
    codes_of,
    parse_expression,
    write_expression,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKinds, read_kind, read_level
from coding_rules.grouper.dip.spec import split_specs
from icd_tables.codes import normalize_code

Issues = tuple[CatalogueIssue, ...]
BasicList = tuple[tuple[str, Expression], ...]
"""基层病种 as pairs of principal diagnosis key and main procedure (empty: 保守治疗 only)."""

_ANY_CODE = re.compile(r"^(?:[A-Za-z]\d{2}[.\dxX+*A-Z]*|\d{1,2}\.\d[\dA-ZxX]*)$")
_PROCEDURE_CODE = re.compile(r"^\d{2}\.\d[\dA-Zx]*$")
_DIAGNOSIS = re.compile(r"^[A-Z]\d[\dA-Z]")
_CODE = (
    "手术操作编码",
    "手术操作代码",
    "操作编码",
    "操作代码",
    "主要编码",
    "手术编码",
    "编码",
    "代码",
    "CODE",
)
_KIND = ("类别", "手术操作类别", "手术操作属性", "操作类型", "属性", "类型", "KIND", "CATEGORY")
_LEVEL = ("手术级别", "级别", "LEVEL")
_INCISION = ("切口分类", "切口", "切口等级", "INCISION")


def read_kind_table(sheet: Sheet) -> tuple[ProcedureKinds, Issues] | None:
    """A procedure-kind table and what was not read of it, or ``None`` when the sheet has no columns of codes and kinds."""
    for start, row in enumerate(sheet.rows[:10]):
        headers = [re.sub(r"[\s(（].*$", "", text(cell)).upper() for cell in row]
        code, kind = _position(headers, _CODE), _position(headers, _KIND)
        if code is None or kind is None:
            continue
        remarks = Remarks(sheet)
        facts: dict[str, ProcedureFact] = {}
        level, incision = _position(headers, _LEVEL), _position(headers, _INCISION)
        for number, line in enumerate(sheet.rows[start + 1 :], start=start + 2):
            cells = [text(cell) for cell in line] + [""] * (len(headers) - len(line))
            found, clean = read_kind(cells[kind]), clean_procedure(cells[code])
            if not _PROCEDURE_CODE.match(clean) or found is None:
                _tell_kind(remarks, number, cells[code], cells[kind])
                continue
            grade = read_level(cells[level]) if level is not None else 0
            fact = ProcedureFact(found, grade, cells[incision] if incision is not None else "")
            if facts.setdefault(clean, fact) != fact:
                remarks.add(number, "编码", f"{clean} 前面已有，属性不同，保留先出现的一行", "doubt")
        return (ProcedureKinds(facts, title=sheet.file), tuple(remarks.issues)) if facts else None
    return None


def _tell_kind(remarks: Remarks, row: int, code: str, kind: str) -> None:
    """Say why a row of a kind table was not read; blank rows need no words."""
    if not code and not kind:
        return
    if not _PROCEDURE_CODE.match(clean_procedure(code)):
        remarks.add(row, "编码", f"“{code}”不像手术操作编码（说明行？）")
    else:
        remarks.add(row, "类别", f"{code} 的类别“{kind}”不认识（应为手术、介入治疗、治疗性操作、诊断性操作）")


def _position(headers: list[str], names: tuple[str, ...]) -> int | None:
    return next((headers.index(name) for name in names if name in headers), None)


def read_basic_list(sheet: Sheet, dialect: Dialect) -> tuple[BasicList, Issues]:
    """A 基层病种 list: principal diagnosis, main procedure (blank: 保守治疗); and what was not read. Empty without such a header."""
    header, columns = find_header(sheet.rows, wanted=("principal",))
    if header < 0:
        return (), ()
    remarks = Remarks(sheet)
    found: list[tuple[str, Expression]] = []
    for number, row in enumerate(sheet.rows[header + 1 :], start=header + 2):
        principal = text(row[columns["principal"]]) if columns["principal"] < len(row) else ""
        place = columns.get("main")
        written = text(row[place]) if place is not None and place < len(row) else ""
        specs = split_specs(principal)
        if specs and all(_DIAGNOSIS.match(spec) for spec in specs):
            found.extend((spec, parse_expression(written, dialect)) for spec in specs)
        elif any(text(cell) for cell in row):
            remarks.add(number, "principal", f"“{principal}”不像诊断编码（说明行？）")
    return tuple(found), tuple(remarks.issues)


def read_codes(sheet: Sheet, *, procedures: bool = False) -> frozenset[str]:
    """The codes of a plain list: of each row the first cell that looks like one (a number may stand before it)."""
    clean = clean_procedure if procedures else normalize_code
    pattern = re.compile(r"\d{1,2}\.\d[\dA-Zx]*$" if procedures else r"[A-Z]\d[\dA-Z]")
    rows = ((clean(text(cell)) for cell in row) for row in sheet.rows)
    return frozenset(code for cells in rows if (code := next(filter(pattern.match, cells), "")))


def read_code_pairs(sheet: Sheet) -> dict[str, str]:
    """Pairs of a conversion table: the first and the next cell of each row that look like codes."""
    pairs: dict[str, str] = {}
    for row in sheet.rows:
        codes = [code for cell in row if _ANY_CODE.match(code := text(cell))]
        if len(codes) >= 2:
            clean = normalize_code if codes[0][0].isalpha() else clean_procedure
            pairs.setdefault(clean(codes[0]), clean(codes[1]))
    return pairs


def with_basic_list(catalogue: DipCatalogue, listed: BasicList) -> DipCatalogue:
    """The catalogue with its 核心 groups on the 基层病种 list marked. A 3.0 catalogue keeps the list: there it depends on the case."""
    if catalogue.form == "national_3":
        return replace(catalogue, basic=listed)
    by_key: dict[str, list[Expression]] = {}
    for spec, main in listed:
        by_key.setdefault(spec, []).append(main)

    def on_list(group: DipGroup) -> bool:
        mains = [main for key in group.principal.split("|") for main in by_key.get(key, ())]
        return any(_answers(group, main) for main in mains)

    groups = tuple(
        replace(group, basic=True) if group.kind is DipKind.CORE and on_list(group) else group
        for group in catalogue.groups
    )
    return replace(catalogue, groups=groups, basic=listed)


def with_points(
    catalogue: DipCatalogue, table: Iterable[DipGroup]
) -> tuple[DipCatalogue, tuple[str, ...], tuple[str, ...]]:
    """The catalogue with points, fees and statistics of a region's own table, joined by 病种编码.

    The national 3.0 scheme has no points; every region publishes its own. Also returns the codes of the table that the catalogue
    does not have, and the groups that got no points.
    """
    local = {normalize_code(group.code): group for group in table}
    groups = [_with_figures(group, local.pop(normalize_code(group.code), None)) for group in catalogue.groups]
    unknown = tuple(row.code for row in local.values())
    without = tuple(group.code for group in groups if group.points is None)
    return replace(catalogue, groups=tuple(groups)), unknown, without


def _with_figures(group: DipGroup, row: DipGroup | None) -> DipGroup:
    if row is None:
        return group
    return replace(
        group,
        points=row.points,
        mean_fee=row.mean_fee,
        mean_los=row.mean_los,
        cv=row.cv,
        cases=row.cases,
        region_mean=row.region_mean,
    )


def unused_basic(catalogue: DipCatalogue) -> tuple[str, ...]:
    """Entries of the 基层病种 list that no 核心 group of a regional catalogue answers to."""
    core = [group for group in catalogue.groups if group.kind is DipKind.CORE]
    by_key: dict[str, list[DipGroup]] = {}
    for group in core:
        for key in group.principal.split("|"):
            by_key.setdefault(key, []).append(group)
    return tuple(
        spec + (f"＋{write_expression(main)}" if main else "")
        for spec, main in catalogue.basic
        if not any(_answers(group, main) for group in by_key.get(spec, ()))
    )


def _answers(group: DipGroup, main: Expression) -> bool:
    return bool(codes_of(main) & codes_of(group.main)) if main else not group.has_procedures


def with_groups(catalogue: DipCatalogue, groups: Iterable[DipGroup], kind: DipKind) -> DipCatalogue:
    """The catalogue with another list of groups beside it, all of one kind (中医优势病种, 基层病种)."""
    return replace(catalogue, groups=(*catalogue.groups, *(replace(group, kind=kind) for group in groups)))
