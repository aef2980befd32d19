"""Cross tables over many reviewed cases: any dimension by any other, as reviewers cut a month of loss cases.

One row a case goes into a pandas DataFrame; pandas does the grouping. Money stays in whole 分 and points in whole
millionths, so that sums are exact. pandas is imported only when a table is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from app.compare import amount_of, band_of, points_of, profit_of
from app.progress import Progress
from app.review import CaseResult, Scored
from app.summary import department_of
from coding_rules.grouper.grouping import System
from icd_tables.codes import category, normalize_code

if TYPE_CHECKING:
    import pandas as pd

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
    frame = _frame(results, system, [rows, *([columns] if columns else [])], progress)
    if frame.empty:
        return PivotTable(chosen, (WHOLE,), ())
    lines = _aggregate(frame, ["row"], chosen)
    cells = _aggregate(frame, ["row", "column"], chosen) if columns else {}
    heads = _aggregate(frame, ["column"], chosen) if columns else {}
    names = tuple(sorted((key[0] for key in heads), key=_natural))
    whole = _aggregate(frame.assign(all=WHOLE), ["all"], chosen)[(WHOLE,)]
    table = [
        PivotRow(name, (*(cells.get((name, head)) for head in names), lines[(name,)]))
        for name in sorted((key[0] for key in lines), key=_natural)
    ]
    total = PivotRow(WHOLE, (*(heads[(head,)] for head in names), whole))
    return PivotTable(chosen, (*names, WHOLE), (*table, total))


def _frame(
    results: Sequence[CaseResult], system: System, dimensions: Sequence[str], progress: Progress
) -> pd.DataFrame:
    """One row a case: the names it is cut by, and every figure a measure may need (``<NA>`` where it has none)."""
    import pandas as pd

    readers = [DIMENSIONS[dimension][1] for dimension in dimensions]
    table: list[tuple[object, ...]] = []
    for done, result in enumerate(results, start=1):
        scored = result.drg if system is System.DRG else result.dip
        profit = profit_of(scored) if scored else None
        points = points_of(scored) if scored else None
        names = [read(result, scored) for read in readers]
        table.append(
            (
                names[0],
                names[1] if len(names) > 1 else WHOLE,
                1,
                int(_worst(result, scored) == "错误"),
                int(profit is not None and profit < 0),
                profit,
                result.case.fees.total,
                amount_of(scored) if scored else None,
                result.case.los,
                None if points is None else int(points * _MILLION),
            )
        )
        if not done % 1000:
            progress.report(done, len(results), "正在汇总病例")
    heads = ["row", "column", "cases", "error", "loss", "profit", "fee", "amount", "los", "points"]
    return pd.DataFrame(table, columns=heads).astype(dict.fromkeys(heads[2:], "Int64"))


def _aggregate(
    frame: pd.DataFrame, by: list[str], measure: Measure
) -> dict[tuple[str, ...], int | Decimal | None]:
    """The measure for every combination of names; sums are exact, means are rounded half up once."""
    grouped = frame.groupby(by, sort=False, observed=True)[measure.column]
    sums, counts = grouped.sum(min_count=1), grouped.count()
    answer: dict[tuple[str, ...], int | Decimal | None] = {}
    for key, value in sums.items():
        names = key if isinstance(key, tuple) else (key,)
        answer[names] = _value(None if counts[key] == 0 else int(value), int(counts[key]), measure)
    return answer


def _value(total: int | None, cases: int, measure: Measure) -> int | Decimal | None:
    if total is None:
        return None
    if measure.unit == "分值":
        return Decimal(total) / _MILLION
    if measure.how == "sum":
        return total
    if measure.unit == "天":
        return (Decimal(total) / cases).quantize(Decimal("0.01"))
    return (2 * total + cases) // (2 * cases)


def _natural(name: str) -> tuple[bool, str]:
    """Names in order; what was not filled in comes last."""
    return name in {NOTHING, UNGROUPED}, name
