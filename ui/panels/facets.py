"""Facets: lists of values with counts; ticking filters the queue. Space ticks, the arrow keys move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.facets import Chosen, Facet, FacetValue
from ui.theme import tokens_of

_VALUE = int(Qt.ItemDataRole.UserRole)
_COUNT = _VALUE + 1
_SHARE = _VALUE + 2
_BESIDE = 38
"""Pixels of a row that are neither its text nor its count: the box to tick and the gaps."""


class FacetPanel(QWidget):
    """Ticks and counts; says when the ticks changed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, unit: str = "例") -> None:
        super().__init__(parent)
        self._unit = unit
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("分面")
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setItemDelegate(_CountDelegate(self.tree))
        self.tree.itemChanged.connect(self._ticked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tree)
        self._chosen: dict[str, frozenset[str]] = {}
        self._groups: dict[str, QTreeWidgetItem] = {}

    @property
    def chosen(self) -> Chosen:
        """Ticked values by facet key."""
        return self._chosen

    def clear(self) -> None:
        """Untick everything, without a signal."""
        self._chosen = {}

    def show_counts(self, facets: Sequence[Facet[Any]], counts: Mapping[str, Sequence[FacetValue]]) -> None:
        """Show values and counts; what is folded and where the cursor stands is kept."""
        self.tree.blockSignals(True)
        for facet in facets:
            group = self._group(facet)
            values = counts[facet.key]
            _fit_children(group, len(values))
            most = max((value.count for value in values), default=0) or 1
            for place, value in enumerate(values):
                _fill(group.child(place), value, value.count / most, self._unit)
            ticked = len(self._chosen.get(facet.key, ()))
            group.setHidden(not values)
            group.setText(0, f"{facet.title} · 已选 {ticked}" if ticked else facet.title)
        self.tree.blockSignals(False)

    def _group(self, facet: Facet[Any]) -> QTreeWidgetItem:
        group = self._groups.get(facet.key)
        if group is None:
            group = QTreeWidgetItem(self.tree, [facet.title])
            group.setData(0, _VALUE, facet.key)
            group.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            group.setExpanded(True)
            self._groups[facet.key] = group
        return group

    @Slot(QTreeWidgetItem, int)
    def _ticked(self, item: QTreeWidgetItem, _column: int) -> None:
        parent: QTreeWidgetItem | None = item.parent()
        if parent is None:  # a heading, whatever the stubs say
            return
        key, value = parent.data(0, _VALUE), item.data(0, _VALUE)
        ticked = set(self._chosen.get(key, frozenset()))
        (ticked.add if item.checkState(0) is Qt.CheckState.Checked else ticked.discard)(value)
        self._chosen = {**self._chosen, key: frozenset(ticked)}
        self.changed.emit()


class _CountDelegate(QStyledItemDelegate):
    """Draws the count at the right and a faint bar of its share under the row."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A long value ends before its count."""
        super().initStyleOption(option, index)
        count = index.data(_COUNT)
        if count is not None:
            room = option.rect.width() - _BESIDE - option.fontMetrics.horizontalAdvance(f"{count:,}")
            option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The usual row, then bar and count."""
        tokens = tokens_of(self.parent())  # type: ignore[arg-type]
        rect: QRect = option.rect
        share = index.data(_SHARE)
        if share is not None:
            bar = rect.adjusted(18, rect.height() - 3, -4, -1)
            bar.setWidth(max(int(bar.width() * share), 1 if index.data(_COUNT) else 0))
            painter.fillRect(bar, QColor(tokens.accent_soft))
        super().paint(painter, option, index)
        if share is None:
            return
        painter.save()
        painter.setPen(QColor(tokens.muted))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, 0, -6, 0), side, f"{index.data(_COUNT):,}")
        painter.restore()


def _fit_children(group: QTreeWidgetItem, wanted: int) -> None:
    while group.childCount() > wanted:
        group.removeChild(group.child(group.childCount() - 1))
    while group.childCount() < wanted:
        child = QTreeWidgetItem(group)
        child.setFlags(
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        )


def _fill(item: QTreeWidgetItem, value: FacetValue, share: float, unit: str) -> None:
    item.setText(0, value.value)
    item.setToolTip(0, f"{value.value}：{value.count:,} {unit}")
    item.setCheckState(0, Qt.CheckState.Checked if value.chosen else Qt.CheckState.Unchecked)
    item.setData(0, _VALUE, value.value)
    item.setData(0, _COUNT, value.count)
    item.setData(0, _SHARE, share)
