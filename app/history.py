"""Changes: undo, audit trail, autosave and correction list at once.

A Change holds values already computed (the lines before and after), so replaying it never depends on rules that may
have been updated since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from coding_rules.case import Case, Diagnosis, Procedure


class Decision(StrEnum):
    """What the coder decided about a case or a finding."""

    CORRECT = "更正"
    KEEP = "维持原码"
    PENDING = "待查病历"


@dataclass(frozen=True, slots=True)
class CodedLines:
    """The part of a case that coders change: its diagnosis and procedure lines."""

    diagnoses: tuple[Diagnosis, ...]
    procedures: tuple[Procedure, ...]

    @classmethod
    def of(cls, case: Case) -> CodedLines:
        """The lines of a case as they stand."""
        return cls(case.diagnoses, case.procedures)

    def put_on(self, case: Case) -> Case:
        """The case with these lines."""
        return replace(case, diagnoses=self.diagnoses, procedures=self.procedures)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a coder's work on one case.

    ``label`` names the undo step ("主要诊断 I20.000 → I21.000"). ``before`` and ``after`` are equal for decisions that change
    no code (维持原码, 待查病历). ``rule_id`` names the finding it answers, if any. ``time`` is local wall-clock time.
    ``number`` is given by the session when the change is stored (0 before); ``undone`` marks a step taken back.
    """

    case_id: str
    label: str
    decision: Decision
    before: CodedLines
    after: CodedLines
    reason: str = ""
    rule_id: str = ""
    author: str = ""
    time: datetime = datetime.min
    number: int = 0
    undone: bool = False
