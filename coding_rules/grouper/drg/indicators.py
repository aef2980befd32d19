"""Indicators of DRG performance by any key: hospital, department, doctor, month. Each carries its formula in words.

The formulas are those of DRG performance evaluation as hospitals report it (产能, 效率, 安全); a region may define its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from coding_rules.grouper.drg.weight_table import GroupWeight

Key = TypeVar("Key", bound=Hashable)

LOW_RISK_RATE = 0.0
DIED = "5"
"""离院方式: died."""

FORMULAS: Mapping[str, str] = {
    "cases": "病例数 = 统计范围内的出院病例数",
    "grouped_rate": "入组率 = 入组病例数 ÷ 出院病例数 × 100%",
    "groups": "组数 = 入组病例覆盖的 DRG 组的个数",
    "total_weight": "总权重 = Σ(各 DRG 组病例数 × 该组权重)",
    "cmi": "CMI = 总权重 ÷ 有权重的入组病例数",
    "total_points": "总点数 = Σ(各 DRG 组病例数 × 该组基准点数)",
    "mean_points": "例均点数 = 总点数 ÷ 有点数的入组病例数",
    "fee_index": "费用消耗指数 = Σ(各组例均费用 ÷ 该组标杆例均费用 × 该组病例数) ÷ 病例数（只计有标杆、有费用的病例）",
    "time_index": "时间消耗指数 = Σ(各组平均住院日 ÷ 该组标杆平均住院日 × 该组病例数) ÷ 病例数（只计有标杆、有住院天数的病例）",
    "low_risk_mortality": "低风险组死亡率 = 低风险组死亡病例数 ÷ 低风险组病例数 × 100%（只计填有离院方式的病例）",
}
"""The formula behind each figure, for the screen and the printed report."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the indicators need of one discharge: its group ("" ungrouped), fee in 分, stay in days, 离院方式 (5 died, "" not filled
    in), and what its group is worth on the day (weight, points and the benchmarks 例均费用, 平均住院日).
    """

    group: str
    fee: int | None = None
    los: int | None = None
    discharge: str = ""
    worth: GroupWeight | None = None


@dataclass(frozen=True, slots=True)
class Mean:
    """A sum and over how many cases it runs."""

    total: float = 0.0
    count: int = 0

    @property
    def value(self) -> float | None:
        """The mean, ``None`` of nothing."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Indicators:
    """The figures of one key. ``None``: cannot be had (no weights, no benchmark, no low-risk case), never 0.

    ``low_risk_cases`` counts cases of low-risk groups whose 离院方式 is known; ``None`` where no list of such groups is known.
    """

    cases: int
    grouped: int = 0
    groups: int = 0
    total_weight: Decimal | None = None
    weighted_cases: int = 0
    total_points: Decimal | None = None
    pointed_cases: int = 0
    fee_ratios: Mean = Mean()
    time_ratios: Mean = Mean()
    low_risk_cases: int | None = None
    low_risk_deaths: int | None = None
    low_risk_unknown: int = 0

    @property
    def grouped_rate(self) -> float | None:
        """入组率, 0 to 1."""
        return self.grouped / self.cases if self.cases else None

    @property
    def cmi(self) -> Decimal | None:
        """Case mix index, four decimals."""
        return _quotient(self.total_weight, self.weighted_cases)

    @property
    def mean_points(self) -> Decimal | None:
        """Points a case, four decimals."""
        return _quotient(self.total_points, self.pointed_cases)

    @property
    def fee_index(self) -> float | None:
        """费用消耗指数. The mean of case ratios equals the mean of group ratios weighted by cases."""
        return self.fee_ratios.value

    @property
    def time_index(self) -> float | None:
        """时间消耗指数."""
        return self.time_ratios.value

    @property
    def low_risk_mortality(self) -> float | None:
        """低风险组死亡率, 0 to 1."""
        if not self.low_risk_cases or self.low_risk_deaths is None:
            return None
        return self.low_risk_deaths / self.low_risk_cases


def indicators_by(
    cases: Iterable[tuple[Key, Outcome]], low_risk: frozenset[str] | None = None
) -> dict[Key, Indicators]:
    """The indicators of every key, in the order in which keys appear. ``low_risk`` names the low-risk groups (``None``: not known,
    see ``low_risk_groups``).
    """
    tallies: dict[Key, _Tally] = defaultdict(lambda: _Tally(low_risk))
    for key, outcome in cases:
        tallies[key].add(outcome)
    return {key: tally.result() for key, tally in tallies.items()}


def low_risk_groups(
    cases: Iterable[Outcome], highest_rate: float = LOW_RISK_RATE, least: int = 30
) -> frozenset[str]:
    """Groups with at least ``least`` cases and a mortality of at most ``highest_rate``, as a stand-in where the region publishes no
    list of low-risk groups: take it from other data than the cases judged, or the figure is 0 by construction.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for outcome in cases:
        if outcome.group:
            counts[outcome.group][0] += 1
            counts[outcome.group][1] += outcome.discharge == DIED
    return frozenset(group for group, (n, died) in counts.items() if n >= least and died / n <= highest_rate)


class _Tally:
    def __init__(self, low_risk: frozenset[str] | None) -> None:
        self._low_risk = low_risk
        self._cases = self._grouped = 0
        self._groups: set[str] = set()
        self._weights: list[Decimal] = []
        self._points: list[Decimal] = []
        self._fee_ratios: list[float] = []
        self._time_ratios: list[float] = []
        self._low_cases = self._low_deaths = self._low_unknown = 0

    def add(self, outcome: Outcome) -> None:
        """Count one discharge."""
        self._cases += 1
        if not outcome.group:
            return
        self._grouped += 1
        self._groups.add(outcome.group)
        if outcome.worth is not None:
            self._add_worth(outcome, outcome.worth)
        if self._low_risk is not None and outcome.group in self._low_risk:
            known = bool(outcome.discharge)
            self._low_cases += known
            self._low_unknown += not known
            self._low_deaths += outcome.discharge == DIED

    def _add_worth(self, outcome: Outcome, worth: GroupWeight) -> None:
        if worth.weight is not None:
            self._weights.append(worth.weight)
        if worth.points is not None:
            self._points.append(worth.points)
        if worth.mean_fee and outcome.fee is not None:
            self._fee_ratios.append(outcome.fee / worth.mean_fee)
        if worth.mean_los and outcome.los is not None:
            self._time_ratios.append(outcome.los / float(worth.mean_los))

    def result(self) -> Indicators:
        """The figures."""
        known = self._low_risk is not None
        return Indicators(
            cases=self._cases,
            grouped=self._grouped,
            groups=len(self._groups),
            total_weight=sum(self._weights, Decimal(0)) if self._weights else None,
            weighted_cases=len(self._weights),
            total_points=sum(self._points, Decimal(0)) if self._points else None,
            pointed_cases=len(self._points),
            fee_ratios=Mean(sum(self._fee_ratios), len(self._fee_ratios)),
            time_ratios=Mean(sum(self._time_ratios), len(self._time_ratios)),
            low_risk_cases=self._low_cases if known else None,
            low_risk_deaths=self._low_deaths if known else None,
            low_risk_unknown=self._low_unknown,
        )


def _quotient(total: Decimal | None, count: int) -> Decimal | None:
    return (total / count).quantize(Decimal("0.0001")) if total is not None and count else None
