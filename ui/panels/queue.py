"""The queue: filter box, facets with counts, one line per case."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.facets import Tally, accepts
from app.queue import QUEUE_FACETS, CaseRow, Status, matching
from coding_rules.grouper.grouping import System
from ui import wording
from ui.effects import UNGROUPED
from ui.models.columns import Column, ColumnsModel
from ui.panels.facets import FacetPanel
from ui.tables import DenseTable

WAITING = "…"
FILTER_DELAY_MS = 90


def _severity_rank(row: CaseRow) -> tuple[int, int]:
    return (row.worst.rank if row.worst else 9, -row.findings)


def _found(row: CaseRow) -> str:
    if not row.reviewed:
        return WAITING
    return f"{row.worst.label} {row.findings}" if row.worst else ""


def _group(code: str | None, row: CaseRow) -> str:
    if code is None:
        return wording.MISSING if row.reviewed else WAITING
    return code or UNGROUPED


_STATUS_ICON = {
    Status.UNTOUCHED: "",
    Status.CORRECTED: "accept",
    Status.KEPT: "keep",
    Status.PENDING: "pending",
}

_CASE_COLUMNS: tuple[Column[CaseRow], ...] = (
    Column(
        "status",
        "状态",
        lambda row: row.status.value,
        width=26,
        icon_only=True,
        icon=lambda row: _STATUS_ICON[row.status],
    ),
    Column(
        "note",
        "备注",
        lambda row: row.note,
        width=26,
        icon_only=True,
        icon=lambda row: "note" if row.note else "",
    ),
    Column("record", "病案号", lambda row: row.record_no, width=84),
    Column(
        "finding",
        "发现",
        _found,
        sort=_severity_rank,
        width=62,
        tone=lambda row: row.worst.value if row.worst else "muted",
        tip=lambda row: "\n".join(row.titles) or "没有待处理的发现",
    ),
    Column("department", "科室", lambda row: row.department, width=74),
    Column(
        "principal",
        "主要诊断",
        lambda row: f"{row.principal_code} {row.principal_name}".strip() or "（缺）",
        width=150,
    ),
    Column("drg", "DRG", lambda row: _group(row.drg, row), width=72),
    Column("dip", "DIP", lambda row: _group(row.dip, row), width=110),
)


def _money_columns(system: System) -> tuple[Column[CaseRow], ...]:
    """Rate band and profit by one system."""

    def band(row: CaseRow) -> str:
        reached = row.under(system).band
        return reached.value if reached else ""

    def order(row: CaseRow) -> float:
        profit = row.under(system).profit
        return float("-inf") if profit is None else profit

    return (
        Column("band", "倍率", band, width=58),
        Column(
            "profit",
            "盈亏（元）",
            lambda row: wording.yuan(row.under(system).profit) if row.reviewed else "",
            sort=order,
            width=72,
            numeric=True,
            tip=lambda row: f"{wording.money(row.under(system).profit)} 元",
        ),
    )


QUEUE_COLUMNS = {system: (*_CASE_COLUMNS, *_money_columns(system)) for system in System}
"""The columns of the queue by the system whose money they show."""


class _FilterLine(QLineEdit):
    """Enter and Down go on to the queue, Esc takes the filter away first."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The rest is typing."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() not in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
            return
        self.left.emit()


