"""Predicates over the lines of the form: gaps, repeats."""

from __future__ import annotations

from collections.abc import Sequence

from coding_rules.case import is_blank
from coding_rules.checks.functions_values import parse_day
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


@function((Type.LINE,), prose="{0}的日期读不出来", columns=("SSJCZRQ1",), notes=("filed",))
def unreadable_procedure_day(env: Env, view: CaseView, line: Line) -> bool:
    """Whether the date cell of a procedure line is filled with something that is no day."""
    filed = view.cells.get(f"SSJCZRQ{line.index + 1}", "")
    if getattr(line.row, "day", None) is not None or is_blank(filed) or parse_day(filed.strip()) is not None:
        return False
    note(view, filed=filed.strip())
    return True


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


@function((), prose="有手术操作填了麻醉方式", columns=("MZFS1",), reads=(Facet.PROCEDURES,))
def any_anesthesia(env: Env, view: CaseView) -> bool:
    """Whether any procedure line names an anaesthesia."""
    return any(not is_blank(getattr(line.row, "anesthesia", "")) for line in view.procedures)


@function((Type.TEXT,), prose="全部出院诊断的入院病情都是{0}", columns=("RYBQ",), reads=(Facet.DIAGNOSES,))
def all_conditions(env: Env, view: CaseView, value: str) -> bool:
    """Whether every diagnosis line has this 入院病情."""
    return bool(view.diagnoses) and all(
        getattr(line.row, "condition", "") == value for line in view.diagnoses
    )
