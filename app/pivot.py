"""Cross tables over many reviewed cases: any dimension by any other, as reviewers cut a month of loss cases.

One pass over the results adds every case to its cell, its line, its column and the whole. Money stays in whole 分 and
points in whole millionths, so that sums are exact. The tests hold the sums against pandas, which stays out of the program:
it would add a tenth to what hospitals install and a second to the first table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.compare import amount_of, band_of, points_of, profit_of
from app.progress import Progress
from app.review import CaseResult, Scored
from app.summary import department_of
from coding_rules.finding import Severity
from coding_rules.grouper.grouping import System
from coding_rules.settlement.settlement import Band
from icd_tables.codes import category, normalize_code

WHOLE = "合计"
NOTHING = "未填"
UNGROUPED = "未入组"
CLEAN = "无发现"
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted in the cells. ``unit`` says how a value is to be read: 例, 分 (money), 天 or 分值."""

    id: str
    label: str
    unit: str
    column: str
    how: str
    formula: str


@dataclass(frozen=True, slots=True)
class PivotRow:
    """One line of a cross table: its name and the values in the order of the table's columns; ``None``: no case."""

    name: str
    values: tuple[int | Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class PivotTable:
    """A cross table. ``columns`` are the headings of the values, ``WHOLE`` last; the last row is ``WHOLE`` too."""

    measure: Measure
    columns: tuple[str, ...]
    rows: tuple[PivotRow, ...]


MEASURES: tuple[Measure, ...] = (
    Measure("cases", "病例数", "例", "cases", "sum", "病例数"),
    Measure("errors", "有错误的病例", "例", "error", "sum", "至少有一条“错误”级发现的病例数"),
    Measure("losses", "亏损病例", "例", "loss", "sum", "盈亏 < 0 的病例数"),
    Measure("profit", "盈亏合计", "分", "profit", "sum", "Σ(支付金额 − 总费用)，只计能算出金额的病例"),
    Measure("mean_profit", "例均盈亏", "分", "profit", "mean", "盈亏合计 ÷ 能算出金额的病例数"),
    Measure("fee", "总费用合计", "分", "fee", "sum", "Σ 总费用"),
    Measure("mean_fee", "例均费用", "分", "fee", "mean", "总费用合计 ÷ 有总费用的病例数"),
    Measure("amount", "支付金额合计", "分", "amount", "sum", "Σ 支付金额，只计能算出金额的病例"),
    Measure("mean_los", "平均住院日", "天", "los", "mean", "Σ 住院天数 ÷ 有住院天数的病例数"),
    Measure("points", "分值合计", "分值", "points", "sum", "Σ 结算分值（DRG 为点数）"),
)
"""What can be counted, in the order offered."""


def _principal(result: CaseResult, _scored: Scored | None) -> str:
    line = result.case.principal_diagnosis
    return category(normalize_code(line.code)) if line else NOTHING


def _month(result: CaseResult, _scored: Scored | None) -> str:
    day = result.case.discharged
    return day.strftime("%Y-%m") if day else NOTHING


def _worst(result: CaseResult, _scored: Scored | None) -> str:
    found = [finding.severity for finding in result.findings]
    return min(found, key=lambda severity: severity.rank).label if found else CLEAN


def _group(_result: CaseResult, scored: Scored | None) -> str:
    grouping = scored.grouping if scored else None
    return f"{grouping.group} {grouping.name}".strip() if grouping and grouping.group else UNGROUPED


DIMENSIONS: Mapping[str, tuple[str, Callable[[CaseResult, Scored | None], str]]] = {
    "department": ("科室", lambda result, _scored: department_of(result)),
    "physician": ("医师", lambda result, _scored: result.case.physician.strip() or NOTHING),
    "coder": ("编码员", lambda result, _scored: result.case.coder.strip() or NOTHING),
    "month": ("出院月份", _month),
    "band": ("倍率区间", lambda _result, scored: band_of(scored).value if scored else UNGROUPED),
    "group": ("病组", _group),
    "principal": ("主要诊断类目", _principal),
    "severity": ("最高级别发现", _worst),
    "payment": ("付费方式", lambda result, _scored: result.case.payment.strip() or NOTHING),
    "discharge": ("离院方式", lambda result, _scored: result.case.discharge_way.strip() or NOTHING),
}
"""What a table can be cut by: id -> Chinese label and how a case is read."""


def pivot(
    results: Sequence[CaseResult],
    system: System,
    rows: str,
    columns: str = "",
    measure: str = "cases",
    progress: Progress | None = None,
) -> PivotTable:
    """Cut the results by one dimension, or by two.

    Args:
        results: reviewed cases; money and bands are read from ``system``.
        rows: dimension of the lines; columns: dimension of the columns, empty for one total column.
        measure: id of a ``Measure``.

    Raises:
        KeyError: an id is none of ours.
        Cancelled: the user asked to stop.
    """
    chosen = next((each for each in MEASURES if each.id == measure), None)
    if chosen is None:
        raise KeyError(measure)
    progress = progress or Progress()
    read_row = DIMENSIONS[rows][1]
    read_column = DIMENSIONS[columns][1] if columns else None
    figure = _FIGURES[chosen.column]
    cells: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for done, result in enumerate(results, start=1):
        scored = result.drg if system is System.DRG else result.dip
        value = figure(result, scored)
        row = read_row(result, scored)
        column = read_column(result, scored) if read_column else WHOLE
        for key in {(row, column), (row, WHOLE), (WHOLE, column), (WHOLE, WHOLE)}:
            cells[key].add(value)
        if not done % 1000:
            progress.report(done, len(results), "正在汇总病例")
    return _table(cells, chosen)


@dataclass(slots=True)
class _Sum:
    """A running sum; cases without the figure do not count."""

    total: int = 0
    cases: int = 0

    def add(self, value: int | None) -> None:
        if value is not None:
            self.total += value
            self.cases += 1


def _table(cells: Mapping[tuple[str, str], _Sum], measure: Measure) -> PivotTable:
    """Lines and columns in order, the whole last."""
    lines = sorted({row for row, _ in cells if row != WHOLE}, key=_natural)
    heads = sorted({column for _, column in cells if column != WHOLE}, key=_natural)
    if not lines:
        return PivotTable(measure, (WHOLE,), ())
    names = (*heads, WHOLE)
    table = [
        PivotRow(line, tuple(_value(cells.get((line, name)), measure) for name in names))
        for line in (*lines, WHOLE)
    ]
    return PivotTable(measure, names, tuple(table))


def _points(_result: CaseResult, scored: Scored | None) -> int | None:
    points = points_of(scored) if scored else None
    return None if points is None else int(points * _MILLION)


def _profit(_result: CaseResult, scored: Scored | None) -> int | None:
    return profit_of(scored) if scored else None


_FIGURES: Mapping[str, Callable[[CaseResult, Scored | None], int | None]] = {
    "cases": lambda _result, _scored: 1,
    "error": lambda result, scored: int(_worst(result, scored) == Severity.ERROR.label),
    "loss": lambda result, scored: int((_profit(result, scored) or 0) < 0),
    "profit": _profit,
    "fee": lambda result, _scored: result.case.fees.total,
    "amount": lambda _result, scored: amount_of(scored) if scored else None,
    "los": lambda result, _scored: result.case.los,
    "points": _points,
}
"""How a case adds to each figure that measures are made of; ``None``: it has none."""


def _value(sum_: _Sum | None, measure: Measure) -> int | Decimal | None:
    """Sums as they are, means rounded half up once."""
    if sum_ is None or not sum_.cases:
        return None
    total, cases = sum_.total, sum_.cases
    if measure.unit == "分值":
        return Decimal(total) / _MILLION
    if measure.how == "sum":
        return total
    if measure.unit == "天":
        return (Decimal(total) / cases).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return (2 * total + cases) // (2 * cases)


_RANKED = {
    name: place
    for place, name in enumerate(
        (
            *(severity.label for severity in sorted(Severity, key=lambda severity: severity.rank)),
            *(band.value for band in Band if band is not Band.UNGROUPED),
        )
    )
}
"""Names with an order of their own: severities from the gravest, rate bands from the lowest."""


def _natural(name: str) -> tuple[bool, int, str]:
    """Names in order; what was not filled in comes last."""
    return name in {NOTHING, UNGROUPED}, _RANKED.get(name, len(_RANKED)), name
