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
    first = _name(case, edits[0])
    return first if len(edits) == 1 else f"{first} 等 {len(edits)} 处"


def place_name(index: int, *, diagnosis: bool) -> str:
    """``主要诊断``, ``其他诊断 2``, ``主要手术``, ``其他手术 1``."""
    if diagnosis:
        return "主要诊断" if index == 0 else f"其他诊断 {index}"
    return "主要手术" if index == 0 else f"其他手术 {index}"


def _name(case: Case, edit: Edit) -> str:
    diagnosis = isinstance(
        edit, SetDiagnosis | SetCondition | InsertDiagnosis | RemoveDiagnosis | MoveDiagnosis
    )
    place = place_name(edit.index, diagnosis=diagnosis)
    lines: Sequence[Diagnosis | Procedure] = case.diagnoses if diagnosis else case.procedures
    old = lines[edit.index].code if edit.index < len(lines) else ""
    match edit:
        case SetDiagnosis(_, code, name) | SetProcedure(_, code, name):
            return f"{place} {old or _BLANK} → {code or name or _BLANK}"
        case SetCondition(_, condition):
            return f"{place} 入院病情改为 {condition or _BLANK}"
        case InsertDiagnosis(_, diagnosis=line) | InsertProcedure(_, procedure=line):
            return f"增加{place} {line.code or _BLANK}"
        case RemoveDiagnosis() | RemoveProcedure():
            return f"删除{place} {old or _BLANK}"
        case MoveDiagnosis(_, to) | MoveProcedure(_, to):
            return f"{old or _BLANK} 移为{place_name(to, diagnosis=diagnosis)}"
    assert_never(edit)
