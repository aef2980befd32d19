"""What the window of weights from history lists: groups, cases that now meet the criteria, clusters, sources, years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.drg.weight_history import HistorySource
from coding_rules.grouper.drg.weights import GroupStatistics, NewlyGrouped, UngroupedCluster
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, text


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year with its cases and its weight."""

    year: int
    cases: int
    weight: float


GROUP_COLUMNS: tuple[Column[GroupStatistics], ...] = (
    text("code", "组", lambda row: row.code, 96),
    text("name", "名称", lambda row: row.name, 200, stretch=True),
    count("cases", "病例数", lambda row: row.cases, 64),
    count("trimmed", "裁剪", lambda row: row.trimmed, 52),
    money("mean_fee", "例均费用（元）", lambda row: round(row.mean_fee), 110),
    figure("cv", "CV", lambda row: row.cv, 58),
    figure("mean_los", "平均住院日", lambda row: row.mean_los, 82, places=1),
    figure("weight", "权重", lambda row: row.weight, 76, places=4),
    Column(
        "marks",
        "需复核",
        lambda row: "、".join(row.marks),
        sort=lambda row: -len(row.marks),
        width=120,
        tone=lambda _row: "warning",
    ),
    text("years", "各年病例", lambda row: years_text(row.cases_by_year), 130, muted=True),
)
CLUSTER_COLUMNS: tuple[Column[UngroupedCluster], ...] = (
    text("diagnosis", "主要诊断类目", lambda row: row.diagnosis, 110),
    text("procedure", "主要手术操作", lambda row: row.procedure or "无", 130, stretch=True),
    count("cases", "病例数", lambda row: row.cases),
    money("mean_fee", "例均费用（元）", lambda row: round(row.mean_fee), 120),
    figure("cv", "CV", lambda row: row.cv, 64),
)
NEW_COLUMNS: tuple[Column[NewlyGrouped], ...] = (
    text("case", "病例", lambda row: row.case_id, 150),
    text("year", "年度", lambda row: str(row.year), 56),
    text("before", "原先", lambda row: row.before, 130),
    text("group", "现入组", lambda row: row.group, 96, strong=lambda _row: True),
    text("name", "名称", lambda row: row.name, 200, stretch=True),
    text("diagnosis", "主要诊断", lambda row: row.diagnosis, 104),
    text("procedure", "主要手术操作", lambda row: row.procedure or "无", 110),
    money("fee", "总费用（元）", lambda row: row.fee, 110),
)
SOURCE_COLUMNS: tuple[Column[HistorySource], ...] = (
    text("name", "来源", lambda row: row.name, 100, stretch=True),
    text("years", "各年病例", lambda row: years_text(row.years), 112),
    count("undated", "无出院日期", lambda row: row.undated or None, 80),
)


def years_text(years: Mapping[int, int]) -> str:
    """``2024 年 120 例，2025 年 98 例``."""
    return "，".join(f"{year} 年 {cases:,} 例" for year, cases in years.items())
