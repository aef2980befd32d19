"""The weight tables kept on this machine: for which scheme, from when to when; dates can be written down, one can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.drg.weight_tables import KeptWeights, note_weights
from app.errors import UserError
from coding_rules.grouper.drg.weight_table import WeightTable
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import count, text
from ui.wording import MISSING

HINT = "双击“启用”“停用”可以修改，写成 2025-01-01，留空表示不限。同一方案有几份注明日期的权重表时，每例按出院日期选用。"
ROWS_SHOWN = 5


class WeightVersions(QWidget):
    """Lists the tables. ``show_wanted`` and ``use_wanted`` carry the path of the one chosen; ``changed`` tells of new dates."""

    show_wanted = Signal(object)
    use_wanted = Signal(object)
    changed = Signal()

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used = Path()
        self._scheme = ""
        self._together: frozenset[Path] = frozenset()
        self.model, self.table = add_table(
            "本机权重表",
            self._columns(),
            lambda row: row.path,
            empty="还没有导入权重表。用右上角“导入”→“当地权重表…”读入公布的权重或点数。",
            sortable=False,
        )
        rows = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * ROWS_SHOWN)
        self.show_button = QPushButton("查看所选权重表")
        self.use_button = QPushButton("与当前方案一起使用")
        hint = QLabel(HINT)
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(hint, 1)
        row.addWidget(self.show_button)
        row.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        column.addLayout(row)
        self.show_button.clicked.connect(self._show)
        self.use_button.clicked.connect(self._use)
        self.table.selectionModel().currentChanged.connect(self._enable)
        self._enable()

    def show_tables(self, tables: Sequence[KeptWeights], used: str, scheme: str) -> None:
        """List these; ``used`` is the path of the one chosen, "" for none. A table for no scheme in particular is noted as being for
        ``scheme`` (its id) when it is given dates.
        """
        self._scheme = scheme
        self._used = Path(used) if used else Path()
        self._together = _together(tables, self._used)
        self.model.set_rows(tables)
        if tables:
            self.table.setCurrentIndex(self.model.index(0, 0))
        self._enable()

    def _columns(self) -> tuple[Column[KeptWeights], ...]:
        def day(key: str, title: str) -> Column[KeptWeights]:
            return Column(
                key,
                title,
                lambda row: MISSING if getattr(row, key) is None else str(getattr(row, key)),
                width=98,
                editable=lambda row: not row.problem,
                commit=lambda row, value: self._commit(row, key, value),
            )

        return (
            text("used", "", self._state, 78),
            text(
                "name", "权重表", lambda row: row.path.stem, 200, stretch=True, tip=lambda row: str(row.path)
            ),
            text("scheme", "适用方案", lambda row: row.scheme or "未注明", 150),
            day("valid_from", "启用"),
            day("valid_to", "停用"),
            count("groups", "组数", lambda row: row.groups or None, 60),
            text("unit", "单位", lambda row: row.problem or row.unit or "无权重", 110),
        )

    def _state(self, row: KeptWeights) -> str:
        if row.path == self._used:
            return "使用中"
        return "按日期用" if row.path in self._together else ""

    def _commit(self, row: KeptWeights, name: str, value: str) -> bool:
        try:
            day = date.fromisoformat(value.strip()) if value.strip(f" {MISSING}") else None
        except ValueError:
            tell_user(self, UserError(f"“{value}”不是日期。", "请写成 2025-01-01 的样子，或留空。"))
            return False
        new = replace(row, scheme=row.scheme or self._scheme)
        new = replace(new, valid_from=day) if name == "valid_from" else replace(new, valid_to=day)
        try:
            note_weights(new.path, new.scheme, new.valid_from, new.valid_to, new.prefer)
        except UserError as error:
            tell_user(self, error)
            return False
        self.model.update_rows([new])
        self.changed.emit()
        return True

    @Slot()
    def _show(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.show_wanted.emit(row.path)

    @Slot()
    def _use(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.use_wanted.emit(row.path)

    @Slot()
    def _enable(self) -> None:
        row = self.table.current_row()
        usable = row is not None and not row.problem
        self.show_button.setEnabled(usable)
        self.use_button.setEnabled(usable and row is not None and row.path != self._used)


def dated_tables(tables: Sequence[KeptWeights], scheme: str) -> list[WeightTable]:
    """The dated tables of a scheme, without their rows: enough to compare the dates."""
    return [
        WeightTable(table.path.name, valid_from=table.valid_from, valid_to=table.valid_to)
        for table in tables
        if table.scheme == scheme and table.dated and not table.problem
    ]


def _together(tables: Sequence[KeptWeights], used: Path) -> frozenset[Path]:
    """The tables that hold with the one chosen, each on its own days."""
    chosen = next((table for table in tables if table.path == used), None)
    if chosen is None or not chosen.dated:
        return frozenset()
    return frozenset(table.path for table in tables if table.dated and table.scheme == chosen.scheme)
