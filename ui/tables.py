"""DenseTable: the table view used everywhere. Copies as TSV for Excel, sorts by header, remembers its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ui.models.columns import Column, ColumnsModel, tsv
from ui.theme import row_padding

TIGHT = 5
"""Row padding at most where a table asks to be tight."""


class DenseTable(QTableView):
    """A calm, dense table over a ``ColumnsModel``."""

    def __init__(
        self,
        model: ColumnsModel[Any],
        name: str,
        parent: QWidget | None = None,
        *,
        tight: bool = False,
        scrolls: bool = False,
        least: int = 0,
    ) -> None:
        """``tight``: rows stand a little closer than elsewhere. ``scrolls``: where there is little room the table scrolls
        sideways and leaves its stretched columns readable: not narrower than ``least`` pixels, else their own width."""
        super().__init__(parent)
        self.columns_model = model
        self._tight = tight
        self._scrolls = scrolls
        self._least = least
        self.empty_text = ""
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(15, 15))
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height()
        self._set_widths()
        add_copy(self, self.copy)

    def changeEvent(self, event: QEvent) -> None:
        """Another style sheet: rows may have to stand closer or wider."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._set_row_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say something where there is nothing to show."""
        super().paintEvent(event)
        if self.empty_text and not self.columns_model.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            area = self.viewport().rect().adjusted(12, 10, -12, -10)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The stretched column takes the room there is, but not less than its own width."""
        super().resizeEvent(event)
        if self._scrolls:
            self._fit_stretched()

    def show_columns(self, columns: Sequence[Column[Any]]) -> None:
        """Show other columns (the rows come anew afterwards), unsorted and at their own widths."""
        self.columns_model.set_columns(columns)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._set_widths()
        if self._scrolls:
            self._fit_stretched()

    def sort_by_header(self) -> None:
        """Let the header sort; at first in the order the rows came in."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setSortingEnabled(True)

    def layout_state(self) -> str:
        """Widths, order and sorting of the columns as text for the settings."""
        return bytes(self.horizontalHeader().saveState().toBase64().data()).decode("ascii")

    def restore_layout(self, state: str) -> None:
        """Take back what ``layout_state`` said; a state of other columns is refused by Qt and ignored."""
        self.horizontalHeader().restoreState(QByteArray.fromBase64(state.encode("ascii")))

    def copy(self) -> None:
        """Copy the selected rows (or all, when none is selected) with their header."""
        model = self.columns_model
        places = sorted({index.row() for index in self.selectionModel().selectedRows()})
        rows = [model.row_at(place) for place in places] if places else model.rows()
        QGuiApplication.clipboard().setText(tsv(model.columns, rows))

    def current_row(self) -> Any:
        """The row under the cursor, or ``None``."""
        return self.columns_model.row_at(self.currentIndex().row())

    def _set_row_height(self) -> None:
        padding = min(row_padding(), TIGHT) if self._tight else row_padding()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + padding)

    def _fit_stretched(self) -> None:
        header, columns = self.horizontalHeader(), self.columns_model.columns
        least = {place: self._least or column.width for place, column in enumerate(columns) if column.stretch}
        if len(least) != 1 and not self._least:
            return
        others = sum(header.sectionSize(place) for place in range(len(columns)) if place not in least)
        roomy = self.viewport().width() - others >= sum(least.values())
        mode = QHeaderView.ResizeMode.Stretch if roomy else QHeaderView.ResizeMode.Interactive
        for place, width in least.items():
            if header.sectionResizeMode(place) != mode:
                header.setSectionResizeMode(place, mode)
                if not roomy:
                    header.resizeSection(place, width)

    def _set_widths(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, column in enumerate(self.columns_model.columns):
            header.resizeSection(place, column.width)
            if column.stretch:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)


def add_copy(view: QAbstractItemView, copy: Callable[[], None]) -> None:
    """Ctrl+C and a context menu that copy."""
    action = QAction("复制表格（可粘贴到 Excel）", view)
    action.setShortcut(QKeySequence.StandardKey.Copy)
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(copy)
    view.addAction(action)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
