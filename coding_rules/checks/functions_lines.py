"""Predicates over the lines of the form: gaps, repeats."""

from __future__ import annotations

import re

from coding_rules.case import is_blank
from coding_rules.checks.names import DIAGNOSES, PROCEDURES, Facet, Type
from coding_rules.checks.predicates import Env, function, note
from coding_rules.checks.view import CaseView, Line
from coding_rules.lines import first_gap, form_lines
from coding_rules.values import parse_day
from icd_tables.codes import Kind

FULL_CODE = 7
"""Characters of a full code without extension: ``K80.100``, ``I10.x00``."""


def _gap(view: CaseView, kind: Kind) -> int | None:
    """The first line of the form (0: the principal diagnosis) that is empty with a filled one after it.

    A line may have been left empty in the file, or emptied since.
    """
    lines, first = (view.diagnoses, 0) if kind is Kind.DIAGNOSIS else (view.procedures, 1)
    filled = {line.index for line in lines}
    emptied = (i + first for i in range(1 - first, max(filled, default=0)) if i not in filled)
    count = len(view.case.diagnoses if kind is Kind.DIAGNOSIS else view.case.procedures)
    return next(emptied, None) or first_gap(view.cells, kind, count)


_COMPOUND = re.compile(r"^[A-Z]\d\d\..*M\d{5}/\d")


@function((), prose="其他诊断中间有空行", columns=("JBDM1",), reads=DIAGNOSES, notes=("gap",))
def gap_in_diagnoses(env: Env, view: CaseView) -> bool:
    """Whether an other-diagnosis row is empty while a later one is filled."""
    gap = _gap(view, Kind.DIAGNOSIS)
    if gap is None:
        return False
    note(view, gap=str(gap))
    return True


@function((), prose="手术操作中间有空行", columns=("SSJCZBM1",), reads=PROCEDURES, notes=("gap",))
def gap_in_procedures(env: Env, view: CaseView) -> bool:
    """Whether a procedure row is empty while a later one is filled."""
    gap = _gap(view, Kind.PROCEDURE)
    if gap is None:
        return False
    note(view, gap=str(gap))
    return True


@function((Type.LINE,), prose="{0}的编码在前面的行已有", reads=(*DIAGNOSES, *PROCEDURES), notes=("first",))
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


@function(
    (Type.LINE,), prose="{0}的日期读不出来", columns=("SSJCZRQ1",), reads=(Facet.REST,), notes=("filed",)
)
def unreadable_procedure_day(env: Env, view: CaseView, line: Line) -> bool:
    """Whether the date cell of a procedure line is filled with something that is no day."""
    if getattr(line.row, "day", None) is not None:
        return False
    where = form_lines(view.case, Kind.PROCEDURE)
    filed = view.cells.get(f"SSJCZRQ{where[line.index]}", "") if line.index < len(where) else ""
    if is_blank(filed) or parse_day(filed.strip()) is not None:
        return False
    note(view, filed=filed.strip())
    return True


@function((Type.LINE,), prose="{0}与前面某行编码、日期都相同", reads=PROCEDURES, notes=("first",))
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


@function((), prose="有手术操作填了麻醉方式", columns=("MZFS1",), reads=PROCEDURES)
def any_anesthesia(env: Env, view: CaseView) -> bool:
    """Whether any procedure line names an anaesthesia."""
    return any(not is_blank(getattr(line.row, "anesthesia", "")) for line in view.procedures)


@function((Type.TEXT,), prose="全部出院诊断的入院病情都是{0}", columns=("RYBQ",), reads=DIAGNOSES)
def all_conditions(env: Env, view: CaseView, value: str) -> bool:
    """Whether every diagnosis line has this 入院病情."""
    return bool(view.diagnoses) and all(
        getattr(line.row, "condition", "") == value for line in view.diagnoses
    )


@function(
    (Type.LINE,), prose="{0}的编码在前面的其他诊断中已有", reads=(*DIAGNOSES, *PROCEDURES), notes=("first",)
)
def same_other_before(env: Env, view: CaseView, line: Line) -> bool:
    """Whether an earlier other diagnosis has the same code and the principal diagnosis does not."""
    if not line.code or (view.principal and view.principal[0].normal == line.normal):
        return False
    return same_code_before(env, view, line) is True


