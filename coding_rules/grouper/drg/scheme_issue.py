"""SchemeIssue: one inconsistency of a scheme or its weights, with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from coding_rules.finding import Severity
from coding_rules.grouper.drg.scheme import GroupRule


@dataclass(frozen=True, slots=True)
class SchemeIssue:
    """One inconsistency: file, 1-based row (0: the file as a whole), column, how serious, and the Chinese sentence.

    An error makes results wrong and can be put right where it stands; a warning is a fact of the published table to know of.
    """

    file: str
    row: int
    column: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        row = f" 第 {self.row} 行" if self.row else ""
        return f"{self.file}{row}{' ' + self.column + ' 列' if self.column else ''}：{self.message}"


def at_rule(rule: GroupRule, column: str, severity: Severity, message: str) -> SchemeIssue:
    """An issue at the row of a rule."""
    return SchemeIssue(rule.file, rule.row, column, severity, message)
