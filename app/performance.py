"""Indicators of performance of the open month: CMI, 入组率, 组数, consumption indexes, low-risk mortality, by any dimension.

The groups are those the review found; the benchmarks (例均费用, 平均住院日) are those of the weight table that gave the group its
weight. Where a region reckons in points, a weight is points divided by what a weight of 1 is worth: 1,000 under DIP, under DRG
what the regional parameters say; where they say nothing, points are shown and CMI is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.progress import Progress
from app.review import CaseResult, Knowledge, Scored
from app.sheets import read_cells
from app.summary import NO_DEPARTMENT
from coding_rules.case import Case, is_blank
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.indicators import FORMULAS, Indicators, Outcome, indicators_by
from coding_rules.grouper.drg.weight_layout import cell_text
from coding_rules.grouper.drg.weight_table import GroupWeight
from coding_rules.grouper.grouping import Grouping, System

WHOLE = "全院"
POINTS_OF_WEIGHT = Decimal(1000)
"""Under DIP."""
NOT_RATED = "未评价"
"""Shown for a figure that cannot be had; never 0."""
_DIP_WORDS = {
    "groups": "病种数 = 入组病例覆盖的病种的个数",
    "total_weight": "总权重 = Σ(各病种病例数 × 该病种分值) ÷ 1000",
    "cmi": "CMI = 总分值 ÷ 1000 ÷ 有分值的入组病例数",
    "total_points": "总分值 = Σ(各病种病例数 × 该病种分值)",
    "mean_points": "例均分值 = 总分值 ÷ 有分值的入组病例数",
}
_POINTS_WORDS = {
    "total_weight": "总权重 = 总点数 ÷ 每 1 权重折合点数 {per}（权重表只有基准点数）",
    "cmi": "CMI = 总点数 ÷ 每 1 权重折合点数 {per} ÷ 有点数的入组病例数（权重表只有基准点数）",
}
_NO_WEIGHT = "所载入的权重表只有基准点数，没有权重；DRG 结算参数里也没有“每 1 权重折合点数”，所以不能算。可看总点数、例均点数"
_WHY = {
    "total_weight": "没有载入权重表，或权重表里没有这些组的权重",
    "total_points": "没有载入权重表，或权重表里没有点数",
    "fee_index": "权重表里没有例均费用（标杆），或这些病例没有填总费用",
    "time_index": "权重表里没有平均住院日（标杆），或这些病例没有填住院天数",
    "low_risk_mortality": "没有低风险组名单，或这里没有低风险组的病例",
}
_SAME_REASON = {"cmi": "total_weight", "mean_points": "total_points", "low_risk_cases": "low_risk_mortality"}


class Dimension(StrEnum):
    """What figures are broken down by."""

    DEPARTMENT = "科室"
    PHYSICIAN = "医师"
    MONTH = "月份"
    GROUP = "病组"


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of one department, physician, month or group; the first line of a report is the whole hospital."""

    name: str
    figures: Indicators


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the figures are worked out in: ``weights`` and ``points`` say what the groups carry, ``per_weight`` how many points a
    weight of 1 is worth where weights come from points.
    """

    system: System
    weights: bool = True
    points: bool = False
    per_weight: Decimal | None = None

    @classmethod
    def of(
        cls, results: Iterable[CaseResult], system: System, per_weight: Decimal | None = None
    ) -> Reckoning:
        """As the groups of these results carry it; ``per_weight`` as the regional parameters say."""
        if system is System.DIP:
            return cls(system, weights=False, points=True, per_weight=POINTS_OF_WEIGHT)
        groupings = [result.drg.grouping for result in results if result.drg is not None]
        weights = any(grouping.weight is not None for grouping in groupings)
        points = any(grouping.points is not None for grouping in groupings)
        return cls(system, weights, points, None if weights else per_weight)

    def formulas(self) -> Mapping[str, str]:
        """The formula behind each figure, by the names of ``Indicators``."""
        if self.system is System.DIP:
            return {**FORMULAS, **_DIP_WORDS}
        if self.weights or not self.per_weight:
            return FORMULAS
        per = f"{self.per_weight:f}"
        return {**FORMULAS, **{name: text.format(per=per) for name, text in _POINTS_WORDS.items()}}

    def why_missing(self, name: str, figures: Indicators) -> str:
        """Why a figure could not be rated, as a sentence."""
        reason = _SAME_REASON.get(name, name)
        if reason == "total_weight" and self.points and not self.weights and not self.per_weight:
            return f"{NOT_RATED}：{_NO_WEIGHT}。"
        if reason == "low_risk_mortality" and figures.low_risk_unknown:
            return (
                f"{NOT_RATED}：低风险组的 {figures.low_risk_unknown:,} 例都没有填离院方式，不知道有没有死亡。"
            )
        return f"{NOT_RATED}：{_WHY.get(reason, '没有病例')}。"

    def worth(self, grouping: Grouping) -> GroupWeight:
        """What a group is worth, as its case carries it."""
        weight, points = grouping.weight, grouping.points
        if weight is None and points is not None and self.per_weight:
            weight = points / self.per_weight
        return GroupWeight(
            grouping.group,
            grouping.name,
            weight=weight,
            points=points,
            mean_fee=grouping.mean_fee,
            mean_los=grouping.mean_los,
        )


def worked_out(name: str, figures: Indicators) -> str:
    """A figure with its numbers put in, where it is a quotient of two that we hold; else empty."""
    low, deaths = figures.low_risk_cases, figures.low_risk_deaths
    parts: Mapping[str, tuple[object, str, str, str]] = {
        "grouped_rate": (figures.grouped_rate, f"{figures.grouped:,}", f"{figures.cases:,}", " × 100%"),
        "cmi": (figures.cmi, f"{figures.total_weight or 0:,.4f}", f"{figures.weighted_cases:,}", ""),
        "mean_points": (
            figures.mean_points,
            f"{figures.total_points or 0:,.4f}",
            f"{figures.pointed_cases:,}",
            "",
        ),
        "fee_index": (
            figures.fee_index,
            f"{figures.fee_ratios.total:,.4f}",
            f"{figures.fee_ratios.count:,}",
            "",
        ),
        "time_index": (
            figures.time_index,
            f"{figures.time_ratios.total:,.4f}",
            f"{figures.time_ratios.count:,}",
            "",
        ),
        "low_risk_mortality": (figures.low_risk_mortality, f"{deaths or 0:,}", f"{low or 0:,}", " × 100%"),
    }
    if name not in parts or parts[name][0] is None:
        return ""
    value, above, below, percent = parts[name]
    shown = f"{value:.2%}" if percent else f"{value:.4f}"
    return f"{above} ÷ {below}{percent} = {shown}{_left_out(name, figures)}"


def _left_out(name: str, figures: Indicators) -> str:
    """How many grouped cases a figure does not count, and what they lack; empty when it counts them all."""
    counted, lack = {
        "cmi": (figures.weighted_cases, "所在的组没有权重"),
        "mean_points": (figures.pointed_cases, "所在的组没有点数"),
        "fee_index": (figures.fee_ratios.count, "没有标杆或没有费用"),
        "time_index": (figures.time_ratios.count, "没有标杆或没有住院天数"),
    }.get(name, (figures.grouped, ""))
    missing = figures.low_risk_unknown if name == "low_risk_mortality" else figures.grouped - counted
    reason = lack or "没有填离院方式"
    return f"；另有 {missing:,} 例入组病例{reason}，未计入" if missing else ""


def performance(
    results: Sequence[CaseResult],
    reckoning: Reckoning,
    by: Dimension,
    low_risk: frozenset[str] | None = None,
    progress: Progress | None = None,
) -> list[Performance]:
    """The whole hospital, then each key in name order. ``low_risk``: groups of low risk, ``None`` where no list is known.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    pairs: list[tuple[str, Outcome]] = []
    for done, result in enumerate(results, start=1):
        scored = result.drg if reckoning.system is System.DRG else result.dip
        if scored is not None:
            pairs.append((_key(by, result.case, scored), _outcome(result.case, scored, reckoning)))
        if not done % 500:
            progress.report(done, len(results), "正在统计病例")
    if not pairs:
        return []
    whole = indicators_by(((WHOLE, outcome) for _, outcome in pairs), low_risk)
    parts = indicators_by(pairs, low_risk)
    return [Performance(*line) for line in ((WHOLE, whole[WHOLE]), *sorted(parts.items()))]


