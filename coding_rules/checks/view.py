"""CaseView: a case laid out for rules: lines with their normalised codes, the row's cells, dates as days.

A view is made once per case and read by every rule; nothing in it is written back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from coding_rules.case import Case, Diagnosis, Procedure, is_blank
from coding_rules.codeset import group_key
from coding_rules.fields import diagnosis_fields
from icd_tables.codes import Kind, normalize_code, without_marks
from icd_tables.table import CodeEntry


@dataclass(frozen=True, slots=True)
class CodeParts:
    """A filed code taken apart: its normalised spelling, the part rules compare, and its category."""

    normal: str
    bare: str
    group: str


@lru_cache(maxsize=200_000)
def code_parts(code: str, kind: Kind) -> CodeParts:
    """Take a filed code apart; remembered, as a month repeats its codes."""
    normal = normalize_code(code)
    bare = without_marks(normal) if kind is Kind.DIAGNOSIS else normal
    return CodeParts(normal, bare, group_key(bare, kind))


class Line:
    """One diagnosis or procedure line as rules see it.

    ``index`` is 0-based in its own list, ``field`` the cell of its code, ``entry`` the table's row once somebody asked for it
    (``False``: nobody has).
    """

    __slots__ = ("bare", "code", "entry", "field", "group", "index", "kind", "name", "normal", "row")

    def __init__(self, row: Diagnosis | Procedure, index: int, kind: Kind, field: str) -> None:
        code = "" if is_blank(row.code) else row.code
        parts = code_parts(code, kind)
        self.row = row
        self.index = index
        self.kind = kind
        self.field = field
        self.code = code
        self.name = "" if is_blank(row.name) else row.name
        self.normal = parts.normal
        self.bare = parts.bare
        self.group = parts.group
        self.entry: CodeEntry | bool | None = False

    @property
    def text(self) -> str:
        """Code and name for a message."""
        return f"{self.code} {self.name}".strip() or "（空）"

    @property
    def place(self) -> str:
        """What coders call the line."""
        if self.field in _PLACES:
            return _PLACES[self.field]
        if self.kind is Kind.DIAGNOSIS:
            return f"其他诊断{self.index}"
        return "主要手术操作" if self.index == 0 else f"手术操作{self.index + 1}"


_PLACES = {"JBDM": "主要诊断", "JBBM": "门（急）诊诊断", "H23": "外部原因", "JBMM": "病理诊断"}


def _filled(row: Diagnosis | Procedure) -> bool:
    return not (is_blank(row.code) and is_blank(row.name))


class CaseView:
    """Everything a rule may ask about one case. ``captures``, ``notes`` and ``line`` are the scratch of the rule being run.

    ``cells`` holds the source row; it is laid out when first asked for, as few rules re-run after an edit read it.
    """

    cells: Mapping[str, str]

    __slots__ = (
        "admitted",
        "birth",
        "captures",
        "case",
        "cells",
        "diagnoses",
        "discharged",
        "external",
        "groups",
        "line",
        "main",
        "notes",
        "other_procedures",
        "others",
        "outpatient",
        "pathology",
        "principal",
        "procedures",
        "remembered",
    )

    def __init__(self, case: Case) -> None:
        self.case = case
        self.diagnoses = tuple(
            Line(row, i, Kind.DIAGNOSIS, diagnosis_fields(i)[0])
            for i, row in enumerate(case.diagnoses)
            if _filled(row)
        )
        self.procedures = tuple(
            Line(row, i, Kind.PROCEDURE, f"SSJCZBM{i + 1}")
            for i, row in enumerate(case.procedures)
            if _filled(row)
        )
        first = self.diagnoses[:1] if self.diagnoses and self.diagnoses[0].index == 0 else ()
        self.principal = first
        self.others = self.diagnoses[len(first) :]
        self.main = self.procedures[:1] if self.procedures and self.procedures[0].index == 0 else ()
        self.other_procedures = self.procedures[len(self.main) :]
        self.outpatient = _single(case.outpatient_diagnosis, "JBBM")
        self.external = _single(case.external_cause, "H23")
        self.pathology = _single(case.pathology, "JBMM")
        self.groups = {line.group for line in self.diagnoses}
        self.groups.update(line.group for line in self.procedures)
        self.admitted = _day(case.admitted)
        self.discharged = _day(case.discharged)
        self.birth = case.birth
        self.line: Line | None = None
        self.captures: dict[str, Line] = {}
        self.notes: dict[str, str] = {}
        self.remembered: dict[str, object] = {}

    def forget(self) -> None:
        """Clear what the last question left: a message may speak only of what its own rule found on its own line."""
        self.captures.clear()
        self.notes.clear()

    def __getattr__(self, name: str) -> Mapping[str, str]:
        if name != "cells":
            raise AttributeError(name)
        self.cells = self.case.fields.as_dict()
        return self.cells


def _single(row: Diagnosis, field: str) -> tuple[Line, ...]:
    return (Line(row, 0, Kind.DIAGNOSIS, field),) if _filled(row) else ()


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
