"""Indicators of DRG performance by any key: hospital, department, doctor, month. Each carries its formula in words.

The formulas are those of DRG performance evaluation as hospitals report it (产能, 效率, 安全); a region may define its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
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
    "fee_index": "费用消耗指数 = Σ(各组例均费用 ÷ 该组标杆例均费用 × 该组病例数) ÷ 病例数（只计有标杆的组）",
    "time_index": "时间消耗指数 = Σ(各组平均住院日 ÷ 该组标杆平均住院日 × 该组病例数) ÷ 病例数（只计有标杆的组）",
    "low_risk_mortality": "低风险组死亡率 = 低风险组死亡病例数 ÷ 低风险组病例数 × 100%",
}
"""The formula behind each figure, for the screen and the printed report."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the indicators need of one discharge: its group ("" ungrouped), fee in 分, stay in days, 离院方式 (5 died)."""

    group: str
    fee: int | None = None
    los: int | None = None
    discharge: str = ""


@dataclass(frozen=True, slots=True)
class Indicators:
    """The figures of one key. ``None``: cannot be had (no weights, no benchmark, no low-risk case), never 0."""

    cases: int
    grouped: int
    groups: int
    total_weight: Decimal | None
    weighted_cases: int
    fee_index: float | None
    time_index: float | None
    low_risk_cases: int | None
    low_risk_deaths: int | None

    @property
    def grouped_rate(self) -> float | None:
        """入组率, 0 to 1."""
        return self.grouped / self.cases if self.cases else None

    @property
    def cmi(self) -> Decimal | None:
        """Case mix index, four decimals."""
        if self.total_weight is None or not self.weighted_cases:
            return None
        return (self.total_weight / self.weighted_cases).quantize(Decimal("0.0001"))

    @property
    def low_risk_mortality(self) -> float | None:
        """低风险组死亡率, 0 to 1."""
        if not self.low_risk_cases or self.low_risk_deaths is None:
            return None
        return self.low_risk_deaths / self.low_risk_cases


def indicators_by(
    cases: Iterable[tuple[Key, Outcome]],
    weights: Callable[[str], GroupWeight | None],
    low_risk: frozenset[str] | None = None,
) -> dict[Key, Indicators]:
    """The indicators of every key, in the order in which keys appear.

    ``weights(group)`` gives weight and benchmark (例均费用, 平均住院日) of a group; ``low_risk`` names the low-risk groups
    (``None``: not known, see ``low_risk_groups``).
    """
    tallies: dict[Key, _Tally] = defaultdict(lambda: _Tally(weights, low_risk))
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
    def __init__(self, weights: Callable[[str], GroupWeight | None], low_risk: frozenset[str] | None) -> None:
        self._weights, self._low_risk = weights, low_risk
        self._cases = self._grouped = self._weighted = 0
        self._groups: set[str] = set()
        self._total_weight: Decimal | None = None
        self._fee_ratios, self._time_ratios = _Mean(), _Mean()
        self._low_cases = self._low_deaths = 0

    def add(self, outcome: Outcome) -> None:
        self._cases += 1
        if not outcome.group:
            return
        self._grouped += 1
        self._groups.add(outcome.group)
        weight = self._weights(outcome.group)
        if weight is not None:
            self._add_weighted(outcome, weight)
        if self._low_risk is not None and outcome.group in self._low_risk:
            self._low_cases += 1
            self._low_deaths += outcome.discharge == DIED

    def _add_weighted(self, outcome: Outcome, weight: GroupWeight) -> None:
        if weight.weight is not None:
            self._total_weight = (self._total_weight or Decimal(0)) + weight.weight
            self._weighted += 1
        if weight.mean_fee and outcome.fee is not None:
            self._fee_ratios.add(outcome.fee / weight.mean_fee)
        if weight.mean_los and outcome.los is not None:
            self._time_ratios.add(outcome.los / float(weight.mean_los))

    def result(self) -> Indicators:
        known = self._low_risk is not None
        return Indicators(
            cases=self._cases,
            grouped=self._grouped,
            groups=len(self._groups),
            total_weight=self._total_weight,
            weighted_cases=self._weighted,
            fee_index=self._fee_ratios.value,
            time_index=self._time_ratios.value,
            low_risk_cases=self._low_cases if known else None,
            low_risk_deaths=self._low_deaths if known else None,
        )


class _Mean:
    """A running mean; the mean of case ratios equals the mean of group ratios weighted by cases."""

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, value: float) -> None:
        self._sum += value
        self._count += 1

    @property
    def value(self) -> float | None:
        return self._sum / self._count if self._count else None
