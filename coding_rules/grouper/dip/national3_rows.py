"""The national DIP 3.0 workbook -> groups and lists, sheet by sheet. Takes cells, opens nothing.

The workbook has no points and no fees; those always come from the region. Column meanings follow the published layout;
where a header row names the columns otherwise, the positions are the same, but for columns more or fewer at the left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from coding_rules.grouper.dip.catalogue import (
    CatalogueIssue,
    CatalogueReport,
    Conditions,
    DipCatalogue,
    DipGroup,
    DipKind,
    MainProcedureRule,
    MainUse,
)
from coding_rules.grouper.dip.columns import Remarks, Sheet, text
from coding_rules.grouper.dip.national3_lines import (
    CODE,
    SERIAL,
    Found,
    Line,
    cells_of,
    code_lines,
    data_lines,
    expression,
    principal_of,
    serial,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.spec import clean_spec, split_specs
from icd_tables.codes import normalize_code

_SCOPE = re.compile(r"[A-Z]\d{2}(?:\.[\dxX]+)?(?:[-~—–][A-Z]\d{2})?")
_GROUP_KINDS = {
    "1": ProcedureKind.NONE,
    "2": ProcedureKind.DIAGNOSTIC,
    "3": ProcedureKind.THERAPEUTIC,
    "4": ProcedureKind.SURGERY,
}
"""组编号 of the 综合病种字典表: 内科诊疗, 诊断性操作, 治疗性操作, 相关手术."""

STAGES = {"XQ": "先期分组", "BX": "并项", "FZ": "诊断辅助细分", "JC": "基础"}
"""Stages in the order they are tried."""


_Reader = Callable[[Sheet, Sequence[Line], Found, Remarks], None]


def is_national_3(sheets: Sequence[Sheet]) -> bool:
    """Whether the sheets are those of the national 3.0 workbook."""
    return any(_reader(sheet.name) is not None for sheet in sheets) and any(
        name in sheet.name
        for sheet in sheets
        for name in ("先期分组", "并项规则", "诊断辅助细分", "基础规则")
    )


def read_national_3(sheets: Sequence[Sheet]) -> DipCatalogue:
    """The catalogue in a national 3.0 workbook (and 综合病种字典表, if its sheet is among them)."""
    found = Found()
    for sheet in sheets:
        reader = _reader(sheet.name) or _by_header(sheet)
        if reader is None:
            continue
        left = _left_out(sheet, reader)
        lines = [Line(number, cells_of(row, left)) for number, row in enumerate(sheet.rows, start=1)]
        remarks = Remarks(sheet)
        reader(sheet, lines, found, remarks)
        if sheet.hidden:
            remarks.add(0, "", "工作表是隐藏的，也读入了", "doubt")
        found.issues.extend(remarks.issues)
    found.issues.extend(_repeated(found.groups))
    return DipCatalogue(
        title="国家 DIP 3.0 分组方案",
        groups=tuple(found.groups),
        form="national_3",
        excluded_diagnoses=frozenset(found.excluded),
        main_procedure_rules=found.rules,
        resistant_diagnoses=frozenset(found.resistant),
        basic=tuple(found.basic),
        report=CatalogueReport(
            found.read, len(found.groups), (*found.issues, *_missing_parts(found, sheets))
        ),
    )


def _repeated(groups: Sequence[DipGroup]) -> Iterator[CatalogueIssue]:
    """Serial numbers that stand in more than one row: both are used, the user should know."""
    seen: dict[str, DipGroup] = {}
    for group in groups:
        first = seen.setdefault(group.code, group)
        if first is not group:
            place, _, row = group.source.rpartition(" 第 ")
            text_ = f"序号 {group.code} 已见于{first.source}，两行都用"
            yield CatalogueIssue(place, int(row.removesuffix(" 行")), "序号", text_, "doubt")


def _missing_parts(found: Found, sheets: Sequence[Sheet]) -> Iterator[CatalogueIssue]:
    """Which parts of the scheme are not there: results that would need them cannot be right, and the user must know."""
    file = sheets[0].file if sheets else ""
    stages = {group.stage for group in found.groups}
    for stage, name in STAGES.items():
        if stage not in stages:
            yield CatalogueIssue(file, 0, "", f"缺少“{name}”部分，相应病种无法分出", "doubt")
    if not any(group.kind is DipKind.MIXED for group in found.groups):
        yield CatalogueIssue(file, 0, "", "缺少综合病种字典表，综合病种按“类目-组编号”规则生成", "doubt")
    if not found.excluded:
        yield CatalogueIssue(file, 0, "", "缺少“不纳入分组的主要诊断”，无法排除这类病例", "doubt")
    if not found.rules:
        yield CatalogueIssue(
            file, 0, "", "缺少“不纳入分组的主要手术操作”，主要手术按填报顺序取第一项", "doubt"
        )


def _left_out(sheet: Sheet, reader: _Reader) -> int:
    """How many columns stand before those of the published layout: some files lack 分类, or have a blank column in front."""
    listed = reader in _LISTS
    word, entry = ("编码", CODE) if listed else ("序号", SERIAL)
    published = 0 if listed or reader is _basic_list else 1
    for row in sheet.rows[:_LOOK] if reader is not _mixed else ():
        place = next((place for place, cell in enumerate(row) if text(cell) == word), published)
        if place != published:
            filled = (text(each[place]) for each in sheet.rows if place < len(each))
            return place - published if any(map(entry.match, filled)) else 0
    return 0


def _group(sheet: Sheet, line: Line, stage: str, name: str, **more: object) -> DipGroup:
    return DipGroup(
        code=f"{stage}-{serial(line)}",
        name=name,
        kind=DipKind.CORE,
        stage=stage,
        source=sheet.place(line.row),
        **more,  # type: ignore[arg-type]  # keyword fields of DipGroup, named at the call
    )


def _names(*parts: str) -> str:
    return "：".join(part for part in parts if part)


def _early(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 分组名称, 主诊编码, 主诊名称, 主手术编码, 主手术名称, 备注; newborns have 天龄 and 出生体重 in 5 and 6."""
    for line in data_lines(lines, found, remarks):
        newborn = "P07" in line[3]
        if newborn:
            days, weight = _first_number(line[5], line[7]), _weights(line[6] or line[7])
            if days is None or weight is None:
                remarks.add(line.row, "天龄/出生体重", f"读不出“{line[5]}”“{line[6]}”中的天龄与体重")
                continue
            conditions = Conditions(any_diagnosis=True, max_age_days=days, weight=weight)
            found.groups.append(_group(sheet, line, "XQ", line[2], principal="P07", conditions=conditions))
            continue
        main = expression(line, 5, remarks)
        if main == ():
            remarks.add(line.row, "主手术编码", "没有主手术编码，无法成为病种")
        if not main:
            continue
        conditions = Conditions(anywhere="不限定为主要手术" in line[7])
        found.groups.append(
            _group(sheet, line, "XQ", line[2], principal="", main=main, conditions=conditions)
        )


