"""Tables of the tool 结算测算: pools, figures with formulas, months, institutions, budgets tried, cases, 特例单议."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from app.dip.budget import Trial
from app.dip.clearing import Line, MonthRow, Pool
from app.dip.settled_cases import InstitutionRow, SettledCase, Sums
from app.review import Scored
from coding_rules.settlement.figures import show, tell, to_fen
from coding_rules.settlement.settlement import Figure, Settlement
from ui import wording
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, percent, rise, text

_PAYMENTS = {
    "4": "贫困救助",
    "5": "商业医疗保险",
    "6": "全公费",
    "7": "全自费",
    "8": "其他社会保险",
    "9": "其他",
}
"""医疗付费方式 (RC032) beside the insurances that the region settles."""
PEN = "✎"
"""Marks the columns whose cells can be typed in."""


def insurance_name(insurance: str) -> str:
    """职工, 居民, else what the filed code of payment means."""
    if not insurance:
        return "未填"
    meaning = _PAYMENTS.get(insurance.lstrip("0"))
    return f"{insurance} {meaning}" if meaning else insurance


@dataclass(frozen=True, slots=True)
class Words:
    """What a region's points and price are called: 分值 and 点值, or 权重 and 费率."""

    worth: str
    price: str

    @classmethod
    def of(cls, worth: str) -> Words:
        """From what a settler counts by."""
        return cls(worth, "费率" if worth == "权重" else "点值")

    def of_region(self, told: str) -> str:
        """A sentence about points and their price, in the region's words."""
        return told.replace("点值", self.price).replace("分值", self.worth)


def shown(value: Decimal | None) -> str:
    """A typed figure as it stands in a cell."""
    return "" if value is None else show(value)


def told(figure: Figure) -> str:
    """A formula with where its parameters come from."""
    return "\n".join(part for part in (figure.formula, figure.source) if part)


@dataclass(frozen=True, slots=True)
class PoolEdits:
    """What happens when a cell of the pools is typed in; each says whether the text was accepted."""

    counted: Callable[[Pool, str], bool]
    price: Callable[[Pool, str], bool]
    share: Callable[[Pool, str], bool]
    deductions: Callable[[Pool, str], bool]
    prepaid: Callable[[Pool, str], bool]


YES, NO = "是", "否"


def pool_columns(words: Words, edits: PoolEdits) -> tuple[Column[Pool], ...]:
    """The pools with the cells that can be completed."""
    return (
        text("insurance", "险种", pool_name, 130, stretch=True),
        Column(
            "counted",
            f"计入 {PEN}",
            lambda pool: YES if pool.counted else NO,
            width=56,
            tone=lambda _pool: "accent",
            commit=edits.counted,
        ),
        count("cases", "病例数", lambda pool: pool.cases, 60),
        count("without", f"无{words.worth}", lambda pool: pool.without_points, 56),
        figure("points", f"总{words.worth}", lambda pool: pool.points, 100),
        _yuan("fees", "总费用（元）", lambda pool: pool.fees, 112),
        _yuan("self_paid", "个人自付（元）", lambda pool: pool.self_paid, 112),
        _yuan("charged", "统筹记账（元）", lambda pool: pool.charged, 112),
        _typed("price", f"{words.price}（元）{PEN}", lambda pool: pool.price, edits.price, 92),
        _typed("share", f"基金支付比例 {PEN}", lambda pool: pool.share, edits.share, 108),
        _typed("deductions", f"审核扣款（元）{PEN}", lambda pool: pool.deductions, edits.deductions, 116),
        _typed("prepaid", f"已预结（元）{PEN}", lambda pool: pool.prepaid, edits.prepaid, 116),
    )


def pool_name(pool: Pool) -> str:
    """The insurance, with the 参保地 where that has a price of its own."""
    return f"{insurance_name(pool.insurance)} {pool.region}".strip()


def _yuan(key: str, title: str, read: Callable[[Pool], Decimal], width: int) -> Column[Pool]:
    return Column(
        key,
        title,
        lambda pool: wording.money(to_fen(read(pool))),
        sort=read,
        width=width,
        numeric=True,
        value=read,
    )


def _typed(
    key: str,
    title: str,
    read: Callable[[Pool], Decimal | None],
    commit: Callable[[Pool, str], bool],
    width: int,
) -> Column[Pool]:
    def cell(pool: Pool) -> str:
        value = read(pool)
        return "未填" if value is None else tell(value)

    return Column(
        key,
        title,
        cell,
        sort=lambda pool: read(pool) or Decimal(0),
        width=width,
        numeric=True,
        tone=lambda pool: "warning" if read(pool) is None else "accent",
        tip=lambda pool: f"{cell(pool)}\n双击或按 F2 修改",
        commit=commit,
        value=read,
    )


@dataclass(frozen=True, slots=True)
class LineRow:
    """A figure with its number in the list."""

    number: int
    line: Line


