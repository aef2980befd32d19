"""Lists that go with a DIP catalogue: procedure kinds, 基层病种, 中医优势病种, exclusions. Takes cells, opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.columns import Sheet, find_header, text
from coding_rules.grouper.dip.expression import (
    Dialect,
    Expression,
    clean_procedure,
    codes_of,
    parse_expression,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKinds, read_kind, read_level
from coding_rules.grouper.dip.spec import split_specs
from icd_tables.codes import normalize_code

BasicList = tuple[tuple[str, Expression], ...]
"""基层病种 as pairs of principal diagnosis key and main procedure (empty: 保守治疗 only)."""

_ANY_CODE = re.compile(r"^(?:[A-Za-z]\d{2}[.\dxX+*A-Z]*|\d{1,2}\.\d[\dA-ZxX]*)$")
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


def read_kind_table(sheet: Sheet) -> ProcedureKinds | None:
    """A procedure-kind table, or ``None`` when the sheet has no columns of codes and kinds."""
    for start, row in enumerate(sheet.rows[:10]):
        headers = [re.sub(r"[\s(（].*$", "", text(cell)).upper() for cell in row]
        code, kind = _position(headers, _CODE), _position(headers, _KIND)
        if code is None or kind is None:
            continue
        level, incision = _position(headers, _LEVEL), _position(headers, _INCISION)
        facts: dict[str, ProcedureFact] = {}
        for line in sheet.rows[start + 1 :]:
            cells = [text(cell) for cell in line] + [""] * (len(headers) - len(line))
            found = read_kind(cells[kind])
            if cells[code] and found is not None:
                grade = read_level(cells[level]) if level is not None else 0
                cut = cells[incision] if incision is not None else ""
                facts.setdefault(clean_procedure(cells[code]), ProcedureFact(found, grade, cut))
        return ProcedureKinds(facts, title=sheet.file) if facts else None
    return None


def _position(headers: list[str], names: tuple[str, ...]) -> int | None:
    return next((headers.index(name) for name in names if name in headers), None)


def read_basic_list(sheet: Sheet, dialect: Dialect) -> BasicList:
    """A 基层病种 list: principal diagnosis, main procedure (blank: 保守治疗). Empty when no header names them."""
    header, columns = find_header(sheet.rows, wanted=("principal",))
    if header < 0:
        return ()
    found: list[tuple[str, Expression]] = []
    for row in sheet.rows[header + 1 :]:
        principal = text(row[columns["principal"]]) if columns["principal"] < len(row) else ""
        place = columns.get("main")
        written = text(row[place]) if place is not None and place < len(row) else ""
        found.extend((spec, parse_expression(written, dialect)) for spec in split_specs(principal))
    return tuple(found)


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
        return any(
            (codes_of(main) & codes_of(group.main)) if main else not group.has_procedures for main in mains
        )

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


def with_groups(catalogue: DipCatalogue, groups: Iterable[DipGroup], kind: DipKind) -> DipCatalogue:
    """The catalogue with another list of groups beside it, all of one kind (中医优势病种, 基层病种)."""
    return replace(catalogue, groups=(*catalogue.groups, *(replace(group, kind=kind) for group in groups)))
