"""Column mapping of an in-house table: the guess, editable, with sample values beside it; remembered by its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.readers.mapping import ColumnMapping
from coding_rules.fields import FIELDS
from ui.models.columns import ROW_ROLE, Column, ColumnsModel
from ui.tables import DenseTable

UNUSED = "（不使用）"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the file, what it is taken for, and the first values in it."""

    place: int
    header: str
    field: str
    sample: str


def field_text(field_id: str) -> str:
    """``主要诊断编码 JBDM``."""
    info = FIELDS.get(field_id)
    return f"{info.label} {info.id}" if info else UNUSED


class MappingDialog(QDialog):
    """Edits a ``ColumnMapping``. ``mapping`` holds the result."""

    def __init__(
        self,
        mapping: ColumnMapping,
        samples: Sequence[Sequence[str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("列对应")
        self.resize(760, 560)
        self.mapping = mapping
        self._samples = samples
        columns: tuple[Column[MappedColumn], ...] = (
            Column("header", "文件中的列", lambda row: row.header or f"（第 {row.place + 1} 列）", width=180),
            Column(
                "field",
                "首页字段（双击或 F2 修改）",
                lambda row: field_text(row.field),
                width=230,
                commit=self._set,
                tone=lambda row: "" if row.field else "muted",
            ),
            Column("sample", "前几行内容", lambda row: row.sample, stretch=True, tone=lambda _row: "muted"),
        )
        self.model = ColumnsModel(columns, lambda row: row.place, self)
        self.table = DenseTable(self.model, "列对应")
        self.table.setItemDelegateForColumn(1, _FieldDelegate(self.table))
        trigger = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
        self.verdict = QLabel()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("按此读入并记住")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        head = QLabel("程序按表头猜测了每列的含义。请核对并改正；同样表头的文件下次会直接套用。")
        head.setWordWrap(True)
        column = QVBoxLayout(self)
        for part in (head, self.table, self.verdict, self.buttons):
            column.addWidget(part)
        self._show()

    def _set(self, row: MappedColumn, text: str) -> bool:
        field_id = next((one for one in FIELDS if field_text(one) == text), "")
        if text not in {field_text(field_id), UNUSED}:
            return False
        self.mapping = self.mapping.with_field(row.place, field_id)
        self._show()
        return True

    def _show(self) -> None:
        here = self.table.currentIndex()
        self.model.set_rows(
            MappedColumn(place, header, field, self._sample(place))
            for place, (header, field) in enumerate(
                zip(self.mapping.headers, self.mapping.fields, strict=True)
            )
        )
        if here.isValid():
            self.table.setCurrentIndex(self.model.index(here.row(), here.column()))
        used = sum(bool(field) for field in self.mapping.fields)
        usable = self.mapping.is_usable
        text = f"共 {len(self.mapping.headers)} 列，使用 {used} 列"
        self.verdict.setText(text if usable else f"{text}；至少要有主要诊断和另外一列才能读入")
        self.verdict.setProperty("role", "muted" if usable else "warning")
        self.verdict.style().polish(self.verdict)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(usable)

    def _sample(self, place: int) -> str:
        values = [row[place] for row in self._samples[:5] if place < len(row) and row[place]]
        return " · ".join(values)


class _FieldDelegate(QStyledItemDelegate):
    """A box with all fields that finds by any part of label or id."""

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        """An editable combo box with a completer that looks inside the texts."""
        box = QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems([UNUSED, *(field_text(field_id) for field_id in FIELDS)])
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        box.setAccessibleName("首页字段")
        box.activated.connect(lambda _place: self._commit(box))
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Start from what the column is taken for now."""
        row: MappedColumn = index.data(ROW_ROLE)
        if isinstance(editor, QComboBox):
            editor.setCurrentText(field_text(row.field))
            line = editor.lineEdit()
            if line is not None:
                line.selectAll()

    @Slot()
    def _commit(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)
