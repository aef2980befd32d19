"""Predicates over the lines of the form: gaps, repeats."""

from __future__ import annotations

from collections.abc import Sequence

from coding_rules.checks.names import Facet, Type
from coding_rules.checks.predicates import Env, function, note
from coding_rules.checks.view import CaseView, Line
from icd_tables.codes import Kind


def _gap(lines: Sequence[Line], start: int) -> int | None:
    """Position of the first empty row from ``start`` on that has a filled row after it."""
    filled = {line.index for line in lines}
    return next((i for i in range(start, max(filled, default=0)) if i not in filled), None)


@function((), prose="其他诊断中间有空行", columns=("JBDM1",), reads=(Facet.DIAGNOSES,), notes=("gap",))
def gap_in_diagnoses(env: Env, view: CaseView) -> bool:
    """Whether an other-diagnosis row is empty while a later one is filled."""
    gap = _gap(view.diagnoses, 1)
    if gap is None:
        return False
    note(view, gap=str(gap))
    return True


@function((), prose="手术操作中间有空行", columns=("SSJCZBM1",), reads=(Facet.PROCEDURES,), notes=("gap",))
def gap_in_procedures(env: Env, view: CaseView) -> bool:
    """Whether a procedure row is empty while a later one is filled."""
    gap = _gap(view.procedures, 0)
    if gap is None:
        return False
    note(view, gap=str(gap + 1))
    return True


@function((Type.LINE,), prose="{0}的编码在前面的行已有", notes=("first",))
def same_code_before(env: Env, view: CaseView, line: Line) -> bool:
    """Whether an earlier line of the same kind has the same code."""
    if not line.code:
        return False
    for before in view.diagnoses if line.kind is Kind.DIAGNOSIS else view.procedures:
        if before.index >= line.index:
            return False
        if before.normal == line.normal:
            note(view, first=before.place)
            return True
    return False


@function((Type.LINE,), prose="{0}与前面某行编码、日期都相同", notes=("first",))
def same_procedure_same_day(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether an earlier procedure line has the same code and the same day."""
    day = getattr(line.row, "day", None)
    if not line.code or day is None:
        return None
    for before in view.procedures:
        if before.index >= line.index:
            return False
        if before.normal == line.normal and getattr(before.row, "day", None) == day:
            note(view, first=before.place)
            return True
    return False
