"""Sums over many cases."""

from __future__ import annotations

from decimal import Decimal

from app.review import CaseResult, Scored
from app.summary import NO_DEPARTMENT, summarise, total
from coding_rules.case import Case
from coding_rules.finding import Finding, Severity
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.settlement.settlement import Band, Settlement


def finding(rule: str, severity: Severity) -> Finding:
    return Finding(rule, severity, "x", f"标题 {rule}", "话")


def dip(points: str | None, profit: int | None, band: Band = Band.NORMAL) -> Scored:
    value = None if points is None else Decimal(points)
    amount = None if profit is None else profit + 1000
    return Scored(
        Grouping(System.DIP, "目录", "A" if points else "", points=value),
        Settlement("市", band, amount=amount, profit=profit),
    )


def test_cases_count_once_by_their_worst_finding_and_rules_once_per_case() -> None:
    error, warning, hint = (finding(each.value, each) for each in Severity)
    summary = summarise(
        [
            CaseResult(Case("1", department="内科"), (warning, error, error)),
            CaseResult(Case("2", department="外科 "), (hint, warning)),
            CaseResult(Case("3", department="外科")),
            CaseResult(Case("4"), (hint,)),
        ]
    )
    whole = summary.whole
    assert (whole.cases, whole.clean) == (4, 1)
    assert whole.worst == {Severity.ERROR: 1, Severity.WARNING: 1, Severity.HINT: 1}
    assert whole.findings == {Severity.ERROR: 2, Severity.WARNING: 2, Severity.HINT: 2}
    assert [(part.name, part.cases) for part in summary.departments] == [
        ("外科", 2),
        ("内科", 1),
        (NO_DEPARTMENT, 1),
    ]
    assert [(rule.rule_id, rule.cases) for rule in summary.rules] == [
        ("hint", 2),
        ("warning", 2),
        ("error", 1),
    ]
    assert (whole.drg, whole.dip) == (None, None)


def test_absent_figures_are_left_out_of_sums_and_not_taken_for_0() -> None:
    totals = total([dip("100.5", -300), dip("50", None, Band.UNKNOWN), dip(None, None, Band.UNGROUPED), None])
    assert totals is not None
    assert (totals.cases, totals.grouped, totals.settled) == (3, 2, 1)
    assert (totals.points, totals.weight, totals.amount, totals.profit) == (Decimal("150.5"), None, 700, -300)
    assert totals.bands == {Band.NORMAL: 1, Band.UNKNOWN: 1, Band.UNGROUPED: 1}
    assert total([None]) is None
