"""The integrity check of weight tables: against their scheme, and several of them against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from coding_rules.finding import Severity
from coding_rules.grouper.drg.dates import overlapping, period
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.scheme_issue import SchemeIssue, at_rule
from coding_rules.grouper.drg.weight_layout import CODE, LABELS
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable


def weight_issues(scheme: Scheme) -> Iterator[SchemeIssue]:
    """Rows that could not be taken as they stand, groups without weight, rows without group or figure; nothing without weights."""
    table = scheme.weights
    if table is None:
        return
    for issue in table.report.issues:
        yield SchemeIssue(issue.sheet, issue.row, issue.column, Severity.WARNING, issue.message)
    missing = {rule.code for rule in scheme.drgs} - table.rows.keys()
    missing |= {rule.code for rule in scheme.adrgs if rule.code not in scheme.drgs_of} - table.rows.keys()
    for rule in (*scheme.adrgs, *scheme.drgs):
        if rule.code in missing:
            missing.discard(rule.code)
            message = f"{rule.code} 在权重表“{table.name}”中没有权重"
            yield at_rule(rule, rule.stage.lower(), Severity.WARNING, message)
    known = {rule.code for rule in (*scheme.adrgs, *scheme.drgs)}
    for row in table.rows.values():
        if row.code not in known:
            yield _at_row(table, row, CODE, f"方案里没有 {row.code} 这个组")
        elif row.weight is None and row.points is None:
            yield _at_row(table, row, "weight", f"{row.code} 的权重是空的")


def verify_weight_dates(tables: Sequence[WeightTable]) -> list[SchemeIssue]:
    """Weight tables for one scheme that are in force on the same days: what a case is worth then depends on a guess."""
    dated = [table for table in tables if table.valid_from or table.valid_to]
    dated.sort(key=lambda table: table.valid_from or date.min)
    return [
        SchemeIssue(
            other.name,
            0,
            "",
            Severity.ERROR,
            f"有效日期（{period(other.valid_from, other.valid_to)}）与“{one.name}”"
            f"（{period(one.valid_from, one.valid_to)}）重叠，重叠的日子用启用较晚的一份；请改启用或停用日期",
        )
        for one, other, _, _ in overlapping(dated)
    ]


def _at_row(table: WeightTable, row: GroupWeight, what: str, message: str) -> SchemeIssue:
    header = table.report.columns.get(row.sheet, {}).get(what) or LABELS[what]
    return SchemeIssue(row.sheet, row.row, header, Severity.WARNING, message)
