"""What the check of a scheme found, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from coding_rules.grouper.drg.scheme_issue import SchemeIssue
from ui.models.columns import Column
from ui.tools.columns import count, text


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An inconsistency, numbered."""

    number: int
    issue: SchemeIssue


ISSUE_COLUMNS: tuple[Column[IssueRow], ...] = (
    Column(
        "severity",
        "程度",
        lambda row: row.issue.severity.label,
        sort=lambda row: row.issue.severity.rank,
        width=58,
        tone=lambda row: row.issue.severity.value,
    ),
    text("file", "文件", lambda row: row.issue.file, 150),
    count("row", "行", lambda row: row.issue.row or None, 60),
    text("column", "列", lambda row: row.issue.column, 150),
    text("message", "问题", lambda row: row.issue.message, 320, stretch=True),
)
