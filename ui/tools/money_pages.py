"""Pages of the tool 结算测算: figures of a settlement, a budget tried out, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.dip.clearing import Line, Pool, SettledCase, budget_line, counted_sums, try_budgets
from coding_rules.settlement.figures import show
from ui.tools.money_fields import NumberField, wrap_rows
from ui.tools.money_tables import (
    CASE_COLUMNS,
    FIGURE_COLUMNS,
    LINE_COLUMNS,
    TRIAL_COLUMNS,
    FigureRow,
    LineRow,
)
from ui.tools.window import ToolWindow


class LinesPage(QWidget):
    """Figures with their formulas; ``fields`` are what only this page asks for."""

    changed = Signal()

    def __init__(self, tool: ToolWindow, name: str, note: str, fields: Sequence[NumberField] = ()) -> None:
        super().__init__()
        head = QLabel(note)
        head.setProperty("role", "muted")
        head.setWordWrap(True)
        self.model, self.table = tool.add_table(
            name, LINE_COLUMNS, lambda row: row.number, sortable=False, empty="没有计入的病例。"
        )
        wrap_rows(self.table)
        row = QHBoxLayout()
        row.addWidget(head, 1)
        for field in fields:
            row.addWidget(QLabel(field.accessibleName()))
            row.addWidget(field)
            field.editingFinished.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """The figures in the order they are reckoned."""
        self.model.set_rows(LineRow(number, line) for number, line in enumerate(lines))


class BudgetPage(QWidget):
    """Budget to point value: this year's by the whole region's points, the forecast by past years."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._pools: Sequence[Pool] = ()
        self.fund = NumberField("基金总额（元）", "当年 DIP 基金总额", 150)
        self.share = NumberField("基金支付比例", "0—1", 80)
        self.region = NumberField("全市总分值", "含本院", 130)
        self.own = QLabel()
        self.own.setProperty("role", "muted")
        self.model, self.table = tool.add_table(
            "预算测算",
            TRIAL_COLUMNS,
            lambda row: row.share,
            sortable=False,
            empty="填写基金总额、支付比例和全市总分值后，列出预算上下浮动时的点值与本院盈亏。",
        )
        wrap_rows(self.table)
        self.years = [
            (NumberField(f"{name}总费用", "元", 140), NumberField(f"{name}总分值", "分", 120))
            for name in ("前三年", "前二年", "上一年")
        ]
        self.forecast = QLabel()
        self.forecast.setWordWrap(True)
        self.forecast.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()
        for field in (self.fund, self.share, self.region):
            field.textChanged.connect(self._try)
        for pair in self.years:
            for field in pair:
                field.textChanged.connect(self._forecast)
        self._forecast()

    def show_pools(self, pools: Sequence[Pool]) -> None:
        """The hospital's own part."""
        self._pools = pools
        points, fees = counted_sums(pools)
        self.own.setText(f"本院计入 {show(points, 2)} 分，总费用 {fees:,.2f} 元")
        self._try()

    @Slot()
    def _try(self) -> None:
        given = (self.fund.value, self.share.value, self.region.value)
        fund, share, region = (value or Decimal(0) for value in given)
        self.model.set_rows(try_budgets(fund, share, region, self._pools) if fund else ())
        if self.model.rowCount():
            self.table.selectRow(self.model.place_of(Decimal(1)))

    @Slot()
    def _forecast(self) -> None:
        years = [
            (fees, points)
            for fees, points in ((pair[0].value, pair[1].value) for pair in self.years)
            if fees is not None and points is not None
        ]
        figure = budget_line(years)
        self.forecast.setText(f"{figure.label} {figure.value}　{figure.formula}")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for field in (self.fund, self.share, self.region):
            row.addWidget(QLabel(field.accessibleName()))
            row.addWidget(field)
        row.addStretch(1)
        row.addWidget(self.own)
        past = QGridLayout()
        past.setHorizontalSpacing(8)
        title = QLabel("年初预算点值（三年按 1：2：7 加权）")
        title.setProperty("role", "title")
        past.addWidget(title, 0, 0, 1, 8)
        for place, (fees, points) in enumerate(self.years):
            past.addWidget(QLabel(fees.accessibleName()), place + 1, 0)
            past.addWidget(fees, place + 1, 1)
            past.addWidget(QLabel(points.accessibleName()), place + 1, 2)
            past.addWidget(points, place + 1, 3)
        past.addWidget(self.forecast, 1, 4, 3, 1)
        past.setColumnStretch(4, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addLayout(past)


class CasesPage(QWidget):
    """The cases one by one, each figure with its formula; those that may apply for 特例单议 on their own."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._tool = tool
        self._limit: int | None = None
        self.which = QComboBox()
        self.which.setAccessibleName("列出的病例")
        self.note = QLabel("点选一例，下面列出它的每个数和算式；双击回到该病例。")
        self.note.setProperty("role", "muted")
        self.model, self.table = tool.add_table(
            "逐例", CASE_COLUMNS, lambda row: row.result.case.case_id, empty="没有符合的病例。"
        )
        self.figures, figure_table = tool.add_table(
            "逐例算式", FIGURE_COLUMNS, lambda row: row.number, sortable=False, empty="点选一例查看算式。"
        )
        wrap_rows(figure_table)
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.table)
        both.addWidget(figure_table)
        both.setSizes([240, 200])
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(self.which)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(both, 1)
        self.which.currentIndexChanged.connect(self._filter)
        self.table.selectionModel().currentChanged.connect(self._show_figures)
        self.table.doubleClicked.connect(self._go)

    def show_cases(self, cases: Sequence[SettledCase], limit: int | None) -> None:
        """All cases; ``limit`` is how many may apply for 特例单议, ``None`` when the region does not say."""
        self.model.set_rows(cases)
        candidates = sum(case.for_review for case in cases)
        most = f"，至多可申请 {limit:,} 例" if limit is not None else ""
        chosen = max(self.which.currentIndex(), 0)
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItem(f"全部病例（{len(cases):,}）")
        self.which.addItem(f"特例单议候选（{candidates:,}{most}）")
        self.which.setCurrentIndex(chosen)
        self.which.blockSignals(False)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        only = self.which.currentIndex() == 1
        self.model.set_filter((lambda case: case.for_review) if only else None)
        self.table.setCurrentIndex(self.model.index(0, 0))
        if not self.model.rowCount():
            self.figures.set_rows([])

    @Slot(QModelIndex, QModelIndex)
    def _show_figures(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        figures = row.figures if row is not None else ()
        self.figures.set_rows(FigureRow(number, figure) for number, figure in enumerate(figures))

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is not None:
            self._tool.context.case_wanted.emit(row.result.case.case_id)
