"""Tables of the tool 结算测算: pools by insurance, figures with formulas, cases, budgets tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.dip.clearing import Line, SettledCase, Trial
from app.review import Scored
from coding_rules.settlement.figures import show, to_fen
from coding_rules.settlement.settlement import Figure, Settlement
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import figure, money, percent, rise, text

_PAYMENTS = {
    "4": "贫困救助",
    "5": "商业医疗保险",
    "6": "全公费",
    "7": "全自费",
    "8": "其他社会保险",
    "9": "其他",
}
"""医疗付费方式 (RC032) beside the insurances that the region settles."""


def insurance_name(insurance: str) -> str:
    """职工, 居民, else what the filed code of payment means."""
    if not insurance:
        return "未填"
    meaning = _PAYMENTS.get(insurance.lstrip("0"))
    return f"{insurance} {meaning}" if meaning else insurance


@dataclass(frozen=True, slots=True)
class LineRow:
    """A figure with its number in the list."""

    number: int
    line: Line


LINE_COLUMNS: tuple[Column[LineRow], ...] = (
    text("insurance", "险种", lambda row: insurance_name(row.line.insurance), 72, muted=True),
    text("label", "项目", lambda row: row.line.figure.label, 150),
    Column(
        "value",
        "数值",
        lambda row: row.line.figure.value,
        width=140,
        numeric=True,
        strong=lambda row: not row.line.missing,
        tone=lambda row: "warning" if row.line.missing else "text",
    ),
    text("formula", "算式", lambda row: row.line.figure.formula, 300, stretch=True),
    text("source", "参数来源", lambda row: row.line.figure.source, 220, muted=True),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of one case."""

    number: int
    figure: Figure


FIGURE_COLUMNS: tuple[Column[FigureRow], ...] = (
    text("label", "项目", lambda row: row.figure.label, 110),
    Column("value", "数值", lambda row: row.figure.value, width=130, numeric=True, strong=lambda _row: True),
    text("formula", "算式", lambda row: row.figure.formula, 260, stretch=True),
    text("source", "来源", lambda row: row.figure.source, 200, muted=True),
)


def _of(read: Callable[[Settlement], int | None]) -> Callable[[SettledCase], int | None]:
    def value(row: SettledCase) -> int | None:
        settled = row.scored.settlement if row.scored else None
        return read(settled) if settled else None

    return value


def _points(row: SettledCase) -> Decimal | None:
    settled = row.scored.settlement if row.scored else None
    return settled.points if settled else None


def _ratio(row: SettledCase) -> Decimal | None:
    settled = row.scored.settlement if row.scored else None
    return settled.ratio if settled else None


def _band(row: SettledCase) -> str:
    settled = row.scored.settlement if row.scored else None
    return settled.band.value if settled else wording.MISSING


def group_text(scored: Scored | None) -> str:
    """The group of a case, or why there is none."""
    if scored is None:
        return wording.MISSING
    grouping = scored.grouping
    return f"{grouping.group} {grouping.name}" if grouping.grouped else f"未入组：{grouping.reason}"


CASE_COLUMNS: tuple[Column[SettledCase], ...] = (
    text("case", "病案号", lambda row: row.result.case.case_id, 104),
    text("department", "科室", lambda row: row.result.case.department, 104, muted=True),
    text("insurance", "险种", lambda row: insurance_name(row.insurance), 84),
    text("group", "病种", lambda row: group_text(row.scored), 190, stretch=True),
    text("band", "区间", _band, 62),
    figure("ratio", "倍率", _ratio, 60),
    figure("points", "结算分值", _points, 84),
    money("amount", "金额（元）", _of(lambda settled: settled.amount), 96),
    money("fee", "总费用（元）", _of(lambda settled: settled.fee), 96),
    rise("profit", "盈亏（元）", _of(lambda settled: settled.profit), 106, cents=True),
)


TRIAL_COLUMNS: tuple[Column[Trial], ...] = (
    percent("share", "预算", lambda row: float(row.share), 80),
    money("fund", "基金总额（元）", lambda row: to_fen(row.fund), 150),
    figure("price", "结算点值（元）", lambda row: row.outcome.price, 110, places=4),
    money("amount", "本院 DIP 金额（元）", lambda row: row.outcome.amount, 150),
    rise("profit", "本院盈亏（元）", lambda row: row.outcome.profit, 150, cents=True),
    text(
        "formula",
        "算式",
        lambda row: "；".join(f"{each.label} {each.formula}" for each in row.outcome.figures),
        300,
        stretch=True,
        muted=True,
    ),
)


def shown(value: Decimal | None) -> str:
    """A typed figure as it stands in a cell."""
    return "" if value is None else show(value)
