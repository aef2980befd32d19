"""Indicators of performance of the open month: CMI, 入组率, 组数, consumption indexes, low-risk mortality, by any dimension.

The groups are those the review found; the benchmarks (例均费用, 平均住院日) are those of the scheme's weight table. Under DIP
the points of a group stand in for its weight: 1,000 points are a weight of 1.
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
from app.review import CaseResult, Scored
from app.sheets import read_cells
from app.summary import NO_DEPARTMENT
from coding_rules.case import Case, is_blank
from coding_rules.grouper.drg.indicators import FORMULAS, Indicators, Outcome, indicators_by
from coding_rules.grouper.drg.weight_table import GroupWeight
from coding_rules.grouper.grouping import System

WHOLE = "全院"
POINTS_OF_WEIGHT = Decimal(1000)
_DIP_WORDS = {
    "groups": "病种数 = 入组病例覆盖的病种的个数",
    "total_weight": "总权重 = Σ(各病种病例数 × 该病种分值) ÷ 1000",
    "cmi": "CMI = 总分值 ÷ 1000 ÷ 有分值的入组病例数",
}


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


def formulas(system: System) -> Mapping[str, str]:
    """The formula behind each figure, by the names of ``Indicators``."""
    return {**FORMULAS, **_DIP_WORDS} if system is System.DIP else FORMULAS


def worked_out(name: str, figures: Indicators) -> str:
    """A figure with its numbers put in, where it is a quotient of two that we hold; else empty."""
    if name == "grouped_rate" and figures.grouped_rate is not None:
        return f"{figures.grouped:,} ÷ {figures.cases:,} × 100% = {figures.grouped_rate:.2%}"
    if name == "cmi" and figures.cmi is not None:
        return f"{figures.total_weight:,.4f} ÷ {figures.weighted_cases:,} = {figures.cmi}"
    if name == "low_risk_mortality" and figures.low_risk_mortality is not None:
        share = figures.low_risk_mortality
        return f"{figures.low_risk_deaths:,} ÷ {figures.low_risk_cases:,} × 100% = {share:.2%}"
    return ""


def performance(
    results: Sequence[CaseResult],
    system: System,
    by: Dimension,
    low_risk: frozenset[str] | None = None,
    progress: Progress | None = None,
) -> list[Performance]:
    """The whole hospital, then each key in name order. ``low_risk``: groups of low risk, ``None`` where no list is known.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    weights: dict[str, GroupWeight] = {}
    pairs: list[tuple[str, Outcome]] = []
    for done, result in enumerate(results, start=1):
        scored = result.drg if system is System.DRG else result.dip
        if scored is not None:
            _learn(weights, scored, system)
            pairs.append((_key(by, result.case, scored), _outcome(result.case, scored)))
        if not done % 500:
            progress.report(done, len(results), "正在统计病例")
    whole = indicators_by(((WHOLE, outcome) for _, outcome in pairs), weights.get, low_risk)
    parts = indicators_by(pairs, weights.get, low_risk)
    listed = [(WHOLE, whole[WHOLE]) if whole else None, *sorted(parts.items())]
    return [Performance(*line) for line in listed if line is not None]


def load_low_risk(system: System) -> frozenset[str] | None:
    """The list of low-risk groups the user brought for this system; ``None`` when there is none."""
    path = _low_risk_path(system)
    if not path.exists():
        return None
    return frozenset(path.read_text(encoding="utf-8").split())


def import_low_risk(path: Path, system: System, known: Iterable[str]) -> tuple[frozenset[str], int]:
    """Take the low-risk groups from a published table: every cell that is a group of the scheme. Kept for the next time.

    Returns the groups and how many rows of the table held none.

    Raises:
        UserError: the file cannot be read, or no cell of it is a group of the scheme.
    """
    groups = frozenset(known)
    found: set[str] = set()
    without = 0
    for cells in read_cells(path):
        for row in cells.rows:
            mine = {text for cell in row if cell is not None and (text := str(cell).strip()) in groups}
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


def _learn(weights: dict[str, GroupWeight], scored: Scored, system: System) -> None:
    """What a group is worth, as its cases carry it."""
    grouping = scored.grouping
    if not grouping.group or grouping.group in weights:
        return
    weight = grouping.weight
    if system is System.DIP:
        weight = None if grouping.points is None else grouping.points / POINTS_OF_WEIGHT
    weights[grouping.group] = GroupWeight(
        grouping.group, grouping.name, weight=weight, mean_fee=grouping.mean_fee, mean_los=grouping.mean_los
    )


def _outcome(case: Case, scored: Scored) -> Outcome:
    return Outcome(scored.grouping.group, case.fees.total, case.los, case.discharge_way)


def _key(by: Dimension, case: Case, scored: Scored) -> str:
    readers: Mapping[Dimension, Callable[[], str]] = {
        Dimension.DEPARTMENT: lambda: case.department or NO_DEPARTMENT,
        Dimension.PHYSICIAN: lambda: "未填医师" if is_blank(case.physician) else case.physician,
        Dimension.MONTH: lambda: case.discharged.strftime("%Y-%m") if case.discharged else "出院日期未填",
        Dimension.GROUP: lambda: f"{scored.grouping.group} {scored.grouping.name}".strip() or "未入组",
    }
    return readers[by]()