def groups_of(knowledge: Knowledge, system: System) -> frozenset[str]:
    """Every group of the scheme or catalogue in use, whether a case is in it or not."""
    if system is System.DRG and isinstance(knowledge.drg, DrgGrouper):
        return frozenset().union(*(version.group_names for version in knowledge.drg.versions))
    if system is System.DIP and isinstance(knowledge.dip, DipGrouper):
        return frozenset(group.code for group in knowledge.dip.catalogue)
    return frozenset()


def load_low_risk(system: System) -> frozenset[str] | None:
    """The list of low-risk groups the user brought for this system; ``None`` when there is none.

    Raises:
        UserError: the kept list cannot be read any more.
    """
    path = _low_risk_path(system)
    if not path.exists():
        return None
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"已存的低风险组名单“{path.name}”读不出来。", "请重新选择名单，或点“不用名单”。"
        ) from error


def import_low_risk(path: Path, system: System, known: Iterable[str]) -> tuple[frozenset[str], int]:
    """Take the low-risk groups from a published table: every cell that is a group of the scheme. Kept for the next time.

    Returns the groups and how many rows of the table held none.

    Raises:
        UserError: the file cannot be read, or no cell of it is a group of the scheme.
    """
    groups = {cell_text(group).upper(): group for group in known}
    found: set[str] = set()
    without = 0
    for cells in read_cells(path):
        for row in cells.rows:
            mine = {group for cell in row if (group := groups.get(cell_text(cell).upper()))}
            found |= mine
            without += not mine
    if not found:
        raise UserError(
            f"“{path.name}”里没有本方案的组编码。",
            "请确认名单与所用分组方案是同一版本，每行一个组编码。",
        )
    with safe_write(_low_risk_path(system)) as temporary:
        temporary.write_text("\n".join(sorted(found)) + "\n", encoding="utf-8", newline="\n")
    return frozenset(found), without


def forget_low_risk(system: System) -> None:
    """Drop the list of low-risk groups."""
    _low_risk_path(system).unlink(missing_ok=True)


def _low_risk_path(system: System) -> Path:
    return data_dir() / f"low_risk_{system.value.lower()}.txt"


def _outcome(case: Case, scored: Scored, reckoning: Reckoning) -> Outcome:
    grouping = scored.grouping
    way = "" if is_blank(case.discharge_way) else case.discharge_way
    return Outcome(grouping.group, case.fees.total, case.los, way, reckoning.worth(grouping))


def _key(by: Dimension, case: Case, scored: Scored) -> str:
    readers: Mapping[Dimension, Callable[[], str]] = {
        Dimension.DEPARTMENT: lambda: case.department or NO_DEPARTMENT,
        Dimension.PHYSICIAN: lambda: "未填医师" if is_blank(case.physician) else case.physician,
        Dimension.MONTH: lambda: case.discharged.strftime("%Y-%m") if case.discharged else "出院日期未填",
        Dimension.GROUP: lambda: f"{scored.grouping.group} {scored.grouping.name}".strip() or "未入组",
    }
    return readers[by]()
