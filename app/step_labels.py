"""Names of undo steps, as a coder would say them: ``主要诊断 I20.000 → I21.000``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.edit import (
    Edit,
    InsertDiagnosis,
    InsertProcedure,
    MoveDiagnosis,
    MoveProcedure,
    RemoveDiagnosis,
    RemoveProcedure,
    SetCondition,
    SetDiagnosis,
    SetProcedure,
)

_BLANK = "（空）"


def name_step(case: Case, edits: Sequence[Edit]) -> str:
    """The name of a step on the case as it stands before it; several edits are named by the first and counted."""
    if not edits:
        return ""
    return _counted(_name(case, edits[0], whole=False), edits)


def describe_step(case: Case, edits: Sequence[Edit]) -> str:
    """The same with the names of the codes, for a question about the step."""
    return _counted(_name(case, edits[0], whole=True), edits) if edits else ""


def _counted(first: str, edits: Sequence[Edit]) -> str:
    return first if len(edits) == 1 else f"{first} 等 {len(edits)} 处"


def place_name(index: int, *, diagnosis: bool) -> str:
    """``主要诊断``, ``其他诊断 2``, ``主要手术``, ``其他手术 1``."""
    if diagnosis:
        return "主要诊断" if index == 0 else f"其他诊断 {index}"
    return "主要手术" if index == 0 else f"其他手术 {index}"


def _name(case: Case, edit: Edit, *, whole: bool) -> str:
    diagnosis = isinstance(
        edit, SetDiagnosis | SetCondition | InsertDiagnosis | RemoveDiagnosis | MoveDiagnosis
    )
    place = place_name(edit.index, diagnosis=diagnosis)
    lines: Sequence[Diagnosis | Procedure] = case.diagnoses if diagnosis else case.procedures
    old = _written(lines[edit.index], whole) if edit.index < len(lines) else _BLANK
    match edit:
        case SetDiagnosis(_, code, name) | SetProcedure(_, code, name):
            new = f"{code} {name}" if whole and code and name else code or name or _BLANK
            return f"{place} {old} → {new}"
        case SetCondition(_, condition):
            return f"{place} 入院病情改为 {condition or _BLANK}"
        case InsertDiagnosis(_, diagnosis=line) | InsertProcedure(_, procedure=line):
            return f"增加{place} {_written(line, whole)}"
        case RemoveDiagnosis() | RemoveProcedure():
            return f"删除{place} {old}"
        case MoveDiagnosis(_, to) | MoveProcedure(_, to):
            return f"{old} 移为{place_name(to, diagnosis=diagnosis)}"
    assert_never(edit)


def _written(line: Diagnosis | Procedure, whole: bool) -> str:
    return f"{line.code or _BLANK} {line.name}".strip() if whole else line.code or _BLANK
