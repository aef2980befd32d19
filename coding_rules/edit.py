"""Edits: the closed set of things a coder can do to a front page, as values. ``apply`` makes the new case.

Used by fixes of findings, by counterfactuals, and by changes in the history. Positions are 0-based.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar, assert_never

from coding_rules.case import Case, Diagnosis, Procedure


@dataclass(frozen=True, slots=True)
class SetDiagnosis:
    """Give diagnosis line ``index`` this code and name; its 入院病情 stays."""

    index: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SetCondition:
    """Set 入院病情 of diagnosis line ``index``."""

    index: int
    condition: str


@dataclass(frozen=True, slots=True)
class InsertDiagnosis:
    """Insert a diagnosis line before ``index`` (the length appends)."""

    index: int
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class RemoveDiagnosis:
    """Remove diagnosis line ``index``."""

    index: int


@dataclass(frozen=True, slots=True)
class MoveDiagnosis:
    """Move diagnosis line ``index`` so that it stands at ``to``; 0 makes it principal."""

    index: int
    to: int


@dataclass(frozen=True, slots=True)
class SetProcedure:
    """Give procedure line ``index`` this code and name; date, surgeon and the rest stay."""

    index: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class InsertProcedure:
    """Insert a procedure line before ``index`` (the length appends)."""

    index: int
    procedure: Procedure


@dataclass(frozen=True, slots=True)
class RemoveProcedure:
    """Remove procedure line ``index``."""

    index: int


@dataclass(frozen=True, slots=True)
class MoveProcedure:
    """Move procedure line ``index`` so that it stands at ``to``; 0 makes it principal."""

    index: int
    to: int


Edit = (
    SetDiagnosis
    | SetCondition
    | InsertDiagnosis
    | RemoveDiagnosis
    | MoveDiagnosis
    | SetProcedure
    | InsertProcedure
    | RemoveProcedure
    | MoveProcedure
)


_Row = TypeVar("_Row")


class EditError(ValueError):
    """An edit names a line the case does not have."""


def apply(case: Case, edits: Iterable[Edit]) -> Case:
    """The case after the edits, in order.

    Raises:
        EditError: a position is outside the case.
    """
    for edit in edits:
        case = _apply(case, edit)
    return case


def _apply(case: Case, edit: Edit) -> Case:
    match edit:
        case SetDiagnosis(index, code, name):
            line = replace(_at(case.diagnoses, index), code=code, name=name)
            return replace(case, diagnoses=_put(case.diagnoses, index, line))
        case SetCondition(index, condition):
            line = replace(_at(case.diagnoses, index), condition=condition)
            return replace(case, diagnoses=_put(case.diagnoses, index, line))
        case InsertDiagnosis(index, diagnosis):
            return replace(case, diagnoses=_insert(case.diagnoses, index, diagnosis))
        case RemoveDiagnosis(index):
            return replace(case, diagnoses=_remove(case.diagnoses, index))
        case MoveDiagnosis(index, to):
            return replace(case, diagnoses=_move(case.diagnoses, index, to))
        case SetProcedure(index, code, name):
            row = replace(_at(case.procedures, index), code=code, name=name)
            return replace(case, procedures=_put(case.procedures, index, row))
        case InsertProcedure(index, procedure):
            return replace(case, procedures=_insert(case.procedures, index, procedure))
        case RemoveProcedure(index):
            return replace(case, procedures=_remove(case.procedures, index))
        case MoveProcedure(index, to):
            return replace(case, procedures=_move(case.procedures, index, to))
    assert_never(edit)


def _at(rows: tuple[_Row, ...], index: int) -> _Row:
    if not 0 <= index < len(rows):
        raise EditError(f"no line {index + 1} among {len(rows)}")
    return rows[index]


def _put(rows: tuple[_Row, ...], index: int, row: _Row) -> tuple[_Row, ...]:
    return (*rows[:index], row, *rows[index + 1 :])


def _insert(rows: tuple[_Row, ...], index: int, row: _Row) -> tuple[_Row, ...]:
    if not 0 <= index <= len(rows):
        raise EditError(f"no place {index + 1} among {len(rows)}")
    return (*rows[:index], row, *rows[index:])


def _remove(rows: tuple[_Row, ...], index: int) -> tuple[_Row, ...]:
    _at(rows, index)
    return rows[:index] + rows[index + 1 :]


def _move(rows: tuple[_Row, ...], index: int, to: int) -> tuple[_Row, ...]:
    row = _at(rows, index)
    _at(rows, to)
    return _insert(_remove(rows, index), to, row)
