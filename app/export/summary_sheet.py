"""The summary sheet: counts, money before and after, rises and falls alike, departments with charts, rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.chart import BarChart, Reference

from app.compare import ScoreDelta, compare_results
from app.export.amounts import yuan
from app.export.cells import Column, Sheet, Style, Value
from app.export.correction_rows import ReviewedCase
from app.history import Decision
from app.summary import Part, Summary, Totals, department_of, summarise
from coding_rules.finding import Severity
from coding_rules.grouper.grouping import System
from coding_rules.settlement.settlement import Band

WIDTHS = (22, *([13] * 13))
_CHART_ROWS = 17  # rows of the usual height behind a chart
_DEPARTMENT_COUNTS = ("病例数", "有错误", "有警告", "无问题", "已更正")


@dataclass(frozen=True, slots=True)
class Movement:
    """What the corrections did to one payment system's figures: rises and falls, each counted and summed. Money in 分."""

    regrouped: int
    risen: int
    fallen: int
    points_up: Decimal
    points_down: Decimal
    amount_up: int
    amount_down: int

    @classmethod
    def of(cls, deltas: Sequence[ScoreDelta]) -> Movement:
        """Sum up the differences. A case rises or falls by its payment, or by its points where no payment is known."""
        signs = Counter(_sign(delta.points if delta.amount is None else delta.amount) for delta in deltas)
        points = [delta.points for delta in deltas if delta.points is not None]
        amounts = [delta.amount for delta in deltas if delta.amount is not None]
        return cls(
            regrouped=sum(delta.group_changed for delta in deltas),
            risen=signs[1],
            fallen=signs[-1],
            points_up=sum((each for each in points if each > 0), Decimal()),
            points_down=sum((each for each in points if each < 0), Decimal()),
            amount_up=sum(each for each in amounts if each > 0),
            amount_down=sum(each for each in amounts if each < 0),
        )


def write_summary(
    sheet: Sheet, reviewed: Sequence[ReviewedCase], title: str, lines: Iterable[tuple[str, str]]
) -> None:
    """Fill the sheet: ``lines`` are (label, text) under the title."""
    before = summarise([case.before for case in reviewed])
    after = summarise([case.after for case in reviewed])
    sheet.write([(title, Style.TITLE)], height=26)
    for label, text in lines:
        sheet.write([(label, Style.LABEL), (text, Style.TEXT)])
    sheet.blank()
    _counts(sheet, before, reviewed)
    deltas = [
        delta for case in reviewed if case.altered for delta in compare_results(case.before, case.after)
    ]
    _money(sheet, before.whole, after.whole, deltas)
    _bands(sheet, before.whole, after.whole)
    _departments(sheet, before, after, reviewed)
    _rules(sheet, before)


def _counts(sheet: Sheet, before: Summary, reviewed: Sequence[ReviewedCase]) -> None:
    decisions = Counter(case.net.decision for case in reviewed if case.net)
    whole = before.whole
    _heading(sheet, "概况")
    for label, count in (
        ("病例数", whole.cases),
        *((f"有{severity.label}的病例", whole.worst.get(severity, 0)) for severity in Severity),
        ("没有问题的病例", whole.clean),
        ("已更正", decisions[Decision.CORRECT]),
        ("维持原码", decisions[Decision.KEEP]),
        ("待查病历", decisions[Decision.PENDING]),
    ):
        sheet.write([(label, Style.TEXT), (count, Style.COUNT)])
    sheet.write([("每例按最严重的问题计一次。", Style.NOTE)])
    sheet.blank()


def _money(sheet: Sheet, before: Part, after: Part, deltas: Sequence[ScoreDelta]) -> None:
    columns = [
        Column("支付方式", 22),
        *(Column(text, 13, Style.COUNT) for text in ("入组", "未入组")),
        *(Column(text, 13, Style.FIGURE) for text in ("原权重", "现权重", "原分值", "现分值")),
        *(
            Column(text, 13, Style.MONEY)
            for text in ("原支付（元）", "现支付（元）", "原盈亏（元）", "现盈亏（元）")
        ),
    ]
    answered = [(System.DRG, before.drg, after.drg), (System.DIP, before.dip, after.dip)]
    known = [(system, old, new) for system, old, new in answered if old is not None and new is not None]
    if not known:
        return
    _heading(sheet, "分组与费用")
    sheet.write_header(columns)
    for system, old, new in known:
        sheet.write_record(columns, [system.value, new.grouped, new.cases - new.grouped, *_pairs(old, new)])
    sheet.blank()
    _movements(sheet, [system for system, _, _ in known], deltas)