@function(
    (Type.LINE,),
    prose="{0}是所在亚目的笼统编码，另一诊断同亚目而更具体",
    columns=("JBDM1",),
    reads=DIAGNOSES,
    notes=("finer",),
)
def vague_beside_finer(env: Env, view: CaseView, line: Line) -> bool:
    """Whether a line has its subcategory's general code (``.x00``) while another line is finer in the same subcategory."""
    if len(line.bare) != FULL_CODE or not line.bare.endswith("00"):
        return False
    for other in view.diagnoses:
        if other.index != line.index and other.bare[:5] == line.bare[:5] and other.bare != line.bare:
            note(view, finer=other.text)
            return True
    return False


_VALVES = {
    "I05": "mitral", "I06": "aortic", "I07": "tricuspid",
    "I34": "mitral", "I35": "aortic", "I36": "tricuspid",
}  # fmt: skip
"""Valve of each category of valve diseases: I05-I07 rheumatic, I34-I36 not."""


@function(
    (),
    prose="诊断中有两个以上心瓣膜各自的疾病",
    columns=("JBDM1",),
    reads=DIAGNOSES,
    notes=("valves",),
)
def multiple_valves(env: Env, view: CaseView) -> bool:
    """Whether diseases of two or more heart valves are coded one by one, rheumatic ones among them."""
    found = {line.group: line for line in view.diagnoses if line.group in _VALVES}
    valves = {_VALVES[group] for group in found}
    rheumatic = any(group.startswith("I0") for group in found)
    if len(valves) < 2 or not rheumatic:
        return False
    note(view, valves="、".join(line.text for line in found.values()))
    return True


@function(
    (),
    prose="另有手术操作的级别高于主要手术",
    columns=("SSJB1",),
    reads=PROCEDURES,
    notes=("higher",),
)
def higher_level_elsewhere(env: Env, view: CaseView) -> bool | None:
    """Whether another procedure is two or more levels above the main one."""
    if not view.main:
        return None
    first = getattr(view.main[0].row, "level", "")
    for line in view.other_procedures:
        level = getattr(line.row, "level", "")
        if level.isdecimal() and first.isdecimal() and int(level) - int(first) >= 2:
            note(view, higher=line.text)
            return True
    return False


@function((Type.LINE,), prose="{0}的术者与麻醉医师同名", columns=("SZ1", "MZYS1"))
def same_surgeon_and_anesthetist(env: Env, view: CaseView, line: Line) -> bool:
    """Whether surgeon and anaesthetist of a procedure are one name."""
    return _same_person(line, "operator", "anesthetist")


@function((Type.LINE,), prose="{0}的术者与Ⅰ助同名", columns=("SZ1", "YZ1"))
def same_surgeon_and_assistant(env: Env, view: CaseView, line: Line) -> bool:
    """Whether surgeon and first assistant of a procedure are one name."""
    return _same_person(line, "operator", "first_assistant")


def _same_person(line: Line, one: str, other: str) -> bool:
    name = getattr(line.row, one, "").strip()
    return not is_blank(name) and name == getattr(line.row, other, "").strip()


@function(
    (),
    prose="出院诊断至少 4 条，且四分之三以上是未特指的编码（.9）",
    columns=("JBDM",),
    reads=DIAGNOSES,
    notes=("count", "vague"),
)
def too_many_unspecified(env: Env, view: CaseView) -> bool:
    """Whether most diagnosis codes are unspecified ones."""
    vague = sum(line.bare[3:5] == ".9" for line in view.diagnoses)
    if len(view.diagnoses) < 4 or vague * 4 < len(view.diagnoses) * 3:
        return False
    note(view, count=str(len(view.diagnoses)), vague=str(vague))
    return True


@function((Type.LINE,), prose="另一诊断是{0}带形态学的复合编码", reads=DIAGNOSES, notes=("compound",))
def same_disease_with_morphology(env: Env, view: CaseView, line: Line) -> bool:
    """Whether another diagnosis is of the line's subcategory and carries a morphology code, while the line carries none."""
    if _COMPOUND.search(line.normal):
        return False
    for other in view.diagnoses:
        if other is not line and other.bare[:5] == line.bare[:5] and _COMPOUND.search(other.normal):
            note(view, compound=other.text)
            return True
    return False
