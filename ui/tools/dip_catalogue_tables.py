"""Tables of the tool DIP 目录: groups, a group in detail, issues of an import, versions side by side, the lists of a catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.dip.library import SideList
from app.review import CaseResult
from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipCatalogue, DipGroup
from coding_rules.grouper.dip.expression import write_expression
from coding_rules.grouper.dip.versions import GroupChange
from coding_rules.settlement.figures import show, tell
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, text

ACTIONS = {"refused": "拒收", "doubt": "存疑", "corrected": "更正"}
"""What was done about an issue, in the order of how much it asks for a look."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with what is searched in it and how many of the open cases are in it."""

    place: int
    group: DipGroup
    words: str
    here: int

    @classmethod
    def of(cls, place: int, group: DipGroup, here: int) -> GroupRow:
        """The row of a group; words are compared in upper case."""
        parts = (
            group.code,
            group.name,
            group.principal,
            write_expression(group.main),
            write_expression(group.related),
            kind_of(group),
        )
        return cls(place, group, " ".join(parts).upper(), here)


def kind_of(group: DipGroup) -> str:
    """核心, 基层, 综合·手术, ..."""
    kind = group.procedure_kind.value if group.procedure_kind else ""
    return "·".join(part for part in (group.kind_label, kind, group.level) if part)


GROUP_COLUMNS: tuple[Column[GroupRow], ...] = (
    text("code", "病种编码", lambda row: row.group.code, 160),
    text("name", "病种名称", lambda row: row.group.name, 160, stretch=True),
    text("kind", "类型", lambda row: kind_of(row.group), 100, muted=True),
    figure("points", "分值", lambda row: row.group.points, 80),
    money("mean_fee", "均费（元）", lambda row: row.group.mean_fen, 92),
    figure("mean_los", "均住院日", lambda row: row.group.mean_los, 66, places=1),
    figure("cv", "CV", lambda row: row.group.cv, 54),
    count("cases", "目录例数", lambda row: row.group.cases, 66),
    count("here", "本月例数", lambda row: row.here, 66),
)


@dataclass(frozen=True, slots=True)
class Detail:
    """One line about a group."""

    label: str
    value: str


DETAIL_COLUMNS: tuple[Column[Detail], ...] = (
    text("label", "项目", lambda row: row.label, 92, muted=True),
    text("value", "内容", lambda row: row.value, 200, stretch=True),
)


def details(group: DipGroup, catalogue: DipCatalogue) -> list[Detail]:
    """Everything the catalogue says of a group, with the formula of its points."""
    return [Detail(label, value) for label, value in _details(group, catalogue) if value]


def _details(group: DipGroup, catalogue: DipCatalogue) -> Iterator[tuple[str, str]]:
    yield "病种编码", group.code
    yield "病种名称", group.name
    yield "类型", kind_of(group) + (f"，{group.stage} 阶段" if group.stage else "")
    yield "主要诊断", group.principal
    yield "主要手术", write_expression(group.main)
    yield "相关手术", write_expression(group.related)
    yield from _conditions(group)
    yield "病种分值", tell(group.points) if group.points is not None else "目录没有给出"
    yield "分值算式", _points_formula(group)
    yield "均费", f"{wording.money(group.mean_fen)} 元" if group.mean_fee is not None else "目录没有给出"
    yield "平均住院日", show(group.mean_los, 2) if group.mean_los is not None else ""
    yield "变异系数 CV", show(group.cv, 4) if group.cv is not None else ""
    yield "目录例数", f"{group.cases:,}" if group.cases is not None else ""
    yield "备注", group.remark
    yield "出处", group.source or catalogue.title


def _conditions(group: DipGroup) -> Iterator[tuple[str, str]]:
    asked = group.conditions
    if asked is None:
        return
    yield "其他诊断", "、".join(asked.other)
    yield "手术位置", "不限位置" if asked.anywhere else ""
    yield "主诊断位置", "任一诊断" if asked.any_diagnosis else ""
    yield "年龄", f"小于 {asked.max_age_days} 天" if asked.max_age_days is not None else ""
    yield "体重", f"{asked.weight[0]}—{asked.weight[1]} 克" if asked.weight else ""
    yield "结核耐药", {True: "是", False: "否", None: ""}[asked.resistant]


def _points_formula(group: DipGroup) -> str:
    if group.mean_fee is None or not group.region_mean or group.points is None:
        return ""
    value = tell(group.mean_fee * 1000 / group.region_mean)
    return f"1,000 × {tell(group.mean_fee)} ÷ 全市均费 {tell(group.region_mean)} = {value}"


def _band(row: CaseResult) -> str:
    settled = row.dip.settlement if row.dip else None
    return settled.band.value if settled else wording.MISSING


def _profit(row: CaseResult) -> int | None:
    settled = row.dip.settlement if row.dip else None
    return settled.profit if settled else None


CASE_COLUMNS: tuple[Column[CaseResult], ...] = (
    text("case", "病案号", lambda row: row.case.case_id, 92, stretch=True),
    money("fee", "总费用（元）", lambda row: row.case.fees.total, 90),
    text("band", "倍率区间", _band, 64),
    money("profit", "盈亏（元）", _profit, 90),
)


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue with its number."""

    number: int
    issue: CatalogueIssue


ISSUE_COLUMNS: tuple[Column[IssueRow], ...] = (
    text("action", "处理", lambda row: ACTIONS.get(row.issue.action, row.issue.action), 60),
    text("file", "文件与工作表", lambda row: row.issue.file, 330),
    count("row", "行", lambda row: row.issue.row or None, 60),
    text("column", "列", lambda row: row.issue.column, 120),
    text("reason", "原因", lambda row: row.issue.reason, 300, stretch=True),
)

CHANGE_COLUMNS: tuple[Column[GroupChange], ...] = (
    text("code", "病种编码或项目", lambda row: row.code, 180),
    text("name", "病种名称", lambda row: row.name, 200, stretch=True),
    text("change", "变化", lambda row: row.change.value, 100),
    text("before", "旧", lambda row: row.before or wording.MISSING, 190),
    text("after", "新", lambda row: row.after or wording.MISSING, 190),
    figure("ratio", "新 ÷ 旧", lambda row: row.ratio, 76, places=4),
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list of a catalogue: how much of it the catalogue carries, and the file just read in for it."""

    kind: SideList
    entries: int
    file: Path | None = None
    taken_away: bool = False

    @property
    def state(self) -> str:
        """Where the list comes from."""
        if self.taken_away:
            return "已去掉"
        if self.file is not None:
            return f"读自 {self.file.name}，尚未保存"
        return "随目录" if self.entries else "没有"


LIST_COLUMNS: tuple[Column[ListRow], ...] = (
    text("label", "名单", lambda row: row.kind.label, 170),
    count("entries", "条数", lambda row: row.entries, 80),
    text("state", "来源", lambda row: row.state, 240),
    text("needs", "文件里要有", lambda row: row.kind.needs, 300, stretch=True, muted=True),
)