def _first_number(*texts: str) -> int | None:
    found = re.search(r"天龄\D*(\d+)|(\d+)\s*天|^\D*(\d+)\D*$", texts[0]) or re.search(
        r"天龄\D*(\d+)", texts[-1]
    )
    return int(next(each for each in found.groups() if each)) if found else None


def _weights(cell: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)\s*(?:克|g)?\s*[-~～—–至]\s*(\d+)", cell)
    return (int(found[1]), int(found[2])) if found else None


def _merged(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 主诊编码, 名称, 主手术编码, 名称, 相关手术编码, 名称."""
    for line in data_lines(lines, found, remarks):
        principal = principal_of(line, 2, remarks)
        main, related = expression(line, 4, remarks), expression(line, 6, remarks)
        if not principal or main is None or related is None:
            continue
        name = _names(line[3], line[5] + (f"＋{line[7]}" if line[7] else ""))
        found.groups.append(_group(sheet, line, "BX", name, principal=principal, main=main, related=related))


def _burns(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 主诊编码, 程度, 其他诊断编码, 面积, 主手术编码, 名称, 相关编码, 名称."""
    for line in data_lines(lines, found, remarks):
        principal = principal_of(line, 2, remarks)
        main, related = expression(line, 6, remarks), expression(line, 8, remarks)
        if not principal or main is None or related is None:
            continue
        found.groups.append(
            _group(
                sheet,
                line,
                "FZ",
                _names(line[3], line[5], line[7]),
                principal=principal,
                main=main,
                related=related,
                conditions=Conditions(other=split_specs(line[4])),
            )
        )


def _tumours(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 主诊, 名称, 其他诊断, 名称, 手术表达式, 名称; the procedures may stand at any position."""
    for line in data_lines(lines, found, remarks):
        principal, main = principal_of(line, 2, remarks), expression(line, 6, remarks)
        if main == ():
            remarks.add(line.row, "手术表达式", "没有手术表达式，无法成为病种")
        if not principal or not main:
            continue
        found.groups.append(
            _group(
                sheet,
                line,
                "FZ",
                _names(line[3], line[5], line[7]),
                principal=principal,
                main=main,
                conditions=Conditions(other=split_specs(line[4]), anywhere=True),
            )
        )


def _tuberculosis(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 主诊, 名称, 主手术编码, 名称, 是否耐药, 耐药规则."""
    for line in data_lines(lines, found, remarks):
        principal, main = principal_of(line, 2, remarks), expression(line, 4, remarks)
        if not principal or main is None:
            continue
        if line[6] not in {"是", "否"}:
            remarks.add(line.row, "是否耐药", f"“{line[6]}”应为是或否")
            continue
        found.groups.append(
            _group(
                sheet,
                line,
                "FZ",
                _names(line[3], line[5], "耐药" if line[6] == "是" else "非耐药"),
                principal=principal,
                main=main,
                conditions=Conditions(resistant=line[6] == "是"),
            )
        )


def _basic_rule(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """分类, 序号, 主诊, 名称, 主手术编码, 名称."""
    for line in data_lines(lines, found, remarks):
        principal, main = principal_of(line, 2, remarks), expression(line, 4, remarks)
        if principal and main is not None:
            name = _names(line[3], line[5])
            found.groups.append(_group(sheet, line, "JC", name, principal=principal, main=main))


def _excluded(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """编码, 名称."""
    found.excluded.update(normalize_code(line[0]) for line in code_lines(lines, found, remarks))


def _resistant(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """编码, 名称."""
    found.resistant.update(normalize_code(line[0]) for line in code_lines(lines, found, remarks))


def _main_rules(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """编码, 名称, 处理说明."""
    for line in code_lines(lines, found, remarks):
        # A scoped rule also says what happens outside its scope, so it is looked for first.
        use = next((use for use in reversed(MainUse) if use.value in line[2]), None)
        if use is None:
            remarks.add(line.row, "处理说明", f"“{line[2]}”不是已知的处理方式")
            continue
        written = unicodedata.normalize("NFKC", line[2])
        scope = tuple(map(clean_spec, _SCOPE.findall(written))) if use is MainUse.SCOPED else ()
        code = expression(line, 0, remarks)
        if code:
            found.rules[code[0][0][0]] = MainProcedureRule(use, scope)


def _basic_list(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """序号, 主诊, 名称, 主手术编码, 名称."""
    for line in data_lines(lines, found, remarks, column=0):
        principal, main = principal_of(line, 1, remarks), expression(line, 3, remarks)
        if principal and main is not None:
            found.basic.extend((spec, main) for spec in principal.split("|"))


def _mixed(sheet: Sheet, lines: Sequence[Line], found: Found, remarks: Remarks) -> None:
    """综合病种字典表: 综合病种编码, ICD-10分类码, 组编号, 综合病种名称, 组名称."""
    for line in lines:
        kind = _GROUP_KINDS.get(line[2])
        if kind is None or not line[0]:
            continue
        found.read += 1
        found.groups.append(
            DipGroup(
                code=line[0],
                name=line[3],
                kind=DipKind.MIXED,
                principal=normalize_code(line[1]),
                procedure_kind=kind,
                stage="ZH",
                source=sheet.place(line.row),
            )
        )


_READERS: tuple[tuple[str, _Reader], ...] = (
    ("先期分组", _early),
    ("并项规则", _merged),
    ("烧伤", _burns),
    ("肿瘤", _tumours),
    ("耐药诊断", _resistant),
    ("结核", _tuberculosis),
    ("基础规则", _basic_rule),
    ("不纳入分组的主要诊断", _excluded),
    ("不纳入分组的主要手术", _main_rules),
    ("基层病种", _basic_list),
    ("综合病种字典", _mixed),
)


_LISTS = (_excluded, _resistant, _main_rules)
_LOOK = 10


def _reader(name: str) -> _Reader | None:
    return next((reader for part, reader in _READERS if part in name), None)


def _by_header(sheet: Sheet) -> _Reader | None:
    """The 综合 dictionary is a file of its own whose sheet may have any name."""
    heads = [text(cell) for row in sheet.rows[:5] for cell in row]
    return _mixed if "综合病种编码" in heads else None