class QueuePanel(QWidget):
    """Shows the queue; says which case was chosen. Knows rows, not the workbench."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ColumnsModel(QUEUE_COLUMNS[System.DRG], lambda row: row.case_id, self)
        self.table = DenseTable(self.model, "病例队列")
        self.table.setAlternatingRowColors(True)
        self.table.sort_by_header()
        self.table.empty_text = "没有符合条件的病例\n清空筛选框或取消分面勾选"
        self.facets = FacetPanel(self)
        self.filter = _FilterLine()
        self.filter.setPlaceholderText("筛选：病案号、科室、编码、名称、发现…")
        self.filter.setAccessibleName("筛选病例")
        self.filter.setClearButtonEnabled(True)
        self.tally = QLabel()
        self.tally.setProperty("role", "muted")
        self._rows: dict[str, CaseRow] = {}
        self._matched: Container[str] = self._rows
        """Ids of the cases the text of the filter box lets through."""
        self._facets = QUEUE_FACETS[System.DRG]
        self._tally: Tally[CaseRow] = Tally(self._facets)
        self._current = ""
        self._filter_soon = QTimer(self, singleShot=True, interval=FILTER_DELAY_MS)
        self._filter_soon.timeout.connect(self.refilter)
        self.filter.textChanged.connect(self._filter_soon.start)
        self.filter.left.connect(self._go_to_table)
        self.facets.changed.connect(self.refilter)
        self.table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self._arrange()

    def set_rows(self, rows: list[CaseRow], system: System = System.DRG) -> None:
        """A new file: everything anew, filter and facets cleared; money by ``system``."""
        self._read_by(system)
        self._rows = {row.case_id: row for row in rows}
        self._current = ""
        self.filter.clear()
        self.facets.clear()
        self.model.set_rows(rows)
        self.refilter()

    def update_rows(self, rows: list[CaseRow]) -> None:
        """Rows whose case or result changed. The filter is not applied again: the case at hand stays in sight."""
        for row in rows:
            former = self._rows.get(row.case_id)
            self._rows[row.case_id] = row
            if row.case_id in self._matched:
                if former is not None:
                    self._tally.remove(former)
                self._tally.add(row)
        self.model.update_rows(rows)
        self._show_counts()

    def row(self, case_id: str) -> CaseRow | None:
        """The line of a case, shown or not."""
        return self._rows.get(case_id)

    def set_system(self, system: System) -> None:
        """Show the money of one system; the rows know both."""
        self._read_by(system)
        self.refilter()

    def select(self, case_id: str) -> bool:
        """Put the cursor on a case; ``False`` when it is not shown."""
        place = self.model.place_of(case_id)
        if place < 0:
            return False
        index = self.model.index(place, max(self.table.currentIndex().column(), 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().setCurrentIndex(index, flags)
        self.table.scrollTo(index)
        return True

    def step(self, direction: int, *, with_finding: bool = False) -> bool:
        """Go to the next (1) or previous (-1) case shown; ``False`` when there is none that way."""
        rows = self.model.rows()
        place = self.model.place_of(self._current)
        place = place if place >= 0 else (-1 if direction > 0 else len(rows))
        while 0 <= place + direction < len(rows):
            place += direction
            if not with_finding or rows[place].findings:
                self.select(rows[place].case_id)
                return True
        return False

    @Slot()
    def refilter(self) -> None:
        """Apply filter box and facets."""
        self._filter_soon.stop()
        text, chosen, found = self.filter.text().strip(), self.facets.chosen, list(self._rows.values())
        self._matched = self._rows
        if text:
            found = list(filter(matching(text), found))
            self._matched = {row.case_id for row in found}
        self._tally = Tally(self._facets, found, chosen)
        keep, matched, passes = self._current, self._matched, accepts(self._facets, chosen)
        narrowed = bool(text) or any(chosen.values())
        self.table.selectionModel().blockSignals(True)
        self.model.set_filter((lambda row: row.case_id in matched and passes(row)) if narrowed else None)
        self.table.selectionModel().blockSignals(False)
        self._show_counts()
        if self.model.place_of(keep) >= 0:
            self.select(keep)
        else:
            self.select_first()

    def select_first(self) -> None:
        """Put the cursor on the first case shown."""
        first = self.model.row_at(0)
        if first is not None:
            self.select(first.case_id)

    @Slot()
    def _go_to_table(self) -> None:
        self.refilter()
        self.table.setFocus()

    def _read_by(self, system: System) -> None:
        self.table.horizontalHeader().setToolTip(f"倍率与盈亏按 {system.value} 计")
        self._facets = QUEUE_FACETS[system]
        self.model.read_by(QUEUE_COLUMNS[system])

    def _show_counts(self) -> None:
        shown, total = self.model.rowCount(), len(self._rows)
        self.tally.setText(f"{shown:,} / {total:,} 例" if shown != total else f"共 {total:,} 例")
        self.facets.show_counts(self._facets, self._tally.listed())

    @Slot(QModelIndex, QModelIndex)
    def _row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self.model.row_at(current.row())
        if row is not None and row.case_id != self._current:
            self._current = row.case_id
            self.chosen.emit(row.case_id)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.filter, 1)
        top.addWidget(self.tally)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.facets)
        self.splitter.addWidget(self.table)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([210, 500])
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.splitter, 1)
