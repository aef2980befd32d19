"""What the results of many cases come to: findings by severity and rule, money by payment system, all by department."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import TypeVar

from app.compare import amount_of, band_of, points_of, profit_of
from app.progress import Progress
from app.review import CaseResult, Scored
from coding_rules.finding import Severity
from coding_rules.settlement.settlement import Band

NO_DEPARTMENT = "未填科室"
CATCH_ALL = "兜底"
"""``Grouping.kind`` of a DIP catch-all (CPnn, KBBZ)."""
_Number = TypeVar("_Number", int, Decimal)


@dataclass(frozen=True, slots=True)
class Totals:
    """One payment system over some cases. Sums cover the cases that have the figure; ``None``: none has it. Money in 分.

    ``grouped`` counts cases that reached a group of their own; ``catch_all`` those that only fell into the region's
    place for ungrouped cases (DIP 兜底: it has a code and points, but is no group). ``settled`` is how many cases have
    a profit or loss; sums of money cover only these.
    """

    cases: int
    grouped: int
    catch_all: int
    settled: int
    bands: Mapping[Band, int]
    weight: Decimal | None = None
    points: Decimal | None = None
    amount: int | None = None
    profit: int | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule spoke."""

    rule_id: str
    title: str
    severity: Severity
    cases: int


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one department, or of all. ``worst`` counts cases by their most serious finding.

    ``drg`` and ``dip`` are ``None`` where that system was not asked.
    """

    name: str
    cases: int
    worst: Mapping[Severity, int]
    findings: Mapping[Severity, int]
    drg: Totals | None
    dip: Totals | None

    @property
    def clean(self) -> int:
        """Cases without any finding."""
        return self.cases - sum(self.worst.values())


@dataclass(frozen=True, slots=True)
class Summary:
    """All cases, every department (most cases first), and every rule that spoke (most cases first)."""

    whole: Part
    departments: tuple[Part, ...]
    rules: tuple[RuleCount, ...]


def summarise(results: Sequence[CaseResult], progress: Progress | None = None) -> Summary:
    """Sum up the results of many cases.

    Raises:
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    parts = []
    for name, members in by_department(results).items():
        parts.append(_part(name, members))
        progress.report(sum(part.cases for part in parts), len(results), "正在统计")
    return Summary(
        whole=_part("全部", results),
        departments=tuple(sorted(parts, key=lambda part: -part.cases)),
        rules=_rules(results),
    )


def department_of(result: CaseResult) -> str:
    """The discharge department a case is counted under."""
    return result.case.department.strip() or NO_DEPARTMENT


def by_department(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    """Results by department, in the order the departments first appear."""
    grouped: dict[str, list[CaseResult]] = {}
    for result in results:
        grouped.setdefault(department_of(result), []).append(result)
    return grouped


def total(scored: Iterable[Scored | None]) -> Totals | None:
    """Sum up one payment system; ``None`` when it answered for no case."""
    answers = [answer for answer in scored if answer is not None]
    if not answers:
        return None
    settled = [answer for answer in answers if profit_of(answer) is not None]
    return Totals(
        cases=len(answers),
        grouped=sum(answer.grouping.grouped and answer.grouping.kind != CATCH_ALL for answer in answers),
        catch_all=sum(answer.grouping.kind == CATCH_ALL for answer in answers),
        settled=len(settled),
        bands=Counter(map(band_of, answers)),
        weight=_sum(answers, lambda answer: answer.grouping.weight),
        points=_sum(answers, points_of),
        amount=_sum(settled, amount_of),
        profit=_sum(settled, profit_of),
    )


def _part(name: str, results: Sequence[CaseResult]) -> Part:
    worst: Counter[Severity] = Counter()
    findings: Counter[Severity] = Counter()
    for result in results:
        severities = [finding.severity for finding in result.findings]
        findings.update(severities)
        if severities:
            worst[min(severities, key=lambda severity: severity.rank)] += 1
    return Part(
        name=name,
        cases=len(results),
        worst=worst,
        findings=findings,
        drg=total(result.drg for result in results),
        dip=total(result.dip for result in results),
    )


def _rules(results: Iterable[CaseResult]) -> tuple[RuleCount, ...]:
    titles: dict[str, tuple[str, Severity]] = {}
    cases: Counter[str] = Counter()
    for result in results:
        for finding in result.findings:
            titles.setdefault(finding.rule_id, (finding.title, finding.severity))
        cases.update({finding.rule_id for finding in result.findings})
    return tuple(RuleCount(rule_id, *titles[rule_id], count) for rule_id, count in _most_first(cases))


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _sum(answers: Iterable[Scored], figure: Callable[[Scored], _Number | None]) -> _Number | None:
    values = [value for value in map(figure, answers) if value is not None]
    return reduce(lambda total, value: total + value, values) if values else None