def _pairs(old: Totals, new: Totals) -> list[Value]:
    return [
        *(old.weight, new.weight, old.points, new.points),
        *(yuan(old.amount), yuan(new.amount), yuan(old.profit), yuan(new.profit)),
    ]


def _movements(sheet: Sheet, systems: Sequence[System], deltas: Sequence[ScoreDelta]) -> None:
    columns = [
        Column("更正后的升降", 22),
        *(Column(text, 13, Style.COUNT) for text in ("换组例数", "上升例数", "下降例数")),
        *(Column(text, 13, Style.FIGURE) for text in ("分值上升", "分值下降")),
        *(Column(text, 13, Style.MONEY) for text in ("支付增加（元）", "支付减少（元）")),
    ]
    sheet.write_header(columns)
    for system in systems:
        moved = Movement.of([delta for delta in deltas if delta.system is system])
        sheet.write_record(
            columns,
            [
                system.value,
                *(moved.regrouped, moved.risen, moved.fallen, moved.points_up, moved.points_down),
                *(yuan(moved.amount_up), yuan(moved.amount_down)),
            ],
        )
    sheet.blank()


def _bands(sheet: Sheet, before: Part, after: Part) -> None:
    sides = [
        (f"{side}{system.value}", totals)
        for system in System
        for side, totals in (("原", _totals(before, system)), ("现", _totals(after, system)))
        if totals is not None
    ]
    if not sides:
        return
    columns = [Column("费用倍率", 22), *(Column(f"{name}（例）", 13, Style.COUNT) for name, _ in sides)]
    _heading(sheet, "费用倍率区间")
    sheet.write_header(columns)
    for band in Band:
        counts = [totals.bands.get(band, 0) for _, totals in sides]
        if any(counts):
            sheet.write_record(columns, [band.value, *counts])
    sheet.blank()


def _departments(sheet: Sheet, before: Summary, after: Summary, reviewed: Sequence[ReviewedCase]) -> None:
    corrected = Counter(department_of(case.before) for case in reviewed if case.altered)
    later = {part.name: part for part in after.departments}
    systems = [system for system in System if _totals(before.whole, system) is not None]
    columns = [
        Column("科室", 22),
        *(Column(text, 13, Style.COUNT) for text in _DEPARTMENT_COUNTS),
        *(
            Column(f"{system.value} {side}盈亏（元）", 13, Style.MONEY)
            for system in systems
            for side in "原现"
        ),
    ]
    _heading(sheet, "各科室")
    header = sheet.write_header(columns)
    for part in before.departments:
        new = later.get(part.name, part)
        worst = part.worst
        profits = [_profit(_totals(side, system)) for system in systems for side in (part, new)]
        counts = [
            part.cases,
            worst.get(Severity.ERROR, 0),
            worst.get(Severity.WARNING, 0),
            part.clean,
            corrected[part.name],
        ]
        sheet.write_record(columns, [part.name, *counts, *profits])
    last = sheet.row
    sheet.blank()
    for at, system in enumerate(systems):
        totals = _totals(after.whole, system)
        if last > header and totals is not None and totals.settled:
            _chart(sheet, system, header, last, len(_DEPARTMENT_COUNTS) + 2 + 2 * at)


def _chart(sheet: Sheet, system: System, header: int, last: int, column: int) -> None:
    """Profit and loss by department, before beside after, under the rows written so far."""
    chart = BarChart()
    chart.type = "col"
    chart.title = f"{system.value} 各科室盈亏（元）"
    chart.height, chart.width = 8, 26
    chart.add_data(
        Reference(sheet.raw, min_col=column, max_col=column + 1, min_row=header, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet.raw, min_col=1, min_row=header + 1, max_row=last))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"  # below the plot, not across the bars of the losses
    chart.y_axis.numFmt = "#,##0"
    sheet.add_chart(chart, f"A{sheet.row + 1}")
    for _ in range(_CHART_ROWS):
        sheet.blank()


def _rules(sheet: Sheet, before: Summary) -> None:
    if not before.rules:
        return
    columns = [Column("规则", 22), Column("程度", 13), Column("病例数", 13, Style.COUNT), Column("问题", 13)]
    _heading(sheet, "各规则发现的问题")
    sheet.write_header(columns)
    for rule in before.rules:
        sheet.write_record(columns, [rule.rule_id, rule.severity.label, rule.cases, rule.title])


def _heading(sheet: Sheet, text: str) -> None:
    sheet.write([(text, Style.LABEL)])


def _totals(part: Part, system: System) -> Totals | None:
    return part.drg if system is System.DRG else part.dip


def _profit(totals: Totals | None) -> Decimal | None:
    return yuan(totals.profit) if totals else None


def _sign(value: int | Decimal | None) -> int:
    return 0 if not value else 1 if value > 0 else -1
