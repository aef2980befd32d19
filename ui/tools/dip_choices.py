"""Cells with a closed set of values are edited in a list; all others in a line, as everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QLocale, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.models.columns import ROW_ROLE

Index = QModelIndex | QPersistentModelIndex


class ChoiceDelegate(QStyledItemDelegate):
    """``choices_of(row)`` says what a cell may hold; nothing means any text. ``empty`` stands where a cell has no text."""

    def __init__(self, choices_of: Callable[[Any], Sequence[str]], parent: QWidget, empty: str = "") -> None:
        super().__init__(parent)
        self._choices_of = choices_of
        self._empty = empty

    def displayText(self, value: Any, locale: QLocale | QLocale.Language) -> str:
        """What is shown; the editor still starts empty."""
        return super().displayText(value, locale) or self._empty

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A list where there are choices."""
        listed = self._choices_of(index.data(ROW_ROLE))
        if not listed:
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        box.setAccessibleName("可选的值")
        box.addItems(list(listed))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Start from what the cell shows."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data(Qt.ItemDataRole.EditRole)))
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand over the chosen text."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText(), Qt.ItemDataRole.EditRole)
        else:
            super().setModelData(editor, model, index)
