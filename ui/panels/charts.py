"""Charts: rate bands and profit or loss by department, with the same figures as a table to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.summary import Part, Summary, Totals
from coding_rules.finding import Severity
from coding_rules.grouper.grouping import System
from coding_rules.settlement.settlement import Band
from ui import wording
from ui.models.columns import Column, ColumnsModel
from ui.panels.bars import Bar, BarChart, Piece, Swatch
from ui.tables import DenseTable

BAND_TONES = {
    Band.LOW: "band_low",
    Band.NORMAL: "band_normal",
    Band.HIGH: "band_high",
    Band.EXTREME: "warning",
    Band.UNGROUPED: "border",
    Band.UNKNOWN: "border",
}
MOST_DEPARTMENTS = 40


def _totals(part: Part, system: System) -> Totals | None:
    return part.drg if system is System.DRG else part.dip


def _columns(system: System) -> tuple[Column[Part], ...]:
    def money(what: str) -> Column[Part]:
        label = {"amount": "支付金额（元）", "profit": "盈亏（元）"}[what]

        def value(part: Part) -> int | None:
            totals = _totals(part, system)
            return getattr(totals, what) if totals else None

        return Column(
            what,
            label,
            lambda part: wording.money(value(part)),
            sort=lambda part: value(part) or 0,
            width=120,
            numeric=True,
        )

    def band(which: Band) -> Column[Part]:
        def cases(part: Part) -> int:
            totals = _totals(part, system)
            return totals.bands.get(which, 0) if totals else 0

        return Column(
            which.name, which.value, lambda part: f"{cases(part):,}", sort=cases, width=72, numeric=True
        )

    def findings(severity: Severity) -> Column[Part]:
        def cases(part: Part) -> int:
            return part.worst.get(severity, 0)

        title = f"有{severity.label}病例"
        return Column(
            severity.name, title, lambda part: f"{cases(part):,}", sort=cases, width=84, numeric=True
        )

    return (
        Column("name", "科室", lambda part: part.name, width=150, stretch=True),
        Column(
            "cases",
            "病例",
            lambda part: f"{part.cases:,}",
            sort=lambda part: part.cases,
            width=66,
            numeric=True,
        ),
        *(findings(severity) for severity in Severity),
        *(band(which) for which in (Band.LOW, Band.NORMAL, Band.HIGH, Band.EXTREME, Band.UNGROUPED)),
        money("amount"),
        money("profit"),
    )


class ChartsPanel(QWidget):
    """Shows the summary of the cases as they stand, under one payment system."""

    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("role", "head")
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.empty = QLabel()
        self.bands = BarChart("各科费用倍率区间")
        self.profit = BarChart("各科盈亏")
        self.models = {
            system: ColumnsModel(_columns(system), lambda part: part.name, self) for system in System
        }
        self.tables = {system: DenseTable(model, "科室汇总") for system, model in self.models.items()}
        self._arrange()

    def wait(self, system: System, *, anew: bool) -> None:
        """The figures are being summed up; former ones stay in sight until then, unless they are of other work (``anew``)."""
        self.title.setText(f"倍率区间与盈亏 · 按 {system.value} 计")
        self.note.setText("正在统计…")
        if anew:
            self.empty.hide()
            self.figures.hide()
            for table in self.tables.values():
                table.hide()

    def show_summary(self, summary: Summary, total: int, system: System) -> None:
        """Show the summary of the cases as they stand under one system; ``total`` says how many cases there will be."""
        counted = summary.whole.cases
        self.title.setText(f"倍率区间与盈亏 · 按 {system.value} 计")
        waiting = f", 另有 {total - counted:,} 例尚在审核" if counted < total else ""
        self.note.setText(
            f"按当前编码统计 {counted:,} 例{waiting}。盈亏 = 支付金额 − 总费用，正负同色，只看方向。"
        )
        shown = summary.departments[:MOST_DEPARTMENTS]
        self.bands.show_bars([_band_bar(part, system) for part in (summary.whole, *shown)])
        self.profit.show_bars([_profit_bar(part, system) for part in shown])
        without = all(_totals(part, system) is None for part in shown)
        self.empty.setText(
            f"没有载入 {system.value} 方案，无法统计。可在“设置”中选择，或按 Ctrl+T 换一个体系。"
        )
        self.empty.setVisible(without)
        self.figures.setVisible(not without)
        for one, table in self.tables.items():
            table.setVisible(one is system)
        self.models[system].set_rows([summary.whole, *summary.departments])

    def _arrange(self) -> None:
        back = QPushButton("返回审核 (Ctrl+G)")
        back.clicked.connect(self.back_wanted)
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(back)
        self.figures = QWidget()
        grid = QGridLayout(self.figures)
        grid.setHorizontalSpacing(28)
        for place, (text, chart) in enumerate(
            (("费用倍率区间（病例占比）", self.bands), ("盈亏（万元）", self.profit))
        ):
            heading = QLabel(text)
            heading.setProperty("role", "title")
            grid.addWidget(heading, 0, place)
            grid.addWidget(chart, 2, place, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place, 1)
        grid.addWidget(_legend(), 1, 0)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.empty)
        inside.addWidget(self.figures)
        for table in self.tables.values():
            inside.addWidget(table, 1)
            table.setMinimumHeight(240)
            table.sort_by_header()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 14, 9)
        column.addLayout(top)
        column.addWidget(self.note)
        column.addWidget(scroll, 1)


def _band_bar(part: Part, system: System) -> Bar:
    totals = _totals(part, system)
    if totals is None or not totals.cases:
        return Bar(part.name, (), wording.MISSING)
    pieces = tuple(
        Piece(count / totals.cases, tone, f"{band.value} {count:,} 例 ({count / totals.cases:.1%})")
        for band, tone in BAND_TONES.items()
        if (count := totals.bands.get(band, 0))
    )
    return Bar(part.name, pieces, f"{totals.cases:,} 例")


def _profit_bar(part: Part, system: System) -> Bar:
    totals = _totals(part, system)
    profit = totals.profit if totals else None
    if profit is None:
        return Bar(part.name, (), wording.MISSING)
    tip = f"盈亏 {wording.money(profit)} 元"
    value = f"{profit / 1_000_000:,.2f}".replace("-", "−")
    return Bar(part.name, (Piece(profit, "band_normal", tip),), value)


def _legend() -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    for band in (Band.LOW, Band.NORMAL, Band.HIGH, Band.EXTREME, Band.UNGROUPED):
        row.addWidget(Swatch(BAND_TONES[band]))
        label = QLabel(band.value)
        label.setProperty("role", "muted")
        row.addWidget(label)
    row.addStretch(1)
    return line