LINE_COLUMNS: tuple[Column[LineRow], ...] = (
    text("insurance", "险种", lambda row: insurance_name(row.line.insurance), 84, muted=True),
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
    text(
        "formula",
        "算式",
        lambda row: row.line.figure.formula,
        300,
        stretch=True,
        tip=lambda row: told(row.line.figure),
    ),
    text("source", "参数来源", lambda row: row.line.figure.source, 320, muted=True),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure of one case."""

    number: int
    figure: Figure


FIGURE_COLUMNS: tuple[Column[FigureRow], ...] = (
    text("label", "项目", lambda row: row.figure.label, 110),
    Column("value", "数值", lambda row: row.figure.value, width=130, numeric=True, strong=lambda _row: True),
    text(
        "formula", "算式", lambda row: row.figure.formula, 260, stretch=True, tip=lambda row: told(row.figure)
    ),
    text("source", "来源", lambda row: row.figure.source, 430, muted=True),
)


def _whole(row: MonthRow | InstitutionRow) -> bool:
    return not row.insurance and not (row.month if isinstance(row, MonthRow) else row.institution)


def month_columns(words: Words) -> tuple[Column[MonthRow], ...]:
    """What each month would have been pre-settled at."""
    return (
        text("month", "出院月份", lambda row: row.month or "合计", 90, strong=_whole),
        text("insurance", "险种", lambda row: "" if _whole(row) else insurance_name(row.insurance), 110),
        count("cases", "病例数", lambda row: row.cases, 70),
        figure("points", f"总{words.worth}", lambda row: row.points, 120),
        figure("price", f"{words.price}（元）", lambda row: row.price, 90, places=4),
        money("payable", "统筹应付（元）", lambda row: row.payable, 130),
        money("deposit", "质量保证金（元）", lambda row: row.deposit, 124),
        money("prepaid", "月度预结（元）", lambda row: row.prepaid, 130),
        text("missing", "说明", lambda row: row.missing, 200, stretch=True, muted=True),
    )


def _sums(read: Callable[[Sums], int]) -> Callable[[InstitutionRow], int]:
    return lambda row: read(row.sums)


def institution_columns(words: Words) -> tuple[Column[InstitutionRow], ...]:
    """Sums by institution and insurance."""
    return (
        text(
            "institution",
            "医疗机构",
            lambda row: "合计" if _whole(row) else row.institution,
            220,
            stretch=True,
            strong=_whole,
        ),
        text("insurance", "险种", lambda row: "" if _whole(row) else insurance_name(row.insurance), 90),
        Column(
            "factor", "机构系数", lambda row: row.factors, width=130, numeric=True, tone=lambda _row: "muted"
        ),
        count("cases", "病例数", _sums(lambda sums: sums.cases), 66),
        count("without", "无金额", _sums(lambda sums: sums.without_amount), 60),
        figure("points", f"总{words.worth}", lambda row: row.sums.points, 110),
        money("fees", "总费用（元）", _sums(lambda sums: sums.fees), 124),
        money("settled", "有金额病例的费用（元）", _sums(lambda sums: sums.settled_fees), 152),
        money("amount", "金额（元）", _sums(lambda sums: sums.amount), 124),
        rise("profit", "盈亏（元）", _sums(lambda sums: sums.profit), 124, cents=True),
    )


def settled_value(read: Callable[[Settlement], int | None]) -> Callable[[SettledCase], int | None]:
    """A column that reads a case's settlement."""

    def value(row: SettledCase) -> int | None:
        return read(row.settlement) if row.settlement else None

    return value


def _band(row: SettledCase) -> str:
    return row.settlement.band.value if row.settlement else wording.MISSING


def group_text(scored: Scored | None) -> str:
    """The group of a case, or why there is none."""
    if scored is None:
        return wording.MISSING
    grouping = scored.grouping
    return f"{grouping.group} {grouping.name}" if grouping.grouped else f"未入组：{grouping.reason}"


def case_columns(words: Words) -> tuple[Column[SettledCase], ...]:
    """One case a row."""
    return (
        text("case", "病案号", lambda row: row.result.case.case_id, 104),
        text("department", "科室", lambda row: row.result.case.department, 100, muted=True),
        text("insurance", "险种", lambda row: insurance_name(row.insurance), 84),
        text("group", "病种", lambda row: group_text(row.scored), 190, stretch=True),
        text("band", "区间", _band, 58),
        figure("ratio", "倍率", lambda row: row.settlement.ratio if row.settlement else None, 56),
        figure(
            "points", f"结算{words.worth}", lambda row: row.settlement.points if row.settlement else None, 84
        ),
        money("amount", "金额（元）", settled_value(lambda settled: settled.amount), 96),
        money("fee", "总费用（元）", lambda row: row.result.case.fees.total, 96),
        rise("profit", "盈亏（元）", settled_value(lambda settled: settled.profit), 104, cents=True),
        rise(
            "fund_profit",
            "统筹盈亏（元）",
            settled_value(lambda settled: settled.fund_profit),
            112,
            cents=True,
        ),
    )


def trial_columns(words: Words) -> tuple[Column[Trial], ...]:
    """What each budget would bring."""
    return (
        percent("share", "预算", lambda row: float(row.share), 74),
        money("fund", "基金总额（元）", lambda row: to_fen(row.fund), 140),
        figure("price", f"结算{words.price}（元）", lambda row: row.price.value, 104, places=4),
        money("amount", "本院金额（元）", lambda row: row.outcome.amount, 130),
        rise("profit", "本院盈亏（元）", lambda row: row.outcome.profit, 136, cents=True),
        text("formula", "算式", lambda row: _trial_formulas(row, words), 300, stretch=True, muted=True),
    )


def _trial_formulas(row: Trial, words: Words) -> str:
    each = (*row.outcome.figures, row.split)
    return words.of_region("\n".join(f"{figure.label} = {figure.formula}" for figure in each))
