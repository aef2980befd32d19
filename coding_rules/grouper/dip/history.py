"""Past cases as points are worked out from them: years weighted, outliers trimmed, means by group and by hospital level.

Source: DIP 技术规范 (three years weighted 1:2:7, 2.5 % trimmed at both ends, 机构系数 = mean of the level / mean of the region); every
number is a setting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding_rules.grouper.inputs import GrouperInput

LEVELS = ("三级", "二级", "一级")
"""Levels of hospitals from the highest; others are not compared with each other."""


class Method(StrEnum):
    """How points follow from mean fees."""

    MEAN_FEE = "平均费用法"
    BENCHMARK = "基准病种法"


@dataclass(frozen=True, slots=True)
class PointsSettings:
    """Parameters of the calculation.

    ``year_weights`` oldest first; ``threshold`` least cases over all years; ``trim`` share of fees left out at each end of a group, from
    ``trim_from`` cases on; ``related_gain`` how much dearer related procedures must make a case to form a group of their own.
    """

    year_weights: Mapping[int, Decimal]
    threshold: int = 15
    trim: Decimal = Decimal("0.025")
    trim_from: int = 25
    related_gain: Decimal = Decimal("0.1")
    method: Method = Method.MEAN_FEE
    benchmark: str = ""

    @classmethod
    def for_years(cls, last: int, threshold: int = 15) -> PointsSettings:
        """The usual 1:2:7 over the three years up to ``last``."""
        weights = {last - 2: Decimal(1), last - 1: Decimal(2), last: Decimal(7)}
        return cls(weights, threshold)

    @property
    def text(self) -> str:
        """The rules as they are shown and printed with every result."""
        years = "、".join(f"{year} 年权重 {weight:f}" for year, weight in sorted(self.year_weights.items()))
        low, high = (f"{(share * 100).normalize():f}" for share in (self.trim, 1 - self.trim))
        trim = (
            f"各病种及全部病例中，费用低于第 {low} 或高于第 {high} 百分位数的不参与算均费（不足 {self.trim_from} 例的病种不裁）"
            if self.trim
            else "不裁剪"
        )
        gain = f"{(self.related_gain * 100).normalize():f}"
        return (
            f"{years}；{trim}；核心、综合病种各不少于 {self.threshold} 例；"
            f"相关手术使均费高出 {gain}% 以上才单独成组；{self.method.value}。"
        )


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """One past case: discharge year, hospital level, and what the grouper sees (total fee in 分)."""

    year: int
    case: GrouperInput
    level: str = ""


@dataclass(frozen=True, slots=True)
class LevelMean:
    """Mean fee of a hospital level in yuan, its 机构系数 and its cases."""

    level: str
    mean: Decimal
    factor: Decimal
    cases: int


@dataclass(frozen=True, slots=True)
class GroupLevel:
    """A group at one level: mean fee in yuan, 病种机构系数 = that / the group's mean; ``inverted`` (倒挂): a higher level is cheaper."""

    group: str
    level: str
    cases: int
    mean: Decimal
    factor: Decimal
    inverted: bool = False


def trimmed(cases: Sequence[HistoryCase], settings: PointsSettings) -> list[HistoryCase]:
    """The cases whose fee lies within the two percentiles (these included); all of them when they are few."""
    if len(cases) < settings.trim_from or not settings.trim:
        return list(cases)
    fees = sorted(each.case.total_fee or 0 for each in cases)
    low, high = _percentile(fees, settings.trim), _percentile(fees, 1 - settings.trim)
    return [each for each in cases if low <= (each.case.total_fee or 0) <= high]


def _percentile(ordered: Sequence[int], share: Decimal) -> Decimal:
    """Linear between neighbours, as spreadsheets have it (PERCENTILE.INC)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def weighted_mean(cases: Sequence[HistoryCase], settings: PointsSettings) -> Decimal:
    """Yearly mean fees in yuan, trimmed and weighted; years without cases do not count."""
    by_year: dict[int, list[Decimal]] = defaultdict(list)
    for each in trimmed(cases, settings):
        by_year[each.year].append(Decimal(each.case.total_fee or 0) / 100)
    total = sum((settings.year_weights[year] for year in by_year), Decimal(0))
    if not total:
        return Decimal(0)
    sums = (settings.year_weights[year] * sum(fees) / len(fees) for year, fees in by_year.items())
    return sum(sums, Decimal(0)) / total


def variation(fees: Sequence[Decimal]) -> Decimal:
    """CV: sample standard deviation / mean; 0 for fewer than two fees."""
    if len(fees) < 2:
        return Decimal(0)
    centre = sum(fees, Decimal(0)) / len(fees)
    squares = sum(((fee - centre) ** 2 for fee in fees), Decimal(0))
    return (squares / (len(fees) - 1)).sqrt() / centre if centre else Decimal(0)


def level_means(
    cases: Iterable[HistoryCase], settings: PointsSettings, region: Decimal
) -> tuple[LevelMean, ...]:
    """机构系数 by level: weighted mean fee of the level / of the region."""
    found = []
    for level, listed in sorted(_by_level(cases).items()):
        mean = weighted_mean(listed, settings)
        found.append(LevelMean(level, mean, mean / region if region else Decimal(0), len(listed)))
    return tuple(found)


def group_levels(
    pools: Mapping[str, Sequence[HistoryCase]], settings: PointsSettings
) -> tuple[GroupLevel, ...]:
    """病种机构系数 by group and level, for groups that have cases of more than one level."""
    found: list[GroupLevel] = []
    for code, cases in sorted(pools.items()):
        levels = _by_level(cases)
        if len(levels) < 2:
            continue
        whole = weighted_mean(cases, settings)
        means = {level: weighted_mean(listed, settings) for level, listed in levels.items()}
        found += [
            GroupLevel(
                code,
                level,
                len(levels[level]),
                mean,
                mean / whole if whole else Decimal(0),
                _is_inverted(level, means),
            )
            for level, mean in sorted(means.items())
        ]
    return tuple(found)


def _is_inverted(level: str, means: Mapping[str, Decimal]) -> bool:
    higher = LEVELS[: LEVELS.index(level)] if level in LEVELS else ()
    return any(means[each] < means[level] for each in higher if each in means)


def _by_level(cases: Iterable[HistoryCase]) -> dict[str, list[HistoryCase]]:
    found: dict[str, list[HistoryCase]] = defaultdict(list)
    for each in cases:
        found[each.level].append(each)
    return found
