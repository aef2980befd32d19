"""Rows of a tree as high as their wrapped text: style sheets keep Qt's own delegate from asking."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

_PADDING = 6
_ICON = 24
_HIGHEST = 4000


class WrappingDelegate(QStyledItemDelegate):
    """For a tree with word wrap; the widest column may stretch."""

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree = tree
        tree.header().sectionResized.connect(tree.scheduleDelayedItemsLayout)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As wide as Qt says, as high as the text in this column."""
        size = super().sizeHint(option, index)
        width = self._tree.columnWidth(index.column()) - 2 * _PADDING
        if index.column() == 0:
            depth = 2 if index.parent().isValid() else 1
            width -= depth * self._tree.indentation() + _ICON
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        area = QRect(0, 0, max(width, 1), _HIGHEST)
        needed = option.fontMetrics.boundingRect(area, int(Qt.TextFlag.TextWordWrap), text)
        return QSize(size.width(), max(size.height(), needed.height() + _PADDING))
