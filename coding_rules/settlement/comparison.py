"""Fee-for-service against DIP for one disease: two periods compared measure by measure, with the test used and its p value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from coding_rules.case import Case
from coding_rules.settlement.statistics import (
    Significance,
    deviation,
    mann_whitney,
    mean,
    median,
    welch,
)

DRUGS = ("XYF", "ZCYF", "ZCYF1")
CONSUMABLES = ("HCYYCLF", "YYCLF", "YCXYYCLF")
OPERATION = "SSZLF"
NORMAL_FROM = 30
"""From so many cases on both sides the means are compared by Welch's test, below by ranks."""
LIMIT = 0.05
"""Below this p a difference is called significant."""


@dataclass(frozen=True, slots=True)
class PeriodCase:
    """What one case brings to the comparison: money in yuan, stay in days; ``None`` when not filed."""

    total: Decimal | None
    drugs: Decimal | None = None
    operation: Decimal | None = None
    consumables: Decimal | None = None
    los: Decimal | None = None
    self_paid: Decimal | None = None

    @property
    def self_paid_share(self) -> Decimal | None:
        """自付比例 in percent."""
        return self.self_paid * 100 / self.total if self.self_paid is not None and self.total else None

    @classmethod
    def of(cls, case: Case) -> PeriodCase:
        """The measures of a front page."""
        fees = case.fees

        def part(*ids: str) -> Decimal | None:
            filed = [fees.items[each] for each in ids if each in fees.items]
            return Decimal(sum(filed)) / 100 if filed else None

        return cls(
            total=Decimal(fees.total) / 100 if fees.total is not None else None,
            drugs=part(*DRUGS),
            operation=part(OPERATION),
            consumables=part(*CONSUMABLES),
            los=Decimal(case.los) if case.los is not None else None,
            self_paid=Decimal(fees.self_paid) / 100 if fees.self_paid is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """One measure in one period."""

    cases: int
    mean: Decimal
    deviation: Decimal
    median: Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure in both periods. ``change`` is the relative change of the mean (0.1: 10 % more); ``None`` from a mean of 0.

    ``test`` is the one that applies and ``why`` says why it is that one; ``other_test`` the other one for the reader who prefers it;
    ``None`` where a test cannot be made.
    """

    label: str
    unit: str
    before: Spread
    after: Spread
    change: Decimal | None
    test: Significance | None
    other_test: Significance | None
    why: str = ""

    @property
    def verdict(self) -> str:
        """The result in words, at the usual 0.05."""
        if self.test is None:
            return "无法检验"
        direction = "上升" if self.after.mean > self.before.mean else "下降"
        return f"{direction}，差异有统计学意义" if self.test.p < LIMIT else "差异无统计学意义"

    @property
    def disagreement(self) -> str:
        """Said where the other test comes to another result: then neither should be leaned on."""
        one, other = self.test, self.other_test
        if one is None or other is None or (one.p < LIMIT) == (other.p < LIMIT):
            return ""
        return f"{other}，结论不同，请结合分布判断"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods of one disease."""

    before_cases: int
    after_cases: int
    measures: tuple[Measure, ...]
    note: str


MEASURES: tuple[tuple[str, str, Callable[[PeriodCase], Decimal | None]], ...] = (
    ("次均总费用", "元", lambda case: case.total),
    ("药品费", "元", lambda case: case.drugs),
    ("手术治疗费", "元", lambda case: case.operation),
    ("耗材费", "元", lambda case: case.consumables),
    ("住院天数", "天", lambda case: case.los),
    ("自付比例", "%", lambda case: case.self_paid_share),
)


def compare_periods(before: Sequence[PeriodCase], after: Sequence[PeriodCase]) -> Comparison:
    """Compare a period of fee-for-service (``before``) with one of DIP (``after``).

    Cases without a value are left out of that measure. Means by Welch's t test from 30 cases on both sides, otherwise Mann-Whitney.
    """
    measures = tuple(_measure(label, unit, value, before, after) for label, unit, value in MEASURES)
    note = (
        f"两期均不少于 {NORMAL_FROM} 例比较均值，用 Welch t 检验；否则比较秩次，用 Mann-Whitney U 检验；双侧，P < {LIMIT} 为有统计学意义；"
        "观察性比较，未校正病情与收治结构，P 值不代表因果"
    )
    return Comparison(len(before), len(after), measures, note)


def _measure(
    label: str,
    unit: str,
    value: Callable[[PeriodCase], Decimal | None],
    before: Sequence[PeriodCase],
    after: Sequence[PeriodCase],
) -> Measure:
    old = [each for case in before if (each := value(case)) is not None]
    new = [each for case in after if (each := value(case)) is not None]
    start = mean(old)
    change = (mean(new) - start) / start if old and new and start else None
    chosen, other, why = _choose([float(each) for each in old], [float(each) for each in new])
    return Measure(label, unit, _spread(old), _spread(new), change, chosen, other, why)


def _choose(
    old: Sequence[float], new: Sequence[float]
) -> tuple[Significance | None, Significance | None, str]:
    """The test that applies, the other one, and why: the number of cases decides, before anybody has seen a p value."""
    by_means, by_ranks = welch(old, new), mann_whitney(old, new)
    counts = f"前期 {len(old):,} 例、后期 {len(new):,} 例"
    if not old or not new:
        return None, None, f"{counts}，有一期没有填报这一项的病例"
    if by_ranks is None:
        return None, None, f"{counts}，数值全同"
    if by_means is not None and min(len(old), len(new)) >= NORMAL_FROM:
        return by_means, by_ranks, f"{counts}，均不少于 {NORMAL_FROM} 例，比较均值，不假定两期方差相等"
    if by_means is None and min(len(old), len(new)) >= NORMAL_FROM:
        return by_ranks, None, f"{counts}，各期内数值全同，均值检验做不了，比较秩次"
    exact = "没有相同的数值，取精确概率" if by_ranks.exact else "正态近似，已作相同数值与连续性校正"
    return by_ranks, by_means, f"{counts}，不足 {NORMAL_FROM} 例，比较秩次；{exact}"


def _spread(values: Sequence[Decimal]) -> Spread:
    return Spread(len(values), mean(values), deviation(values), median(values))
