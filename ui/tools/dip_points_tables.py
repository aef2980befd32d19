"""Tables of the tool 历史分值: computed groups beside those in use, what fell and was left out, factors by level, institutions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from coding_rules.grouper.dip.catalogue import DipGroup
from coding_rules.grouper.dip.history import GroupLevel, LevelMean
from coding_rules.settlement.figures import tell
from ui.models.columns import Column
from ui.tools.columns import count, figure, text
from ui.tools.dip_catalogue_tables import kind_of


@dataclass(frozen=True, slots=True)
class PointsRow:
    """A computed group with the points that the catalogue in use gives it."""

    group: DipGroup
    now: Decimal | None
    base: Decimal
    trimmed: int

    @property
    def formula(self) -> str:
        """Where the points come from; ``base`` is the mean fee of all cases or of the benchmark group."""
        mean, points = self.group.mean_fee, self.group.points
        if mean is None or points is None:
            return ""
        return f"{tell(mean)} × 1,000 ÷ {tell(self.base)} = {tell(points)}"

    @property
    def ratio(self) -> Decimal | None:
        """Computed points / points in use."""
        return self.group.points / self.now if self.group.points is not None and self.now else None


GROUPS: tuple[Column[PointsRow], ...] = (
    text("code", "病种编码", lambda row: row.group.code, 150),
    text("name", "病种名称", lambda row: row.group.name, 170, stretch=True),
    text("kind", "类型", lambda row: kind_of(row.group), 76, muted=True),
    count("cases", "例数", lambda row: row.group.cases, 56),
    count("trimmed", "裁去", lambda row: row.trimmed, 48),
    figure("mean", "加权均费（元）", lambda row: row.group.mean_fee, 106),
    figure("points", "分值", lambda row: row.group.points, 84),
    figure("now", "现行分值", lambda row: row.now, 84),
    figure("ratio", "测算 ÷ 现行", lambda row: row.ratio, 84, places=4),
    figure("cv", "CV", lambda row: row.group.cv, 56, places=3),
    figure("los", "均住院日", lambda row: row.group.mean_los, 66, places=1),
    text("formula", "算式", lambda row: row.formula, 325, muted=True, tip=lambda row: row.formula),
)
Fallen = tuple[str, int, str]
FALLEN: tuple[Column[Fallen], ...] = (
    text("code", "未成核心病种的组合", lambda row: row[0], 280),
    count("cases", "例数", lambda row: row[1], 70),
    text("target", "归入", lambda row: row[2] or "综合也不足门槛，未成组", 260, stretch=True),
)
LEFT_OUT: tuple[Column[tuple[str, int]], ...] = (
    text("why", "未计入的原因", lambda row: row[0], 320, stretch=True),
    count("cases", "例数", lambda row: row[1], 90),
)
LEVEL_COLUMNS: tuple[Column[LevelMean], ...] = (
    text("level", "医院级别", lambda row: row.level or "未填", 160, stretch=True),
    count("cases", "例数", lambda row: row.cases, 80),
    figure("mean", "加权均费（元）", lambda row: row.mean, 130),
    figure("factor", "机构系数", lambda row: row.factor, 100, places=4),
)
GROUP_LEVEL_COLUMNS: tuple[Column[GroupLevel], ...] = (
    text("group", "病种编码", lambda row: row.group, 220, stretch=True),
    text("level", "医院级别", lambda row: row.level or "未填", 120),
    count("cases", "例数", lambda row: row.cases, 80),
    figure("mean", "加权均费（元）", lambda row: row.mean, 130),
    figure("factor", "病种机构系数", lambda row: row.factor, 110, places=4),
    text("inverted", "倒挂", lambda row: "高于上级医院" if row.inverted else "", 110),
)


@dataclass(frozen=True, slots=True)
class InstitutionLevel:
    """An institution among the cases and the level it is reckoned under."""

    name: str
    cases: int
    level: str
