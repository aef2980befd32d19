"""Tool 交叉汇总: any dimension by any other over the open month, with the formula of what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel

from app.pivot import DIMENSIONS, MEASURES, WHOLE, Measure, PivotRow, PivotTable, pivot
from coding_rules.grouper.grouping import System
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, text
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

MOST_COLUMNS = 200
"""More columns than this nobody reads; the rest is named and left to a narrower question."""


class PivotWindow(ToolWindow):
    """A cross table of the open month, redrawn whenever a choice changes."""

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.system = _box("支付体系", [(f"按 {system.value} 计", system.value) for system in System])
        named = [(label, key) for key, (label, _read) in DIMENSIONS.items()]
        self.rows = _box("行", named)
        self.columns = _box("列", [("（不分列）", ""), *named])
        self.measure = _box("统计内容", [(measure.label, measure.id) for measure in MEASURES])
        self.columns.setCurrentIndex(self.columns.findData("band"))
        self.model, self.table = self.add_table(
            "交叉汇总", (_name_column(),), lambda row: row.name, empty="正在等待审核结果…"
        )
        self.formula = QLabel()
        self.formula.setProperty("role", "muted")
        self._lay_out()
        for box in (self.system, self.rows, self.columns, self.measure):
            box.currentIndexChanged.connect(self.refresh)
        context.reviewed.connect(self.renew)
        if context.workbench is not None:
            self.system.setCurrentIndex(list(System).index(context.workbench.system))

    @Slot()
    def refresh(self) -> None:
        """Cut the results there are anew."""
        bench = self.context.workbench
        if bench is None:
            return
        results, system = bench.results(), System(self.system.currentData())
        rows, columns, measure = (box.currentData() for box in (self.rows, self.columns, self.measure))
        self.run(
            "正在汇总",
            lambda progress: pivot(results, system, rows, columns, measure, progress),
            lambda table: self._show(table, len(results), len(bench.case_ids)),
        )

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """What was cut by what, and the formula."""
        boxes = (self.system, self.rows, self.columns, self.measure)
        return [*((box.accessibleName(), box.currentText()) for box in boxes), ("算式", self.formula.text())]

    def _show(self, table: PivotTable, counted: int, total: int) -> None:
        shown = (
            table.columns if len(table.columns) <= MOST_COLUMNS else (*table.columns[:MOST_COLUMNS], WHOLE)
        )
        places = [table.columns.index(name) for name in shown]
        heads = [_value_column(table.measure, name, place) for name, place in zip(shown, places, strict=True)]
        self.table.show_columns((_name_column(self.rows.currentText()), *heads))
        self.model.set_rows(table.rows)
        self.formula.setText(table.measure.formula)
        waiting = f"，另有 {total - counted:,} 例尚在审核" if counted < total else ""
        hidden = len(table.columns) - len(shown)
        cut = f"；列太多，另有 {hidden:,} 列未显示" if hidden else ""
        self.busy.tell(f"按当前编码汇总 {counted:,} 例{waiting}{cut}。“—”表示没有病例或没有这项数据。")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        for box in (self.system, self.rows, self.columns, self.measure):
            label = QLabel(box.accessibleName())
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
        row.addStretch(1)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.formula)


def _box(name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for label, key in choices:
        box.addItem(label, key)
    return box


def _name_column(title: str = "") -> Column[PivotRow]:
    return text("name", title, lambda row: row.name, 200, strong=lambda row: row.name == WHOLE)


def _value_column(measure: Measure, name: str, place: int) -> Column[PivotRow]:
    key = f"value{place}"
    if measure.unit == "分":
        return money(key, name, partial(_whole, place=place))
    if measure.unit == "例":
        return count(key, name, partial(_whole, place=place))
    return figure(key, name, partial(_any, place=place), 96)


def _whole(row: PivotRow, place: int) -> int | None:
    value = row.values[place]
    return int(value) if value is not None else None


def _any(row: PivotRow, place: int) -> int | Decimal | None:
    return row.values[place]
